"""Tests, by what they catch, and what pytest and its plugins refuse."""
