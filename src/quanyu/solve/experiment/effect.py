"""An estimated effect: its value, how sure it is, and the test against no effect."""

from __future__ import annotations

import math
from dataclasses import dataclass

from quanyu.errors import MethodError
from quanyu.solve.distribution import student_below, student_quantile


@dataclass(frozen=True)
class Effect:
    """A value with its standard error, the interval at the confidence asked for, and the two-sided p-value.

    `df` are the degrees of freedom of Student's t; infinity means the normal distribution.
    """

    value: float
    se: float
    df: float
    low: float
    high: float
    p_value: float


def effect(value: float, se: float, *, df: float = math.inf, confidence: float = 0.95) -> Effect:
    """Return an effect with its interval and p-value; raise `MethodError` where it has no spread.

    >>> round(effect(1.0, 0.5).p_value, 4)
    0.0455
    """
    if not (math.isfinite(value) and math.isfinite(se) and se > 0 and df > 0):
        raise MethodError(
            "An effect of {value} with the standard error {se} cannot be judged.",
            "Both must be finite, and the standard error above zero: values that are all equal tell nothing.",
            value=value, se=se,
        )  # fmt: skip
    reach = quantile(df, confidence) * se
    return Effect(value, se, df, value - reach, value + reach, float(2 * student_below(-abs(value) / se, df)))


def quantile(df: float, confidence: float) -> float:
    """Return how many standard errors an interval reaches to each side.

    >>> round(quantile(math.inf, 0.95), 3)
    1.96
    """
    if not 0 < confidence < 1:
        raise MethodError(
            "The confidence {confidence} is not between 0 and 1.",
            "Give a confidence such as 0.95.",
            confidence=confidence,
        )
    return float(student_quantile(0.5 + confidence / 2, df))
