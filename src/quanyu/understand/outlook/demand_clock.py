"""The clock of demand: time that runs faster on days on which people buy more, learned from the shop's own days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from quanyu.solve.history import Integers, Values
from quanyu.solve.outlook import Demand, relative_demand
from quanyu.tables.festival import festival_days

YEAR = 365.25
WAVES = 2
YEAR_KNOWN = 330
"""Days of trade from which on the wave of the year is estimated."""
LEAST_SEEN = 5.0
"""Expected repeat purchases on the days of a festival phase, below which history has not shown what it does."""
WEEKDAY_SPREAD, FESTIVAL_SPREAD, WAVE_SPREAD = 0.3, 0.7, 0.3
"""Standard deviations that the effects on the logarithm of demand are drawn towards 0 with."""


@dataclass(frozen=True)
class Calendar:
    """Days from `first_on` and what may move demand on each: `columns` (days, k), held by `spread` (k,).

    `names` says which festival phase a column is; empty for weekdays and waves.
    """

    first_on: dt.date
    columns: Values
    spread: Values
    names: tuple[str, ...]

    @classmethod
    def of(cls, first_on: dt.date, n_days: int, *, is_chinese: bool) -> Calendar:
        """Return the calendar of so many days."""
        number = np.arange(n_days)
        weekday = np.eye(7)[(number + first_on.weekday()) % 7]
        last_on = first_on + dt.timedelta(days=n_days - 1)
        festivals = festival_days(first_on, last_on, is_chinese=is_chinese)
        phases = np.zeros((n_days, len(festivals)))
        for column, covered in enumerate(festivals.values()):
            phases[[(day - first_on).days for day in covered], column] = 1.0
        turn = 2 * np.pi * (number + first_on.timetuple().tm_yday) / YEAR
        waves = [side(k * turn) for k in range(1, WAVES + 1) for side in (np.sin, np.cos)]
        spread = np.repeat([WEEKDAY_SPREAD, FESTIVAL_SPREAD, WAVE_SPREAD], [7, phases.shape[1], len(waves)])
        columns = np.hstack([weekday, phases, np.stack(waves, axis=1)])
        return cls(first_on, columns, spread, ("",) * 7 + tuple(festivals) + ("",) * len(waves))

    def unseen(self, expected: Values) -> NDArray[np.bool_]:
        """Return which phases (k,) history has not shown, by the repeat purchases expected on each of its days."""
        named = np.array([bool(name) for name in self.names])
        return np.asarray(named & (expected @ self.columns[: len(expected)] < LEAST_SEEN))


@dataclass(frozen=True)
class Clock:
    """Demand time at the end of each day, from 0 at the end of the first; `per_day` is the demand of each day."""

    calendar: Calendar
    per_day: Values
    demand: Demand | None = None
    expected: Values = field(default_factory=lambda: np.zeros(0))

    @property
    def time(self) -> Values:
        """Demand time at the end of each day (days,), from 0 at the end of the first."""
        return np.asarray(np.cumsum(self.per_day) - self.per_day[0])

    def uncertainty(self, first: int, n_days: int) -> Values:
        """Return the variance of the logarithm of the time that passes in 1, ... `n_days` days from a day on.

        Time is measured by what passed so far, so only what sets the coming days apart from those counts.
        """
        if self.demand is None:
            return np.zeros(n_days)
        here, columns = slice(first, first + n_days), self.calendar.columns
        part = np.cumsum(self.per_day[here, None] * columns[here], axis=0)
        part /= np.cumsum(self.per_day[here])[:, None]
        known = len(self.expected)
        part -= self.per_day[:known] @ columns[:known] / self.per_day[:known].sum()
        return np.asarray(((part @ self.demand.covariance) * part).sum(axis=1))


def told_clock(clock: Clock) -> list[float]:
    """Return the demand time at the end of each day, as a fit keeps it."""
    return [round(float(time), 4) for time in clock.time]


def plain_clock(calendar: Calendar) -> Clock:
    """Return the clock on which all days are alike."""
    return Clock(calendar, np.ones(len(calendar.columns)))


def learned_clock(
    calendar: Calendar, firsts: Values, repeats: Values, curve: Callable[[Values], Values], before: Clock
) -> Clock:
    """Return the clock by which `repeats` (days,) came, of customers who came by `firsts` (days,).

    `curve` gives the repeat purchases expected of a new customer by a demand time, `before` the clock it was fitted on. The
    mean of the demand of the days that have passed is 1. Nothing is learned of the wave of a year that has not passed.
    """
    n_days = len(firsts)
    expected = expected_by_day(firsts, curve, before.time[:n_days])
    # What was expected on the clock so far is told back to that of plain days, of which the new one is a multiple.
    plain = expected / before.per_day[:n_days]
    spread = calendar.spread.copy()
    if n_days < YEAR_KNOWN:
        spread[-2 * WAVES :] = 1e-3
    demand = relative_demand(repeats, plain, calendar.columns[:n_days], spread)
    per_day = demand.of(calendar.columns)
    return Clock(calendar, per_day / per_day[:n_days].mean(), demand, expected)


def expected_by_day(firsts: Values, curve: Callable[[Values], Values], time: Values) -> Values:
    """Return the repeat purchases expected on each day (days,) of customers who came by `firsts` (days,)."""
    grid = np.linspace(0.0, np.sqrt(max(float(time[-1]), 1e-9)), 400) ** 2
    level = np.concatenate([[0.0], curve(grid[1:])])
    came = np.flatnonzero(firsts)
    since = np.maximum(time[None, :] - time[came, None], 0.0)
    total = firsts[came] @ np.interp(since, grid, level)
    return np.asarray(np.maximum(np.diff(total, prepend=0.0), 0.0))


def numbered_days(n: Integers, size: int) -> Values:
    """Return how often each day number from 0 to `size` occurs."""
    return np.bincount(n, minlength=size)[:size].astype(np.float64)
