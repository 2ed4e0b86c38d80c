"""Your connection pool is a queue."""
