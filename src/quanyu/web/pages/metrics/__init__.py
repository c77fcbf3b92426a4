"""A metric over time, by slice, and what moved it."""
