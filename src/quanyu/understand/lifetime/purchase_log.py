"""Purchase days of some buyers in memory: what was known on any day of the past, and what came after."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from quanyu.solve.history import History, Integers, Values

STEPS = 40
"""Into how many steps times are rounded where buyers with about the same history are joined."""


@dataclass(frozen=True)
class Known:
    """Buyers known on a day: who they are, repeat purchases, demand time to the last and until now."""

    who: Integers
    x: Values
    t_x: Values
    age: Values


@dataclass(frozen=True)
class PurchaseLog:
    """Purchase days sorted by day: `person` from 0 on, `day` from 0 on, `amount` that was kept of the day."""

    person: Integers
    day: Integers
    amount: Values

    @classmethod
    def of(cls, person: Integers, day: Integers, bought: NDArray[np.bool_], amount: Values) -> PurchaseLog:
        """Return the log of days sorted by person and day; money that went back later is taken off the purchase before it.

        Days before the first purchase of a person are left out. People are numbered by what they bought, not by who they
        are, so that sums over them are the same to the last digit whatever numbers an engine gives them.

        >>> log = PurchaseLog.of(np.array([7, 7, 9]), np.array([0, 3, 1]), np.array([True, False, True]), np.array([9.0, -4.0, 5.0]))
        >>> log.person.tolist(), log.day.tolist(), log.amount.tolist()
        ([0, 1], [0, 1], [5.0, 5.0])
        """
        at = np.cumsum(bought) - 1
        owner = np.where(
            at >= 0, person[bought][np.maximum(at, 0)] if bought.any() else person - 1, person - 1
        )
        is_owned = owner == person
        kept = np.bincount(at[is_owned], amount[is_owned], minlength=int(bought.sum())).astype(np.float64)
        who, bought_on = _numbered(person[bought], day[bought], kept), day[bought]
        order = np.lexsort((who, bought_on))
        return cls(who[order], bought_on[order], kept[order])

    @cached_property
    def first(self) -> Integers:
        """The first day of every person."""
        days = np.full(int(self.person.max(initial=-1)) + 1, np.iinfo(np.int64).max)
        np.minimum.at(days, self.person, self.day)
        return days

    def known(self, today: int, time: Values) -> Known:
        """Return who had bought by the end of a day, on the clock `time` (demand time at the end of each day)."""
        upto = int(np.searchsorted(self.day, today, side="right"))
        n = np.bincount(self.person[:upto], minlength=len(self.first))
        last = np.zeros(len(self.first), dtype=np.int64)
        np.maximum.at(last, self.person[:upto], self.day[:upto])
        who = np.flatnonzero(n)
        began = time[self.first[who]]
        return Known(who, (n[who] - 1).astype(np.float64), time[last[who]] - began, time[today] - began)

    def mean_amount(self, today: int) -> tuple[Values, Values]:
        """Return per person the purchases until a day and what they were worth on average (0 without one)."""
        upto = int(np.searchsorted(self.day, today, side="right"))
        n = np.bincount(self.person[:upto], minlength=len(self.first)).astype(np.float64)
        total = np.bincount(self.person[:upto], self.amount[:upto], minlength=len(self.first))
        return n, total / np.maximum(n, 1.0)

    def after(self, today: int, n_days: int) -> tuple[Values, Values]:
        """Return purchases and their amounts on each of the days after a day, of who was known then."""
        begin, end = np.searchsorted(self.day, [today, today + n_days], side="right")
        span = slice(int(begin), int(end))
        was_known = self.first[self.person[span]] <= today
        ahead = self.day[span][was_known] - today - 1
        orders = np.bincount(ahead, minlength=n_days).astype(np.float64)
        amount = np.bincount(ahead, self.amount[span][was_known], minlength=n_days).astype(np.float64)
        return orders, amount

    def variation(self, today: int, who: Integers, worth: Values) -> float:
        """Return how amounts until a day vary around what `who` are expected to pay: mean square over mean square."""
        due = np.zeros(len(self.first))
        due[who] = worth
        is_past = self.day <= today
        expected = due[self.person[is_past]]
        return float(((self.amount[is_past] - expected) ** 2).sum() / max((expected**2).sum(), 1e-12))


def _numbered(person: Integers, day: Integers, amount: Values) -> Integers:
    """Return a number from 0 on for each row's person, in the order of how many purchases they have, on which days, for what."""
    _, who = np.unique(person, return_inverse=True)
    parts = (day * amount, amount, day * day, day, np.ones(len(day)))
    rank = np.argsort(np.lexsort([np.bincount(who, part) for part in parts]), kind="stable")
    return np.asarray(rank[who])


def joined(known: Known, weight: Values, steps: int = STEPS) -> tuple[History, Values]:
    """Return the histories of buyers with times rounded and equal ones joined, and the sums of `weight` (k, n) in each."""
    step = max(float(known.age.max(initial=0.0)) / steps, 1e-9)
    age = np.maximum(np.round(known.age / step), 1)
    t_x = np.where(known.x > 0, np.clip(np.round(known.t_x / step), 1, age), 0)
    x = known.x.astype(np.int64)
    key = (x * (2 * steps) + t_x.astype(np.int64)) * (2 * steps) + age.astype(np.int64)
    keys, place = np.unique(key, return_inverse=True)
    place = place.ravel()
    n = np.bincount(place, minlength=len(keys)).astype(np.float64)
    # Cells stand at the means of their members, so that rounding moves nobody on average.
    means = [np.bincount(place, part) / n for part in (known.t_x, known.age)]
    cells = History((keys // (4 * steps * steps)).astype(np.float64), np.minimum(*means), means[1], n)
    return cells, np.stack([np.bincount(place, row) for row in weight]) if len(weight) else np.empty(
        (0, len(n))
    )
