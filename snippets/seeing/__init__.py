"""What tells where the time of a request went, and what does not."""
