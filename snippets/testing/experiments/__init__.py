"""Measurements of load generators, and of a database for each test."""
