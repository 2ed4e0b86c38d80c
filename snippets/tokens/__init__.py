"""Listings on passwords and tokens."""
