"""The drawings: the only room that knows Matplotlib."""
