"""A shop reduced to who bought on which day: cheap enough to draw by the hundred."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from quanyu.tables.festival import festival_days
from quanyu.world.lettering import Floats

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Trading:
    """What drives the purchases of a shop; `trading` draws them.

    People buy and leave as in BG/NBD (Fader, Hardie, Lee 2005), on a clock of demand: weekday, a wave of the year of
    relative size `wave`, festival phases that multiply demand by up to exp(`festival`) each, `bursts` promotions a
    year of three days at up to thrice the demand, a yearly `trend` of everybody's rate, and what no calendar knows:
    weeks that differ by `noise`. `growth` is that of newcomers per year; `old_days` of customers came before the data begin.
    """

    people: int = 3_000
    days: int = 730
    ends_on: dt.date = dt.date(2026, 10, 20)
    seed: int = 1
    is_chinese: bool = True
    rate_shape: float = 0.8
    rate_scale: float = 50.0
    leave_a: float = 1.2
    leave_b: float = 6.0
    wave: float = 0.3
    festival: float = 0.8
    bursts: float = 4.0
    trend: float = 0.0
    noise: float = 0.05
    growth: float = 0.3
    old_days: int = 365


@dataclass(frozen=True)
class Traded:
    """Days with an order, in the order of days: `person` and `day` (from 0 on `first_on`), and the `amount` of it."""

    first_on: dt.date
    person: Integers
    day: Integers
    amount: Floats


def trading(shop: Trading) -> Traded:
    """Draw the purchase days of a shop.

    >>> traded = trading(Trading(people=100, days=200))
    >>> bool(traded.day.max() < 200), len(set(zip(traded.person.tolist(), traded.day.tolist()))) == len(traded.day)
    (True, True)
    """
    rng = np.random.default_rng(shop.seed)
    first_on = shop.ends_on - dt.timedelta(days=shop.days + shop.old_days - 1)
    demand = _demand(shop, first_on, rng)
    clock = np.concatenate([[0.0], np.cumsum(demand)])
    years = np.arange(len(demand)) / 365
    came = rng.choice(len(demand), shop.people, p=_share(demand * (1 + shop.growth) ** years))
    rate = rng.gamma(shop.rate_shape, 1 / shop.rate_scale, shop.people)
    coin = rng.beta(shop.leave_a, shop.leave_b, shop.people)
    now = clock[came] + rng.random(shop.people) * demand[came]
    here, people, days = np.arange(shop.people), [np.arange(shop.people)], [came]
    while len(here):
        now[here] += rng.exponential(1 / np.maximum(rate[here], 1e-12))
        here = here[now[here] < clock[-1]]
        people.append(here)
        days.append(np.searchsorted(clock, now[here], side="right") - 1)
        here = here[rng.random(len(here)) > coin[here]]
    pairs = np.unique(np.stack([np.concatenate(days), np.concatenate(people)], axis=1), axis=0)
    day, person = pairs[pairs[:, 0] >= shop.old_days].T
    usual = 30.0 / rng.gamma(4.0, 1 / 3.0, shop.people)
    amount = np.round(usual[person] * rng.gamma(5.0, 1.0, len(person)), 2)
    return Traded(
        first_on + dt.timedelta(days=shop.old_days), person, day - shop.old_days, np.maximum(amount, 0.01)
    )


def _demand(shop: Trading, first_on: dt.date, rng: np.random.Generator) -> Floats:
    n = shop.days + shop.old_days
    number = np.arange(n)
    weekday = rng.normal(0.0, 0.1, 7)[(number + first_on.weekday()) % 7]
    phase, second = rng.random(2) * 2 * np.pi
    turn = 2 * np.pi * number / 365.25
    level = weekday + shop.wave * (np.sin(turn + phase) + 0.3 * np.sin(2 * turn + second))
    last = first_on + dt.timedelta(days=n - 1)
    for covered in festival_days(first_on, last, is_chinese=shop.is_chinese).values():
        size = shop.festival * rng.beta(1.0, 1.5) * rng.choice([1.0, 1.0, 1.0, -0.5])
        by_year = {year: size * rng.normal(1.0, 0.15) for year in sorted({day.year for day in covered})}
        level[[(day - first_on).days for day in covered]] += [by_year[day.year] for day in covered]
    for begins in rng.choice(n, rng.poisson(shop.bursts * n / 365), replace=False):
        level[begins : begins + 3] += np.log(rng.uniform(1.3, 3.0))
    level += np.repeat(rng.normal(0.0, shop.noise, n // 7 + 1), 7)[:n]
    demand = np.exp(level + np.log1p(shop.trend) * number / 365)
    return np.asarray(demand / demand.mean())


def _share(weight: Floats) -> Floats:
    return np.asarray(weight / weight.sum())
