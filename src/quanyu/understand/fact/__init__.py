"""What every person did, added up: the table `facts`, and the visits among it."""

from quanyu.understand.fact.favourite import attach

__all__ = ["attach"]
