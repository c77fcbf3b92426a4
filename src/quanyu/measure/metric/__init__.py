"""The metric catalogue computed from sums, and what screens ask of it."""

from quanyu.measure.metric import read
from quanyu.measure.metric.explain import Explained, explain_change
from quanyu.measure.metric.trend import Trend, trend

__all__ = ["Explained", "Trend", "explain_change", "read", "trend"]
