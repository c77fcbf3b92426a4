"""How forecasts compare with what happened: correlation, error, and calibration by level and by tenth."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quanyu.solve.history import Values


@dataclass(frozen=True)
class Agreement:
    """Forecasts of single customers beside what they did; a correlation is NaN where one side never varies."""

    n: float
    expected: float
    actual: float
    correlation: float
    mean_absolute_error: float

    @property
    def ratio(self) -> float:
        """What happened over what was expected; NaN where nothing was."""
        return self.actual / self.expected if self.expected > 0 else float("nan")


@dataclass(frozen=True)
class Band:
    """Customers of one level: how many, and the means of what was expected and what happened."""

    level: int
    n: float
    expected: float
    actual: float


def agreement(expected: Values, actual: Values, weight: Values) -> Agreement:
    """Return how forecasts agree with outcomes over weighted cells.

    >>> fit = agreement(np.array([1.0, 3.0]), np.array([0.0, 4.0]), np.array([1.0, 1.0]))
    >>> fit.expected, fit.ratio, fit.mean_absolute_error, round(fit.correlation, 6)
    (4.0, 1.0, 1.0, 1.0)
    """
    n = float(weight.sum())
    middle_e, middle_a = np.average(expected, weights=weight), np.average(actual, weights=weight)
    e, a = expected - middle_e, actual - middle_a
    spread = float(np.sqrt((weight * e * e).sum() * (weight * a * a).sum()))
    related = float((weight * e * a).sum()) / spread if spread > 0 else float("nan")
    error = float((weight * np.abs(expected - actual)).sum()) / n
    return Agreement(n, float(middle_e) * n, float(middle_a) * n, related, error)


def by_level(level: Values, expected: Values, actual: Values, weight: Values) -> list[Band]:
    """Return one band per level, in order."""
    levels, place = np.unique(level, return_inverse=True)
    n = np.bincount(place, weight)
    e, a = (np.bincount(place, weight * side) / n for side in (expected, actual))
    return [
        Band(int(band), float(size), float(mean_e), float(mean_a))
        for band, size, mean_e, mean_a in zip(levels, n, e, a, strict=True)
    ]


def by_tenth(expected: Values, actual: Values, weight: Values) -> list[Band]:
    """Return up to ten bands of about equal size by what was expected, the lowest first (1).

    Cells stay whole, so bands are unequal where many customers share one history.
    """
    order = np.argsort(expected, kind="stable")
    upto = np.cumsum(weight[order])
    tenth = np.empty(len(order))
    tenth[order] = np.ceil(10 * (upto - weight[order] / 2) / upto[-1]).clip(1, 10)
    return by_level(tenth, expected, actual, weight)


def miscalibration(bands: list[Band]) -> float:
    """Return the mean distance of expected and actual over the bands, as a share of the actual mean."""
    happened = sum(band.n * band.actual for band in bands)
    apart = sum(band.n * abs(band.expected - band.actual) for band in bands)
    return apart / happened if happened > 0 else float("nan")
