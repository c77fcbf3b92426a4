"""Everything about the data itself."""
