"""Simulated shops with known truth, for the demo, documents, tests and benchmarks."""
