"""Work after the response: what a process that ends leaves undone."""
