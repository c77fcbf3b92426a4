"""The Bayesian reading: belief about an effect after the data, the chance that it is a gain, and what a mistake costs."""

from __future__ import annotations

import math
from dataclasses import dataclass

from quanyu.errors import MethodError
from quanyu.solve.distribution import normal_above, normal_below, normal_density, normal_quantile


@dataclass(frozen=True)
class Belief:
    """A normal belief about an effect.

    `risk` is the expected loss of staying with control, and of switching to the treatment.
    """

    value: float
    sd: float
    low: float
    high: float
    p_gain: float
    risk: tuple[float, float]


def posterior(
    value: float, se: float, *, prior: tuple[float, float] | None = None, confidence: float = 0.95
) -> Belief:
    """Return the belief after an estimate with its standard error, under a normal prior (mean, variance) or none.

    Raises `MethodError` where the standard error or the variance of the prior is not above zero.

    >>> round(posterior(1.0, 0.5, prior=(0.0, 0.25)).value, 6)
    0.5
    """
    if not se > 0 or (prior and not prior[1] > 0) or not math.isfinite(value):
        raise MethodError(
            "An effect of {value} with the standard error {se} cannot be judged.",
            "Both must be finite, and the standard error above zero: values that are all equal tell nothing.",
            value=value, se=se,
        )  # fmt: skip
    precision = 1 / se**2 + (1 / prior[1] if prior else 0.0)
    mean = (value / se**2 + (prior[0] / prior[1] if prior else 0.0)) / precision
    sd = math.sqrt(1 / precision)
    reach = float(normal_quantile(0.5 + confidence / 2)) * sd
    gain = float(mean * normal_below(mean / sd) + sd * normal_density(mean / sd))
    return Belief(mean, sd, mean - reach, mean + reach, float(normal_above(-mean / sd)), (gain, gain - mean))
