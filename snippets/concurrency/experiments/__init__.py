"""What the article on concurrency measures."""
