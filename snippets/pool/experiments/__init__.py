"""What the article on connection pools measures."""
