"""The metric catalogue computed from sums, and what screens ask of it."""

from quanyu.measure.metric.explain import Explained, explain_change
from quanyu.measure.metric.read import as_of, breakdown, metric_card, metric_cards
from quanyu.measure.metric.trend import Trend, trend

__all__ = [
    "Explained",
    "Trend",
    "as_of",
    "breakdown",
    "explain_change",
    "metric_card",
    "metric_cards",
    "trend",
]
