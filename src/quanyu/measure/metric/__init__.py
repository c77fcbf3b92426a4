"""The metric catalogue computed from sums, and what screens ask of it."""

from quanyu.measure.metric import read
from quanyu.measure.metric.cross import Cut
from quanyu.measure.metric.explore import Exploration, explore
from quanyu.measure.metric.trend import Trend, trend

__all__ = ["Cut", "Exploration", "Trend", "explore", "read", "trend"]
