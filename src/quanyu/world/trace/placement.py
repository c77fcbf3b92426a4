"""What each ad plan cost and claims per day: the rows behind every ad report."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quanyu.world.lettering import Floats, Ints
from quanyu.world.market import paid_media
from quanyu.world.setting import Setting
from quanyu.world.trace.traffic import Claims

SHARES = {2: np.array([0.6, 0.4]), 3: np.array([0.5, 0.3, 0.2])}
"""How a channel's spend is split over its plans."""


@dataclass(frozen=True)
class Placements:
    """One value per day and plan of one channel with any spend, click or claim; money in fen."""

    channel: int
    day: Ints
    plan: Ints
    cost: Ints
    impressions: Ints
    clicks: Ints
    orders: Ints
    revenue: Ints
    buyers: Ints

    @property
    def n(self) -> int:
        """How many rows there are."""
        return len(self.day)

    @property
    def plan_id(self) -> Ints:
        """The plan's number on its platform."""
        return 7_300_000_000 + self.channel * 1_000_000 + self.plan * 1_013

    @property
    def click_rate(self) -> Floats:
        """Clicks per impression."""
        return np.asarray(self.clicks / np.maximum(self.impressions, 1))

    @property
    def cost_per_click(self) -> Floats:
        """Yuan per click."""
        return np.asarray(self.cost / 100 / np.maximum(self.clicks, 1))

    @property
    def return_on_spend(self) -> Floats:
        """Claimed revenue per yuan."""
        return np.asarray(self.revenue / np.maximum(self.cost, 1))


def place(setting: Setting, claims: Claims) -> tuple[Placements, ...]:
    """Return the placements of every channel from its spend and the claims of all blocks."""
    return tuple(_place(setting, claims, number) for number in range(len(paid_media.CHANNELS)))


def _place(setting: Setting, claims: Claims, number: int) -> Placements:
    channel = paid_media.CHANNELS[number]
    random = setting.shop.random(f"placements {channel.name}")
    shares = SHARES[len(channel.campaigns)]
    n_plans = len(shares)
    cost = np.round(setting.media.spend[number][:, None] * shares * 100).astype(np.int64)
    clicks = random.poisson(cost / 100 / channel.cost_per_click)
    clicks = np.maximum(clicks, claims.clicks[number, :, :n_plans].astype(np.int64))
    impressions = clicks + random.poisson(clicks * (1 / channel.click_rate - 1))
    orders, revenue, buyers = (
        values[number, :, :n_plans].astype(np.int64)
        for values in (claims.orders, claims.revenue, claims.buyers)
    )
    day, plan = np.nonzero((cost > 0) | (clicks > 0) | (orders > 0))
    columns = (values[day, plan] for values in (cost, impressions, clicks, orders, revenue, buyers))
    return Placements(number, day, plan, *columns)
