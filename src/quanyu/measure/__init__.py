"""What came of it: the metric catalogue computed from sums, and what screens ask of it."""
