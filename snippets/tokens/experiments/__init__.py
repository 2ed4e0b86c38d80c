"""What the article on passwords and tokens measures."""
