"""Who is asking: passwords, tokens, and how often somebody may try."""
