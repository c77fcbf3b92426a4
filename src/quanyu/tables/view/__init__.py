"""Tables read once and asked many times."""
