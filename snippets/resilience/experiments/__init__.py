"""What the article on dying connections measures."""
