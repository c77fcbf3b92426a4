"""What is believed of a channel before and after a spend test."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy

from quanyu.solve.array import Floats
from quanyu.solve.curve import Curve
from quanyu.solve.distribution import normal_below
from quanyu.solve.response import HALVES, SLOPES, saturate

RETURN, SPREAD = 1.0, 0.7
"""Belief where nothing is known: whoever spends on a channel gets about the money back, give or take 70 %."""
NOTHING = 0.1
"""One channel of ten is believed to bring nothing at all."""
N_BELIEVED = 6_000
COMPATIBLE = 1.96


@dataclass(frozen=True)
class Evidence:
    """What a test measured: going from one spend a day to another brought so many orders a day, with its error."""

    spend_from: float
    spend_to: float
    orders: float
    error: float

    def of(self, curve: Curve) -> Floats:
        """Return what draws of a curve say of the same difference (n,)."""
        low, high = curve.at(np.array([self.spend_from, self.spend_to]))
        return np.asarray(high - low)


def believed(usual: float, worth: float, random: np.random.Generator, n: int = N_BELIEVED) -> Curve:
    """Return draws of the curve, in orders, of a channel of which nothing is known but its usual spend.

    One of ten brings nothing. Of the others the margin that a unit of the usual spend brings is normal around 1 with a
    deviation of 0.7, above 0; half saturation and slope are any of the grid of the return curves. `worth` is the margin
    of an order.

    >>> curve = believed(1000.0, 160.0, np.random.default_rng(0))
    >>> round(float(curve.at(np.array([1000.0])).mean() * 160 / 1000), 1)
    1.0
    """
    half = random.choice(np.array(HALVES), n) * usual
    slope = random.choice(np.array(SLOPES), n)
    least = normal_below(-RETURN / SPREAD)
    back = RETURN + SPREAD * scipy.special.ndtri(least + (1 - least) * random.random(n))
    back = np.where(random.random(n) < NOTHING, 0.0, back)
    level = saturate(np.full(n, usual), half, slope)
    return Curve(half, slope, back * usual / worth / level)


def is_compatible(curve: Curve, evidence: Evidence) -> bool:
    """Say whether a curve and a test may both be right: their difference is within 1.96 standard errors."""
    said = evidence.of(curve)
    return bool(
        abs(evidence.orders - said.mean()) <= COMPATIBLE * math.hypot(float(said.std()), evidence.error)
    )


def convinced(curve: Curve, evidence: Evidence, n: int, random: np.random.Generator) -> Curve:
    """Return `n` draws of the curve once the evidence is known.

    Each draw counts by the density of the evidence under it, exp(-((orders - f(to) + f(from)) / error)**2 / 2), and
    draws are taken anew by that weight, evenly spaced (sampling importance resampling: Rubin 1988; Kitagawa 1996). For a
    normal belief this is the mean weighted by precision.

    >>> before = believed(1000.0, 160.0, np.random.default_rng(0))
    >>> after = convinced(before, Evidence(0.0, 1000.0, 3.0, 0.5), 300, np.random.default_rng(1))
    >>> round(float(after.at(np.array([1000.0])).mean()), 1)
    3.0
    """
    off = (evidence.orders - evidence.of(curve)) / evidence.error
    ladder = np.cumsum(np.exp((off**2).min() / 2 - off**2 / 2))
    at = np.searchsorted(ladder, (np.arange(n) + random.random()) / n * ladder[-1]).clip(max=len(ladder) - 1)
    at = random.permutation(at)
    return Curve(curve.half[at], curve.slope[at], curve.ceiling[at])
