"""Daily series against the spend of ad channels: what is left for each, how likely, and how sure."""

from quanyu.solve.panel.panel import Panel, regression
from quanyu.solve.panel.posterior import Belief, Draws, draws
from quanyu.solve.panel.profile import Peak, inflation, p_values, peak, placebo, profile
from quanyu.solve.panel.regression import Measured, Regression

__all__ = [
    "Belief",
    "Draws",
    "Measured",
    "Panel",
    "Peak",
    "Regression",
    "draws",
    "inflation",
    "p_values",
    "peak",
    "placebo",
    "profile",
    "regression",
]
