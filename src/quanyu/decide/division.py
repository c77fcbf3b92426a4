"""Dividing money over ad channels: what a division is expected to gain, with its interval and its probability."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quanyu.solve.allocation import allocate
from quanyu.solve.curve import Curve, span
from quanyu.solve.trial import days_needed

Floats = NDArray[np.float64]
POINTS = 81
"""Amounts per channel between its least and its most that are considered."""
DAYS = 7
LONGEST_WEEKS = 26
"""A trial that would take longer is not proposed."""
SMALL_MOVE = 0.01
"""A proposal that moves less than this share of the money is none."""


@dataclass(frozen=True, eq=False)
class AdChannel:
    """What is known of one ad channel: spend a day, its curve in orders, the worth of an order, a day's noise."""

    name: str
    spend: float
    status: str
    reason: str
    worth: float
    noise: float
    curve: Curve | None

    @property
    def is_known(self) -> bool:
        """Say whether its curve may move money."""
        return self.status == "known" and self.curve is not None and self.spend > 0

    def brings(self, amounts: Floats) -> Floats:
        """Return the margin a day that amounts (k,) bring, shape (k, draws)."""
        assert self.curve is not None
        return np.asarray(self.curve.at(amounts) * self.worth)


@dataclass(frozen=True)
class Limits:
    """What a division must keep: total a day, step as a share of the present spend, floors and caps."""

    total: float
    step: float
    floors: tuple[tuple[str, float], ...] = ()
    caps: tuple[tuple[str, float], ...] = ()
    must_spend: bool = False

    def of(self, channel: AdChannel) -> tuple[float, float]:
        """Return the least and the most that a channel may get; a channel that is not known keeps what it has."""
        if not channel.is_known:
            return channel.spend, channel.spend
        low, high = channel.spend * (1 - self.step), channel.spend * (1 + self.step)
        low = max(low, dict(self.floors).get(channel.name, 0.0))
        high = min(high, dict(self.caps).get(channel.name, math.inf))
        return (low, high) if low <= high else (channel.spend, channel.spend)


@dataclass(frozen=True, eq=False)
class Division:
    """A proposed amount a day for every channel, and the draws of what each gains in a week."""

    amounts: tuple[float, ...]
    gains: Floats

    @property
    def whole(self) -> tuple[float, float, float]:
        """Mean and 95 % interval of the gain a week."""
        return span(self.gains.sum(axis=0))

    @property
    def p_gain(self) -> float:
        """The probability that it is a gain."""
        return float((self.gains.sum(axis=0) > 0).mean())


def divide(channels: Sequence[AdChannel], limits: Limits) -> Division:
    """Return the division that brings the largest expected profit within the limits.

    Channels whose curve is not known keep what they have. Gains are profit: margin less spend, against the present.
    """
    amounts, values = [], []
    for one in channels:
        low, high = limits.of(one)
        amounts.append(np.linspace(low, high, POINTS))
        values.append(one.brings(amounts[-1]).mean(axis=1) if one.is_known else np.zeros(POINTS))
    given = allocate(np.array(amounts), np.array(values), limits.total, must_spend=limits.must_spend)
    n = max((len(one.curve.half) for one in channels if one.curve is not None), default=1)
    gains = [_gain(one, amount, n) for one, amount in zip(channels, given.tolist(), strict=True)]
    return Division(tuple(given.tolist()), np.array(gains))


def moves(channels: Sequence[AdChannel], division: Division) -> bool:
    """Say whether a division moves enough money to be a proposal."""
    moved = sum(abs(a - one.spend) for one, a in zip(channels, division.amounts, strict=True))
    return moved > SMALL_MOVE * max(sum(one.spend for one in channels), 1e-9)


def trial(channel: AdChannel) -> tuple[str, int | None]:
    """Return the experiment that would tell an unknown channel's effect, and the weeks that it takes.

    Spend alternates by the week between two levels: off and on, or, where that takes longer than half a year, off
    and double. It would show the effect at which the channel pays for itself.
    """
    if channel.is_known:
        return "none", 0
    if channel.worth <= 0 or channel.noise <= 0 or channel.spend <= 0:
        return "none", None
    break_even = channel.spend / channel.worth
    for name, times in (("pause", 1.0), ("pause_and_double", 2.0)):
        weeks = math.ceil(days_needed(break_even * times, channel.noise) / 7)
        if weeks <= LONGEST_WEEKS:
            return name, max(weeks, 2)
    return "none", None


def _gain(channel: AdChannel, amount: float, n: int) -> Floats:
    if not channel.is_known:
        return np.zeros(n)
    now, then = channel.brings(np.array([channel.spend, amount]))
    return np.asarray(DAYS * (then - now - (amount - channel.spend)))
