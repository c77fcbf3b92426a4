"""Touches with people and the purchases they may have led to."""

from quanyu.measure.touch.purchase import OUTCOMES, purchases, sold
from quanyu.measure.touch.route import JOIN, key_of, parse
from quanyu.measure.touch.touch import DAY, TOUCH_READS, campaigns, contact_costs, start_of, touches

__all__ = [
    "DAY",
    "JOIN",
    "OUTCOMES",
    "TOUCH_READS",
    "campaigns",
    "contact_costs",
    "key_of",
    "parse",
    "purchases",
    "sold",
    "start_of",
    "touches",
]
