"""Finding people, and one person all around."""
