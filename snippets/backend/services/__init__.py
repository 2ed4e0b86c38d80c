"""What the shop does, in transactions that are given: no HTTP, no connection of its own."""
