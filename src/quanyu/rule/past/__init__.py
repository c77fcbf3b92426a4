"""What people did: figures and sequences, over whole tables and of one person."""

from quanyu.rule.past.aggregate import AGGREGATES
from quanyu.rule.past.history import History, figure, met
from quanyu.rule.past.measure import measured
from quanyu.rule.past.sequence import followed

__all__ = ["AGGREGATES", "History", "figure", "followed", "measured", "met"]
