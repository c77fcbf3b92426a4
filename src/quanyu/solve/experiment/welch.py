"""Welch's test: the difference of two means whose variances may differ."""

from __future__ import annotations

import math

from quanyu.solve.experiment.effect import Effect, effect
from quanyu.solve.experiment.sample import Sample


def welch(treated: Sample, control: Sample, *, confidence: float = 0.95) -> Effect:
    """Return the difference of the means of the first value, treated less control.

    se^2 = s_t^2 / n_t + s_c^2 / n_c with Satterthwaite's degrees of freedom. Source: B. L. Welch, *Biometrika* 34
    (1947) 28-35. Raises `MethodError` where no value varies.

    >>> difference = welch(Sample.single(50, 11.0, 4.0), Sample.single(40, 10.0, 9.0))
    >>> difference.value, round(difference.df, 1), round(difference.p_value, 4)
    (1.0, 65.1, 0.0748)
    """
    parts = treated.variance / treated.n, control.variance / control.n
    value = float(treated.mean[0] - control.mean[0])
    return effect(value, math.sqrt(sum(parts)), df=degrees(treated, control, *parts), confidence=confidence)


def degrees(treated: Sample, control: Sample, of_treated: float, of_control: float) -> float:
    """Return Satterthwaite's degrees of freedom of the sum of two variances of means.

    >>> degrees(Sample.single(10, 0, 1), Sample.single(10, 0, 1), 0.1, 0.1)
    18.0
    """
    if not of_treated + of_control:
        return math.inf
    # Shares of the whole first: squares of tiny variances would vanish.
    share = of_treated / (of_treated + of_control)
    return 1 / (share**2 / (treated.n - 1) + (1 - share) ** 2 / (control.n - 1))
