"""Commands that ask the tables."""
