"""Touches with people and the purchases they may have led to."""

from quanyu.measure.touch import purchase, route, touch
from quanyu.measure.touch.purchase import OUTCOMES

__all__ = ["OUTCOMES", "purchase", "route", "touch"]
