"""HTTP: what comes in is checked, what goes out is described, and errors have one form."""
