"""What only a MkDocs hook can do. But for `escaping`, losing one costs decoration or time only."""
