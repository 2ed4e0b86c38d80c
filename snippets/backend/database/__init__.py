"""PostgreSQL: an engine whose every wait ends, whole transactions, and the tables."""
