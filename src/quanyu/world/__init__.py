"""Simulated shops with known truth: for the demo, the documentation, tests and benchmarks."""

from quanyu.world.campaign import Campaign, Outreach
from quanyu.world.export import export
from quanyu.world.setting import Course
from quanyu.world.shop import Shop
from quanyu.world.world import World, resume, simulate

__all__ = ["Campaign", "Course", "Outreach", "Shop", "World", "export", "resume", "simulate"]
