"""Relative lift: the difference as a share of what control does without it, with the sign of the difference."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from quanyu.errors import MethodError
from quanyu.solve.experiment.effect import Effect, effect, quantile
from quanyu.solve.experiment.sample import Sample


@dataclass(frozen=True)
class Spread:
    """The difference and the size of the control's mean, with their variances and their covariance; `df` of the difference."""

    lift: float
    base: float
    var_lift: float
    var_base: float
    covariance: float
    df: float


def spread(treated: Sample, control: Sample, theta: tuple[float, ...], lift: Effect) -> Spread:
    """Return what a relative lift needs, from the arms and the effect that `welch` or `cuped.estimate` found.

    The base is the size of the control's mean as it was, not adjusted: where control loses money, a gain is still a gain.

    >>> from quanyu.solve.experiment.welch import welch
    >>> arms = Sample.single(100, 12.0, 25.0), Sample.single(100, 10.0, 25.0)
    >>> spread(*arms, (), welch(*arms)).covariance
    -0.25
    """
    contrast = np.concatenate(([1.0], -np.asarray(theta, dtype=float)))
    shared = float(contrast @ control.covariance[: len(contrast), 0]) / control.n
    base = float(control.mean[0])
    covariance = -shared if base >= 0 else shared
    return Spread(lift.value, abs(base), lift.se**2, control.variance / control.n, covariance, lift.df)


def delta(ratio: Spread, *, at: float | None = None, confidence: float = 0.95) -> Effect:
    """Return the relative lift with the interval of the delta method: symmetric, for a control's mean far from zero.

    var(lift / base) = (var(lift) - 2 r cov + r^2 var(base)) / base^2 with r the relative lift, or `at` where the
    derivative is taken somewhere else, such as at the lift before an adjustment.

    >>> round(delta(Spread(1.0, 10.0, 0.2, 0.1, -0.1, math.inf)).se, 6)
    0.047011
    """
    value = ratio.lift / _base(ratio)
    r = value if at is None else at
    variance = (ratio.var_lift - 2 * r * ratio.covariance + r**2 * ratio.var_base) / ratio.base**2
    return effect(value, math.sqrt(max(variance, 0.0)), df=ratio.df, confidence=confidence)


def fieller(ratio: Spread, *, confidence: float = 0.95) -> tuple[float, float]:
    """Return the bounds of the relative lift that fit the data: Fieller's interval.

    It holds zero exactly when the interval of the difference does, and is not symmetric. Where the control's mean
    could be zero there is no bound, and both are infinite. Source: E. C. Fieller, *JRSS B* 16 (1954) 175-185.

    >>> low, high = fieller(Spread(1.0, 10.0, 0.2, 0.1, -0.1, math.inf))
    >>> round(low, 4), round(high, 4)
    (0.0118, 0.1967)
    """
    k = quantile(ratio.df, confidence) ** 2
    # All values q with (lift - q base)^2 <= k var(lift - q base): a quadratic in q.
    a = ratio.base**2 - k * ratio.var_base
    b = ratio.lift * ratio.base - k * ratio.covariance
    c = ratio.lift**2 - k * ratio.var_lift
    if a <= 0:
        return -math.inf, math.inf
    root = math.sqrt(max(b**2 - a * c, 0.0))
    return (b - root) / a, (b + root) / a


def _base(ratio: Spread) -> float:
    if not ratio.base:
        raise MethodError("The control's mean is zero; there is no relative lift.", "Read the difference.")
    return ratio.base
