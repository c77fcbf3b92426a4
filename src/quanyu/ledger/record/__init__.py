"""The records, one module each: its table and what is done with it."""
