"""The response to advertising: spend is carried over and saturates; a grid of such shapes and their features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from quanyu.solve.array import Floats

CARRIES = (0.0, 0.15, 0.3, 0.45, 0.6, 0.75, 0.85)
HALVES = (0.2, 0.35, 0.6, 1.0, 1.7, 3.0, 5.0)
SLOPES = (1.0, 1.5, 2.2)
LEAD_IN = 28


def carry_over(spend: Floats, carry: float, start: float = 0.0) -> Floats:
    """Return spend (..., days) with geometric carry-over: a_t = carry * a_(t-1) + (1 - carry) * s_t.

    `start` is a_(-1). A constant spend stays what it is. Source: Jin, Wang, Sun, Chan, Koehler (2017),
    Bayesian methods for media mix modeling with carryover and shape effects.

    >>> carry_over(np.array([1.0, 0.0, 0.0]), 0.5).tolist()
    [0.5, 0.25, 0.125]
    """
    if not carry:
        return np.asarray(spend, dtype=np.float64)
    added = ((1 - carry) * np.asarray(spend, dtype=np.float64)).tolist()
    carried = accumulate(added, lambda before, now: carry * before + now, initial=float(start))
    return np.fromiter(carried, np.float64, len(added) + 1)[1:]


def saturate(amount: Floats, half: Floats | float, slope: Floats | float) -> Floats:
    """Return the Hill response, 0 to 1, of amounts >= 0: one half where the amount is `half`.

    amount**slope / (half**slope + amount**slope); slope above 1 starts slowly, like an S.

    >>> saturate(np.array([0.0, 5.0, 15.0]), 5.0, 1.0).tolist()
    [0.0, 0.5, 0.75]
    """
    with np.errstate(divide="ignore", over="ignore"):  # amounts of (nearly) nothing bring nothing
        return np.asarray(1 / (1 + np.exp(slope * (np.log(half) - np.log(amount)))))


def marginal(amount: Floats, half: Floats | float, slope: Floats | float) -> Floats:
    """Return the derivative of `saturate` by the amount, for amounts > 0.

    >>> round(float(marginal(np.array([5.0]), 5.0, 1.0)[0]), 3)
    0.05
    """
    level = saturate(amount, half, slope)
    return np.asarray(slope * level * (1 - level) / amount)


@dataclass(frozen=True)
class Grid:
    """The shapes that are tried: every carry with every half (in units of the usual spend) and slope."""

    carries: Sequence[float] = CARRIES
    halves: Sequence[float] = HALVES
    slopes: Sequence[float] = SLOPES


FINE = Grid()


@dataclass(frozen=True, eq=False)
class Shapes:
    """The shapes tried for one channel: `carry`, `half` (money per day) and `slope` of each, (n,) arrays.

    `features` (n, days) are the responses to its spend, divided by their `mean` (n,) over the days: the
    coefficient of a feature is what the channel brings on an average day.
    """

    carry: Floats
    half: Floats
    slope: Floats
    mean: Floats
    features: Floats = field(repr=False)

    @property
    def n(self) -> int:
        """How many shapes there are."""
        return len(self.carry)

    def ceiling(self, level: Floats | float, place: NDArray[np.int64] | int) -> Floats:
        """Return what full saturation would bring, given the level on an average day and the shapes."""
        return np.asarray(level / self.mean[place])


def shapes(spend: Floats, grid: Grid = FINE) -> Shapes:
    """Return the shapes of a grid for a channel's spend by day (days,), which must not be zero throughout.

    The usual spend is the mean over the days with any; before the first day the channel is taken to have
    spent as in its first 28 days.

    >>> grid = shapes(np.array([0.0, 2.0, 4.0, 3.0]), Grid((0.0,), (1.0,), (1.0,)))
    >>> grid.half.tolist(), grid.features.mean().round(12).tolist()
    ([3.0], 1.0)
    """
    usual, start = float(spend[spend > 0].mean()), float(spend[:LEAD_IN].mean())
    carry, half, slope = (
        axis.ravel()
        for axis in np.meshgrid(
            np.array(grid.carries), np.array(grid.halves) * usual, np.array(grid.slopes), indexing="ij"
        )
    )
    carried = {share: carry_over(spend, share, start) for share in grid.carries}
    rows = np.stack([carried[share] for share in carry.tolist()])
    features = saturate(rows, half[:, None], slope[:, None])
    mean = features.mean(axis=1)
    return Shapes(carry, half, slope, mean, features / mean[:, None])
