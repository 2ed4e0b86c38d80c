"""What is measured for the article on tests."""
