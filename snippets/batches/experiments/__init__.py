"""What the article on N+1 and batches measures."""
