"""What every person did, added up: the table `facts`, and the visits among it."""

from quanyu.understand.fact.mode import attach

__all__ = ["attach"]
