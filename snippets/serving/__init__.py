"""Starting a server, and what it says when it does not start."""
