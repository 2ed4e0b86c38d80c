"""The sixth execution can lose your index."""
