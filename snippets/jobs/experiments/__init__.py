"""What the article on background work measures."""
