"""Do it, once, on record."""
