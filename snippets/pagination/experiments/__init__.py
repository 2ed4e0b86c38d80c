"""What the article on pages measures."""
