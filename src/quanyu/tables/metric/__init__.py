"""Metrics: what each promises, their catalogue, and the periods they cover."""
