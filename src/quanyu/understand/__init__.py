"""Who they are and what they will do."""
