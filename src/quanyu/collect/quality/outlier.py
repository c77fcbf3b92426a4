"""Values far from all others, told from how often each value occurs."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FAR = 3.0
"""Tukey's far-out fence: this many interquartile ranges beyond the quartiles."""
QUARTILES = (0.25, 0.75)

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Outliers:
    """How many values there are, beyond which fences they are far from all others, and how many lie there."""

    n: int
    low: float
    high: float
    n_bad: int


def outliers(values: Floats, n: Integers) -> Outliers:
    """Return the outliers of `values`, each of which occurs `n` times.

    >>> outliers(np.array([10.0, 20.0, 900.0]), np.array([4, 5, 2]))
    Outliers(n=11, low=1.25, high=160.0, n_bad=2)
    """
    low, high = fences(*quartiles(values, n))
    is_far = (values < low) | ~(
        values <= high
    )  # what is no number lies above all numbers, as engines have it
    return Outliers(int(n.sum()), low, high, int(n[is_far].sum()))


def quartiles(values: Floats, n: Integers) -> tuple[float, float]:
    """Return the quartiles of `values`, each of which occurs `n` times, linear between ranks.

    >>> quartiles(np.array([3.0, 1.0, 2.0]), np.array([1, 1, 2]))
    (1.75, 2.25)
    """
    order = np.argsort(values)
    up_to = np.cumsum(n[order])
    ranks = np.array(QUARTILES) * (up_to[-1] - 1)
    below, above = (
        values[order][np.searchsorted(up_to, at(ranks), side="right")] for at in (np.floor, np.ceil)
    )
    first, third = below + (above - below) * (ranks % 1)
    return float(first), float(third)


def fences(first: float, third: float) -> tuple[float, float]:
    """Return the far-out fences of the quartiles; without spread there is no fence.

    Tukey, Exploratory Data Analysis (1977), outer fences; money and counts are skewed, so on logarithms.

    >>> fences(10.0, 20.0)
    (1.25, 160.0)
    >>> fences(-1.0, 1.0)
    (-7.0, 7.0)
    """
    if first == third:
        return -math.inf, math.inf
    if first > 0:
        spread = (third / first) ** FAR
        return first / spread, third * spread
    return first - FAR * (third - first), third + FAR * (third - first)
