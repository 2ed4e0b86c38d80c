"""What the article on seeing measures."""
