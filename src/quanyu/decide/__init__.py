"""What to offer, at what price, for how much."""
