"""Simulated shops with known truth: for the demo, the documentation, tests and benchmarks."""

from quanyu.world.export import export
from quanyu.world.shop import Shop
from quanyu.world.world import World, simulate

__all__ = ["Shop", "World", "export", "simulate"]
