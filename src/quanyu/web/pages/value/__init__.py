"""Customer value."""
