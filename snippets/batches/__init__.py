"""A round trip costs more than a row."""
