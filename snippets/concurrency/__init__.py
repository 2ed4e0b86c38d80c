"""Async is not free concurrency."""
