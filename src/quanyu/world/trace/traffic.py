"""Contacts with ads and what the platforms claim for them by last click."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quanyu.world.lettering import Floats, Ints
from quanyu.world.market import paid_media
from quanyu.world.people import People
from quanyu.world.sale import Orders
from quanyu.world.setting import Setting
from quanyu.world.shop import DAY, Shop

RANDOM_CLICKS = 1.1
"""Clicks per person and channel over 400 days that lead to nothing."""


@dataclass(frozen=True)
class Clicks:
    """One value per ad click of a known person: when (Beijing seconds), channel, and its campaign."""

    person: Ints
    at: Ints
    channel: Ints
    plan: Ints

    @property
    def n(self) -> int:
        """How many clicks there are."""
        return len(self.person)


@dataclass(frozen=True)
class Claims:
    """What platforms claim: orders and revenue (fen) by [channel, day of the click, channel's campaign]."""

    orders: Floats
    revenue: Floats
    buyers: Floats
    clicks: Floats

    def __add__(self, other: Claims) -> Claims:
        return Claims(
            self.orders + other.orders,
            self.revenue + other.revenue,
            self.buyers + other.buyers,
            self.clicks + other.clicks,
        )


PLANS = max(len(channel.campaigns) for channel in paid_media.CHANNELS)


def no_claims(shop: Shop) -> Claims:
    """Return claims of nothing."""
    nothing = np.zeros((len(paid_media.CHANNELS), shop.days, PLANS))
    return Claims(nothing, nothing, nothing, nothing)


def draw_clicks(setting: Setting, people: People, orders: Orders) -> Clicks:
    """Draw clicks that lead to nothing, that cause orders, and that precede an order which comes anyway.

    Nobody clicks on a day without spend; carry-over brings orders without a click then.
    """
    shop, media = setting.shop, setting.media
    random = shop.random("clicks", people.first // shop.block)
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    for number, channel in enumerate(paid_media.CHANNELS):
        share = media.clicks()[number]
        count = random.poisson(RANDOM_CLICKS * people.n * shop.days / 400 * share / max(share.sum(), 1e-9))
        ladder = np.cumsum(people.media_pull * (0.1 + people.preference[:, channel.platform]))
        idle = np.searchsorted(ladder, random.random(count.sum()) * ladder[-1]).clip(max=people.n - 1)
        day = np.repeat(np.arange(shop.days), count)
        idle_at = (shop.first_day + day) * DAY + random.integers(7 * 3_600, DAY, len(day))
        caused = np.flatnonzero(orders.cause == 1 + number)
        lag = (random.geometric(1 - channel.carry, len(caused)) - 1).clip(max=channel.window_days - 1)
        caused_at = orders.ordered[caused] - lag * DAY - random.integers(60, 7_200, len(caused))
        likely = (orders.platform == channel.platform) & (orders.cause == 0)
        passing = np.flatnonzero(likely & (random.random(orders.n) < channel.intent_rate))
        passing_at = orders.ordered[passing] - random.integers(60, 2 * DAY, len(passing))
        plans = len(channel.campaigns)
        plan = np.concatenate(
            [random.integers(0, plans, len(idle) + len(caused)), np.zeros(len(passing), dtype=np.int64)]
        )
        person = np.concatenate([idle, orders.person[caused], orders.person[passing]])
        parts.append(
            (person, np.concatenate([idle_at, caused_at, passing_at]), np.full(len(person), number), plan)
        )
    person, at, number_, plan = (np.concatenate(column) for column in zip(*parts, strict=True))
    kept = at >= shop.first_day * DAY
    kept[kept] = media.spend[number_[kept], at[kept] // DAY - shop.first_day] > 0
    order = np.argsort(at[kept], kind="stable")
    return Clicks(*(column[kept][order] for column in (person, at, number_, plan)))


def claim(shop: Shop, orders: Orders, clicks: Clicks) -> Claims:
    """Return what each platform claims: every paid order within its window after its own last click."""
    shape = (len(paid_media.CHANNELS), shop.days, PLANS)
    size = int(np.prod(shape))
    day = clicks.at // DAY - shop.first_day
    cell = (clicks.channel * shop.days + day) * PLANS + clicks.plan
    totals = [np.zeros(size), np.zeros(size), np.zeros(size)]
    for number, channel in enumerate(paid_media.CHANNELS):
        rows = np.flatnonzero((orders.platform == channel.platform) & orders.was_paid)
        own = np.flatnonzero(clicks.channel == number)
        if not len(rows) or not len(own):
            continue
        credited, click = _last_click(orders, rows, clicks, own, channel.window_days * DAY)
        cells = cell[click]
        buyers = np.unique(orders.person[rows[credited]] * size + cells) % size
        totals[0] += np.bincount(cells, minlength=size)
        totals[1] += np.bincount(cells, orders.paid[rows[credited]], minlength=size)
        totals[2] += np.bincount(buyers, minlength=size)
    seen = np.bincount(cell, minlength=size).astype(np.float64)
    return Claims(*(values.reshape(shape) for values in (*totals, seen)))


def _last_click(orders: Orders, rows: Ints, clicks: Clicks, own: Ints, window: int) -> tuple[Ints, Ints]:
    """Return which orders have a click of the channel within the window before, and the last such click."""
    wide = 10**11
    key = clicks.person[own] * wide + clicks.at[own]
    order = np.argsort(key)
    at = np.searchsorted(key[order], orders.person[rows] * wide + orders.ordered[rows], side="right") - 1
    click = own[order][np.maximum(at, 0)]
    lag = orders.ordered[rows] - clicks.at[click]
    hit = (at >= 0) & (clicks.person[click] == orders.person[rows]) & (lag <= window)
    return np.flatnonzero(hit), click[hit]
