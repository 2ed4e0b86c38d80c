"""Experiments of our own: what the site costs its authors."""
