"""What the article on dependencies measures."""
