"""What a spend test is worth: the profit that decisions gain once it is known, and what its days cost."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import scipy

from quanyu.solve.array import Floats
from quanyu.solve.curve import Curve
from quanyu.solve.distribution import normal_below, normal_density
from quanyu.solve.spend_test.design import Design, standard_error

MOVE = 0.5
"""How far the budget moves a channel, step by step, once it knows: this share of its spend down or up."""


@dataclass(frozen=True)
class InformationValue:
    """What a test is expected to gain and to cost, in money; `cost_high` is the cost if the channel is a good one."""

    value: float
    cost: float
    cost_high: float


@dataclass(frozen=True)
class Use:
    """How what is learned is used: for so many days from now on, and with which probability of a gain."""

    days: int = 365
    confidence: float = 0.9


def expected(curve: Curve, worth: float, design: Design, noise: float, use: Use) -> InformationValue:
    """Return the value of knowing and the cost of a test, under what is believed of the curve (in orders).

    Once it is known, a channel is cut, or raised, by half if that is a gain with a probability of `use.confidence`, and left
    alone otherwise. Let g be the profit a day of such a move and y what the test measures, both taken to be normal
    before the test. Then the mean of g after the test is normal with the variance v = cov(g, y)**2 / (var(y) + se**2)
    and leaves s = sqrt(var(g) - v); the move is made if it exceeds z * s, so that

        value = (days - test days) * sum over moves of [ m * Phi((m - z s) / sqrt(v)) + sqrt(v) * phi((m - z s) / sqrt(v)) ],

    less what the move is worth if it would be made without a test (preposterior analysis: Raiffa, Schlaifer 1961,
    Applied statistical decision theory, chapter 5, with z in place of 0). The cost is the profit lost in the
    days of the test, half of them low and half high, against the usual spend; below 0 it is a saving.
    """
    usual = np.array([design.usual])
    z = float(scipy.special.ndtri(use.confidence))
    spends = np.array([design.usual, design.low, design.high])
    profit = curve.at(spends) * worth - spends[:, None]
    measured = (profit[2] - profit[1] + design.high - design.low) / worth
    value = 0.0
    for factor in (1 - MOVE, 1 + MOVE):
        moved = curve.at(factor * usual)[0] * worth - factor * design.usual
        gain = moved - profit[0]
        value += _gained(gain, measured, standard_error(design, noise), z)
    lost = profit[0] - (profit[1] + profit[2]) / 2
    return InformationValue(
        max((use.days - design.days) * value, 0.0),
        float(lost.mean()) * design.days,
        float(np.quantile(lost, 0.975)) * design.days,
    )


def _gained(gain: Floats, measured: Floats, error: float, z: float) -> float:
    mean, spread = float(gain.mean()), float(gain.std())
    shared = float(((gain - mean) * (measured - measured.mean())).mean())
    told = shared**2 / (float(measured.var()) + error**2)
    left = math.sqrt(max(spread**2 - told, 0.0))
    moves = math.sqrt(told)
    if moves <= 0:
        return 0.0
    at = (mean - z * left) / moves
    after = mean * float(normal_below(at)) + moves * float(normal_density(at))
    return after - (mean if mean >= z * spread else 0.0)
