"""When a spend test spends much and when little: half weeks drawn by lot, every weekday as often high as low."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from quanyu.solve.array import Floats
from quanyu.solve.response import CARRIES

Flags = NDArray[np.bool_]
HALVES = (3, 4)
"""Days of the two halves of a week: short enough for many draws, long enough for the spend to take effect."""
CARRIED = np.array(CARRIES[:-1])
"""Shares of yesterday's pressure that may be left today: no reading has to know which."""


def high_days(rank: Floats) -> Flags:
    """Return for every day (7 * weeks,) whether it is one of high spend.

    `rank` (2, weeks) holds the lots of the first and the second halves of the weeks: of each, the half of the weeks
    with the smallest lots is high. So each weekday is high in half of the weeks. `weeks` must be even.

    >>> high_days(np.array([[0.1, 0.9], [0.8, 0.2]])).astype(int).tolist()
    [1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1]
    """
    weeks = rank.shape[-1]
    is_high = rank.argsort(axis=-1, kind="stable").argsort(axis=-1, kind="stable") < weeks // 2
    return np.asarray(np.moveaxis(np.repeat(is_high, HALVES, axis=-2), -1, -2).reshape(*rank.shape[:-2], -1))


def schedules(weeks: int, n: int, random: np.random.Generator) -> Flags:
    """Return `n` schedules (n, days) that might have been drawn as well, each as likely as any other.

    >>> schedules(4, 3, np.random.default_rng(0)).sum(axis=1).tolist()
    [14, 14, 14]
    """
    return high_days(random.random((n, len(HALVES), weeks)))


def exposures(is_high: Flags, start: float) -> Floats:
    """Return the pressure (..., carries, days) of schedules (..., days), 0 at low and 1 at high spend kept up.

    Spend carries over from day to day as in the return curves; `start` is the pressure before the first day.
    """
    level = np.full((*is_high.shape[:-1], len(CARRIED)), start)
    pressure = np.empty((is_high.shape[-1], *level.shape))
    for day, high in enumerate(np.moveaxis(is_high, -1, 0)):
        level = CARRIED * level + (1 - CARRIED) * high[..., None]
        pressure[day] = level
    return np.moveaxis(pressure, 0, -1)
