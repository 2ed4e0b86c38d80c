"""What the article on validation measures."""
