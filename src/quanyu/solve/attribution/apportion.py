"""Shares to whole units that add up exactly: cents, or ten-thousandths of an order."""

from __future__ import annotations

import numpy as np

from quanyu.solve.array import Floats, Ints


def apportion(values: Floats, total: int) -> Ints:
    """Return whole numbers that add up to `total`, each less than one unit from `values` scaled to the total.

    Largest remainders (Hamilton): everything is rounded down, and what is missing goes to the values that lost
    most; of equal ones to the first. Values may be negative.

    >>> apportion(np.array([1.0, 1.0, 1.0]), 100).tolist()
    [34, 33, 33]
    """
    whole = values.sum()
    if not len(values):
        return np.zeros(0, dtype=np.int64)
    scaled = values * (total / whole) if whole else np.full(len(values), total / len(values))
    # Differences of rounding error alone shall not decide who gets the last unit.
    scaled = np.round(scaled, 6)
    floor = np.floor(scaled).astype(np.int64)
    missing = int(total - floor.sum())
    order = np.argsort(-(scaled - floor), kind="stable")
    floor[order[:missing]] += 1
    return floor
