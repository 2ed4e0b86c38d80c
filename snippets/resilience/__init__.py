"""Pre-ping does not survive a restart; a retry does."""
