"""Loading: recognise, read, judge, bring in; again is harmless, and what is refused is kept."""

from quanyu.collect.load.action import LOAD
from quanyu.collect.load.load import Loaded, load
from quanyu.collect.load.recipe import Recipes
from quanyu.collect.load.rejected import Rejected, rejected
from quanyu.collect.load.take import Job, take

__all__ = ["LOAD", "Job", "Loaded", "Recipes", "Rejected", "load", "rejected", "take"]
