"""Pages that start after a row do not drift."""
