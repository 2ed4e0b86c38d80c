"""What the article on indexes measures."""
