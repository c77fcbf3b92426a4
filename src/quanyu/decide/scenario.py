"""One way to divide the money, and what it is expected to bring: pure arithmetic on return curves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quanyu.decide.bound import bounds
from quanyu.decide.trial import Trial, to_find, to_sharpen
from quanyu.settings import BudgetSettings
from quanyu.solve.allocation import allocate
from quanyu.solve.curve import Curve, span

Floats = NDArray[np.float64]
KEEP = "keep"
POINTS = 121
DAYS = 7
NEGLIGIBLE = 0.005
"""A shift of less than this share of the money is none."""


@dataclass(frozen=True, eq=False)
class Channel:
    """What is known of an ad channel: spend per day `now`, and the draws of its curve in money, None where unknown."""

    name: str
    status: str
    reason: str
    now: float
    worth: float
    noise: float | None
    curve: Curve | None

    @property
    def is_known(self) -> bool:
        """Whether money may be moved by its curve."""
        return self.status == "known" and self.curve is not None


@dataclass(frozen=True)
class Gain:
    """Expected profit per week more than now, its 95 % interval, and the probability that it is above 0."""

    mean: float
    low: float
    high: float
    p: float


@dataclass(frozen=True)
class Line:
    """What one channel gets per day, within `least` and `most`; marginal returns before and after."""

    channel: Channel
    least: float
    most: float
    proposed: float
    marginal: float | None
    marginal_proposed: float | None
    gain: Gain | None
    trial: Trial | None


@dataclass(frozen=True)
class Scenario:
    """A division of at most `total` per day, whether it is proposed, and why not."""

    name: str
    total: float
    status: str
    reason: str
    gain: Gain | None
    lines: tuple[Line, ...]

    @property
    def current(self) -> float:
        """What all channels spend now."""
        return sum(line.channel.now for line in self.lines)

    @property
    def proposed(self) -> float:
        """What all channels would get."""
        return sum(line.proposed for line in self.lines)


def divide(name: str, channels: Sequence[Channel], total: float, settings: BudgetSettings) -> Scenario:
    """Divide `total` per day so that expected profit, the margin of caused orders less spend, is largest.

    Channels whose curve is not known keep what they have, and give way in proportion where the total is less than
    what is spent. Where no gain is probable enough in the scenario `keep`, the lines stay as they are now, and
    `reason` says why; other scenarios always show how the money would be divided.
    """
    limits = [bounds(one.name, one.now, settings) for one in channels]
    least, most = (np.array([pair[side] for pair in limits]) for side in (0, 1))
    now = np.array([one.now for one in channels])
    known = np.array([one.is_known for one in channels], dtype=bool)
    share = min(1.0, total / now.sum()) if now.sum() > 0 else 1.0
    wanted = np.clip(now * share, least, most)
    if known.any():
        wanted[known] = _by_curves(
            [one for one in channels if one.is_known], (least[known], most[known]),
            total - float(wanted[~known].sum()), must_spend=settings.must_spend,
        )  # fmt: skip
    wanted = _rounded(wanted, now, least)
    whole, each = _gains(channels, wanted)
    status, reason = _judged(channels, wanted, total, whole, settings)
    given = wanted if status == "proposed" or name != KEEP else now
    lines = tuple(
        _line(one, limit, float(amount), gain, is_unsure=reason == "unsure")
        for one, limit, amount, gain in zip(channels, limits, given, each, strict=True)
    )
    return Scenario(name, total, status, reason, whole, lines)


def _by_curves(
    channels: Sequence[Channel], limits: tuple[Floats, Floats], total: float, *, must_spend: bool
) -> Floats:
    grid = np.linspace(*limits, POINTS, axis=1)
    value = np.array(
        [one.curve.at(row).mean(axis=1) for one, row in zip(channels, grid, strict=True) if one.curve]
    )
    return allocate(grid, value, total, must_spend=must_spend)


def _rounded(wanted: Floats, now: Floats, least: Floats) -> Floats:
    """Cut amounts that change to whole units of money, never below the least."""
    whole = np.maximum(np.floor(wanted), least)
    return np.asarray(np.where((np.abs(wanted - now) < 1e-9) | (wanted < 20), wanted, whole))


def _gains(channels: Sequence[Channel], wanted: Floats) -> tuple[Gain | None, list[Gain | None]]:
    """Return the gain of all changes together and of each; None where a change has no curve to judge it by."""
    total, each, is_blind = None, list[Gain | None](), False
    for one, amount in zip(channels, wanted.tolist(), strict=True):
        if abs(amount - one.now) < 1e-9:
            each.append(None)
            continue
        if one.curve is None:
            each.append(None)
            is_blind = True
            continue
        both = one.curve.at(np.array([one.now, amount]))
        drawn = DAYS * (both[1] - both[0] - (amount - one.now))
        each.append(_gain(drawn))
        total = drawn if total is None else total + drawn
    return (None if is_blind or total is None else _gain(total)), each


def _gain(drawn: Floats) -> Gain:
    return Gain(*span(drawn), float((drawn > 0).mean()))


def _judged(
    channels: Sequence[Channel], wanted: Floats, total: float, gain: Gain | None, settings: BudgetSettings
) -> tuple[str, str]:
    now = np.array([one.now for one in channels])
    if wanted.sum() > total * (1 + 1e-9) + 1:
        return "refused", "out_of_reach"
    if not any(one.is_known and one.now > 0 for one in channels):
        return "refused", "nothing_known"
    if np.abs(wanted - now).sum() <= NEGLIGIBLE * max(now.sum(), 1.0):
        return "kept", "nothing_to_gain"
    if gain is None:
        return "refused", "blind"
    return ("proposed", "") if gain.p >= settings.confidence else ("refused", "unsure")


def _line(
    one: Channel, limit: tuple[float, float], amount: float, gain: Gain | None, *, is_unsure: bool
) -> Line:
    marginal = [
        float(one.curve.marginal(np.array([spent]))[0].mean()) if one.curve and spent > 0 else None
        for spent in (one.now, amount)
    ]
    trial = None
    if not one.is_known:
        trial = to_find(one.now, one.worth, one.noise)
    elif is_unsure and marginal[0] is not None:
        trial = to_sharpen(one.now, one.worth, one.noise, marginal[0])
    return Line(one, *limit, amount, marginal[0], marginal[1], gain, trial)
