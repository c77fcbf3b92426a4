"""Differences of quantiles, from quantiles with their intervals."""

from __future__ import annotations

import math
from dataclasses import dataclass

from quanyu.solve.distribution import normal_quantile
from quanyu.solve.experiment.effect import Effect, effect


@dataclass(frozen=True)
class Quantile:
    """A quantile of one arm with the bounds of its 95 % interval, taken from order statistics."""

    value: float
    low: float
    high: float

    @property
    def se(self) -> float:
        """The standard error that the width of the interval implies."""
        return (self.high - self.low) / (2 * float(normal_quantile(0.975)))


def quantile_difference(treated: Quantile, control: Quantile, *, confidence: float = 0.95) -> Effect:
    """Return the difference of a quantile, treated less control, by the normal approximation.

    >>> difference = quantile_difference(Quantile(7.7, 7.6, 7.8), Quantile(7.2, 7.1, 7.3))
    >>> round(difference.value, 6), round(difference.high - difference.low, 4)
    (0.5, 0.2828)
    """
    return effect(treated.value - control.value, math.hypot(treated.se, control.se), confidence=confidence)
