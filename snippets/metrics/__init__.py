"""Metrics of a service, and what their registry refuses."""
