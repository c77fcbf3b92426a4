"""Dividing money over ad channels: what a division is expected to gain, with its interval and its probability."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quanyu.solve.allocation import allocate
from quanyu.solve.curve import Curve, span

Floats = NDArray[np.float64]
POINTS = 121
"""Amounts per channel between its least and its most that are considered."""
DAYS = 7
SMALL_MOVE = 0.01
"""A proposal that moves less than this share of the money is none."""
SAME = 1e-6


@dataclass(frozen=True, eq=False)
class AdChannel:
    """What is known of one ad channel: spend a day, its curve in orders, the worth of an order, a day's noise.

    `evidence` says what the curve is known from; a channel `is_held` while a test of its spend runs.
    """

    name: str
    spend: float
    status: str
    reason: str
    order_margin: float
    noise: float
    curve: Curve | None
    evidence: str = ""
    is_held: bool = False

    @property
    def is_known(self) -> bool:
        """Say whether its curve may move money."""
        return self.status == "known" and self.curve is not None and self.spend > 0 and not self.is_held

    def brings(self, amounts: Floats) -> Floats:
        """Return the margin a day that amounts (k,) bring, shape (k, draws)."""
        assert self.curve is not None
        return np.asarray(self.curve.at(amounts) * self.order_margin)

    def marginal(self, amount: float) -> float | None:
        """Return the expected margin of one more unit of money at an amount above 0; None without a curve."""
        if self.curve is None or amount <= 0:
            return None
        return float(self.curve.marginal(np.array([amount])).mean() * self.order_margin)


@dataclass(frozen=True)
class Limits:
    """What a division must keep: total a day, step as a share of the present spend, floors and caps."""

    total: float
    step: float
    floors: tuple[tuple[str, float], ...] = ()
    caps: tuple[tuple[str, float], ...] = ()
    must_spend: bool = False

    def of(self, channel: AdChannel) -> tuple[float, float]:
        """Return the least and the most that a channel may get.

        Within the step of what it spends now, and between its floor and its cap. A floor or cap out of reach is
        approached as far as the step allows; a channel that spends nothing starts at its floor. A channel
        whose spend is being tested keeps what it has.

        >>> channel = AdChannel("a", 100.0, "known", "", 1.0, 1.0, None)
        >>> Limits(500.0, 0.2, caps=(("a", 110.0),)).of(channel)
        (80.0, 110.0)
        >>> Limits(500.0, 0.2, floors=(("a", 300.0),)).of(channel)
        (120.0, 120.0)
        """
        cap = dict(self.caps).get(channel.name, math.inf)
        floor = min(dict(self.floors).get(channel.name, 0.0), cap)
        if channel.is_held:
            return channel.spend, channel.spend
        if channel.spend <= 0:
            return floor, floor
        low, high = channel.spend * (1 - self.step), channel.spend * (1 + self.step)
        least = min(max(low, floor), high)
        return least, max(min(high, cap), least)


@dataclass(frozen=True, eq=False)
class Division:
    """A proposed amount a day for every channel, and the draws (channels, n) of what each gains in a week.

    `is_blind` says that money of a channel without any curve would move: its gain is not in the draws.
    """

    amounts: tuple[float, ...]
    gains: Floats
    is_blind: bool = False

    @property
    def whole(self) -> tuple[float, float, float]:
        """Mean and 95 % interval of the gain a week."""
        return span(self.gains.sum(axis=0))

    @property
    def p_gain(self) -> float:
        """The probability that it is a gain."""
        return float((self.gains.sum(axis=0) > 0).mean())

    @property
    def total(self) -> float:
        """What all channels get together."""
        return sum(self.amounts)


def divide(channels: Sequence[AdChannel], limits: Limits) -> Division:
    """Return the division that brings the largest expected profit within the limits.

    Channels whose curve is not known keep what they have; where the total is less than what is spent now, they give
    way in proportion. Gains are profit: margin less spend, against the present.
    """
    bounds = [limits.of(channel) for channel in channels]
    now = np.array([channel.spend for channel in channels])
    is_known = np.array([channel.is_known for channel in channels], dtype=bool)
    share = min(1.0, limits.total / now.sum()) if now.sum() > 0 else 1.0
    wanted = np.array(
        [
            min(max(channel.spend * share, low), high)
            for channel, (low, high) in zip(channels, bounds, strict=True)
        ]
    )
    if is_known.any():
        grid = np.array([np.linspace(*pair, POINTS) for pair in bounds])[is_known]
        known = [channel for channel in channels if channel.is_known]
        values = np.array(
            [channel.brings(row).mean(axis=1) for channel, row in zip(known, grid, strict=True)]
        )
        left = limits.total - float(wanted[~is_known].sum())
        wanted[is_known] = allocate(grid, values, left, must_spend=limits.must_spend)
    given = [
        _rounded(a, channel.spend, low) for a, channel, (low, _) in zip(wanted, channels, bounds, strict=True)
    ]
    n = max((len(channel.curve.half) for channel in channels if channel.curve is not None), default=1)
    pairs = list(zip(channels, given, strict=True))
    is_blind = any(channel.curve is None and abs(amount - channel.spend) > SAME for channel, amount in pairs)
    return Division(
        tuple(given), np.array([_gain(channel, amount, n) for channel, amount in pairs]), is_blind
    )


def moves(channels: Sequence[AdChannel], division: Division) -> bool:
    """Say whether a division moves enough money to be a proposal."""
    moved = sum(abs(a - channel.spend) for channel, a in zip(channels, division.amounts, strict=True))
    return moved > SMALL_MOVE * max(sum(channel.spend for channel in channels), 1e-9)


def _rounded(amount: float, now: float, least: float) -> float:
    """Cut an amount that changes to whole units of money, never below the least: nobody sets cents a day."""
    return now if abs(amount - now) < SAME else max(float(math.floor(amount)), least)


def _gain(channel: AdChannel, amount: float, n: int) -> Floats:
    if channel.curve is None or abs(amount - channel.spend) <= SAME:
        return np.zeros(n)
    now, then = channel.brings(np.array([channel.spend, amount]))
    return np.asarray(DAYS * (then - now - (amount - channel.spend)))
