"""A cache gains what the query costs."""
