"""What the money spent on each ad channel brings back, and how sure it is which brings back most."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from quanyu.decide.budget.budget import known_channels
from quanyu.decide.budget.division import AdChannel
from quanyu.solve.array import Floats
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class AdReturn:
    """What an ad channel spends a day, and the margin that comes back per unit spent, 95 % between `low` and `high`.

    `p_pays` is the probability that it earns more than it costs. Without any curve they are None. Where `is_known` is
    false the effect cannot be told, for the `reason`.
    """

    channel: str
    spend: float
    is_known: bool
    evidence: str
    reason: str
    back: float | None
    low: float | None
    high: float | None
    p_pays: float | None


@dataclass(frozen=True)
class AdReturns:
    """The ad channels, those whose effect is known first and the largest return first.

    `p_first` is the probability that the first truly returns most of those that are known; None where fewer than two are.
    """

    channels: tuple[AdReturn, ...]
    p_first: float | None

    @property
    def known(self) -> tuple[AdReturn, ...]:
        """The channels whose effect is known."""
        return tuple(channel for channel in self.channels if channel.is_known)

    @property
    def untold(self) -> tuple[AdReturn, ...]:
        """The channels whose effect cannot be told."""
        return tuple(channel for channel in self.channels if not channel.is_known)


def ad_returns(ws: Workspace) -> AdReturns:
    """Return what every ad channel returns at its present spend, from return curves and tests of spend."""
    channels, _ = known_channels(ws)
    return compared(channels)


def compared(channels: Sequence[AdChannel]) -> AdReturns:
    """Return the channels that spend money by what they return, those that are known first."""
    drawn = [(channel, _draws(channel)) for channel in channels if channel.spend > 0]
    listed = sorted(drawn, key=lambda pair: (pair[0].status != "known", -_mean(pair[1])))
    # Draws of several channels belong together, so they are compared one by one.
    known = [draws for channel, draws in listed if channel.status == "known" and draws is not None]
    p_first = float((known[0] > np.max(known[1:], axis=0)).mean()) if len(known) > 1 else None
    return AdReturns(tuple(_return(channel, draws) for channel, draws in listed), p_first)


def _draws(channel: AdChannel) -> Floats | None:
    if channel.curve is None:
        return None
    return np.asarray(channel.brings(np.array([channel.spend]))[0] / channel.spend)


def _mean(draws: Floats | None) -> float:
    return -np.inf if draws is None else float(draws.mean())


def _return(channel: AdChannel, draws: Floats | None) -> AdReturn:
    shared = (channel.name, channel.spend, channel.status == "known", channel.evidence, channel.reason)
    if channel.curve is None or draws is None:
        return AdReturn(*shared, None, None, None, None)
    return AdReturn(*shared, *channel.curve.span(draws), float((draws > 1).mean()))
