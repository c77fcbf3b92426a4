"""Shares that are looked at again and again: readings that hold at every look."""

from quanyu.solve.experiment.watch.above import is_surely_above
from quanyu.solve.experiment.watch.ahead import EVENTS, Count, difference

__all__ = ["EVENTS", "Count", "difference", "is_surely_above"]
