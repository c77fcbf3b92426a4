"""Loading: recognise, read, judge, bring in; again is harmless, and what is refused is kept."""

from quanyu.collect.load import take
from quanyu.collect.load.action import LOAD
from quanyu.collect.load.load import Loaded, load
from quanyu.collect.load.rejected import Rejected, rejected

__all__ = ["LOAD", "Loaded", "Rejected", "load", "rejected", "take"]
