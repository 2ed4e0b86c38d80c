"""What the article on caching measures."""
