"""Daily series against the spend of ad channels: what is left for each, how likely, and how sure."""

from quanyu.solve.panel import posterior, profile
from quanyu.solve.panel.panel import Panel, regression
from quanyu.solve.panel.regression import Measured, Regression

__all__ = ["Measured", "Panel", "Regression", "posterior", "profile", "regression"]
