"""What was planted, as Arrow tables: to compare with what a system finds, never to be read by a method."""

from quanyu.world.truth import cause, person, sale

__all__ = ["cause", "person", "sale"]
