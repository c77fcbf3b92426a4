"""Numbers only: arrays in, arrays out; no tables, no clock, no randomness that is not passed in."""
