"""What only a MkDocs hook can do. Losing one costs decoration or time, never a guarantee."""
