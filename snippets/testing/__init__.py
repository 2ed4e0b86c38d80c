"""Queues in Redis and PostgreSQL, and what their servers refuse."""
