"""When people buy: their own BG/NBD process, and the orders that ads and campaigns truly cause."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quanyu.world.answer import Habits
from quanyu.world.campaign import Reached
from quanyu.world.lettering import Flags, Floats, Ints
from quanyu.world.market import Calendar, clock, paid_media
from quanyu.world.people import People
from quanyu.world.platform import PLATFORMS
from quanyu.world.setting import Setting
from quanyu.world.shop import DAY, Shop

BASE = 0
"""Cause 0: the person's own process. Causes 1.. are `paid_media.CHANNELS`, then come the campaigns of the setting."""


@dataclass(frozen=True)
class Purchases:
    """One value per order, sorted by time; `second` counts from the start of the shop's first day."""

    person: Ints
    second: Ints
    platform: Ints
    cause: Ints

    @property
    def day(self) -> Ints:
        """The day of each order, counted from the first."""
        return self.second // DAY


def draw_purchases(setting: Setting, people: People, reached: tuple[Reached, ...]) -> Purchases:
    """Draw every order of a block, whatever caused it."""
    shop = setting.shop
    block = people.first // shop.block
    random = shop.random("purchases", block)
    parts = [_own(setting.calendar, people, random), _by_media(shop, setting.media, people, random)]
    parts += [_by_campaign(setting, people, campaign, random) for campaign in reached]
    columns = [np.concatenate(column) for column in zip(*parts, strict=True)]
    stays = ~_is_deterred(people, reached, *columns[:2]) | (columns[3] > len(paid_media.CHANNELS))
    person, day, platform, cause = (column[stays] for column in columns)
    second = day * DAY + clock(len(day), random)
    order = np.lexsort((person, second))
    return Purchases(person[order], second[order], platform[order], cause[order])


def choose_platform(people: People, person: Ints, random: np.random.Generator) -> Ints:
    """Draw a platform for each person by their preference."""
    ladder = np.cumsum(people.preference[person], axis=1)
    return np.asarray(
        np.minimum((random.random(len(person))[:, None] > ladder).sum(axis=1), len(PLATFORMS) - 1)
    )


def left_for_ever(setting: Setting, people: People) -> Flags:
    """Return who has left for ever by the end of the period, as `draw_purchases` has it."""
    random = setting.shop.random("purchases", people.first // setting.shop.block)
    n_possible, n_active = _repeats(setting.calendar, people, random)
    return np.asarray(people.is_gone | (n_possible >= n_active))


def _repeats(calendar: Calendar, people: People, random: np.random.Generator) -> tuple[Ints, Ints]:
    """Draw how many repeat purchases everybody could make, and after which one they leave for ever."""
    span = np.maximum(calendar.span - people.arrived, 0)
    n_possible = random.poisson(people.rate * span * ~people.is_gone)
    return n_possible, random.geometric(np.clip(people.leave, 1e-6, 1.0))


def _own(calendar: Calendar, people: People, random: np.random.Generator) -> tuple[Ints, Ints, Ints, Ints]:
    """Draw BG/NBD purchases in operational time, whose clock runs as fast as demand."""
    n_possible, n_active = _repeats(calendar, people, random)
    span = np.maximum(calendar.span - people.arrived, 0)
    person = np.repeat(np.arange(people.n), n_possible)
    when = people.arrived[person] + random.random(len(person)) * span[person]
    order = np.lexsort((when, person))
    person, when = person[order], when[order]
    rank = np.arange(len(person)) - np.repeat(np.cumsum(n_possible) - n_possible, n_possible)
    stays = rank < n_active[person]
    person = np.concatenate([person[stays], np.arange(people.n)])
    when = np.concatenate([when[stays], people.arrived])
    kept = (when >= 0) & (when < calendar.span) & ~people.is_visitor[person]
    person, day = person[kept], calendar_day(calendar, when[kept])
    return person, day, choose_platform(people, person, random), np.full(len(person), BASE)


def calendar_day(calendar: Calendar, when: Floats) -> Ints:
    """Return the day on which the demand clock shows the given operational time in days."""
    elapsed = np.cumsum(calendar.demand)
    return np.minimum(np.searchsorted(elapsed, when, side="right"), len(elapsed) - 1).astype(np.int64)


def _by_media(
    shop: Shop, media: paid_media.Media, people: People, random: np.random.Generator
) -> tuple[Ints, Ints, Ints, Ints]:
    parts: list[tuple[Ints, Ints, Ints, Ints]] = []
    for number, channel in enumerate(paid_media.CHANNELS):
        count = random.poisson(media.orders[number] * people.n / shop.people)
        day = np.repeat(np.arange(shop.days), count)
        pull = people.media_pull * (0.15 + people.preference[:, channel.platform])
        ladder = np.cumsum(pull)
        person = np.searchsorted(ladder, random.random(len(day)) * ladder[-1]).clip(max=people.n - 1)
        parts.append((person, day, np.full(len(day), channel.platform), np.full(len(day), 1 + number)))
    person, day, platform, cause = (np.concatenate(column) for column in zip(*parts, strict=True))
    return person, day, platform, cause


def _is_deterred(people: People, reached: tuple[Reached, ...], person: Ints, day: Ints) -> Flags:
    """Return which orders are not placed, because a message kept their person from buying."""
    flags = np.zeros(len(person), dtype=bool)
    for one in reached:
        is_kept = np.isin(np.arange(people.n), one.person[one.is_deterred])
        flags |= is_kept[person] & (day >= one.starts) & (day < one.starts + Habits.window_days)
    return flags


def _by_campaign(
    setting: Setting, people: People, reached: Reached, random: np.random.Generator
) -> tuple[Ints, Ints, Ints, Ints]:
    person = reached.person[reached.is_caused]
    fixed = setting.campaigns[reached.campaign].platform
    platform = choose_platform(people, person, random) if fixed is None else np.full(len(person), fixed)
    cause = np.full(len(person), 1 + len(paid_media.CHANNELS) + reached.campaign)
    return person, reached.order_day[reached.is_caused], platform, cause
