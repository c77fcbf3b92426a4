"""The forecast made again on days of the past, from what was known then, beside what came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from quanyu.method import Cells, Inconclusive
from quanyu.solve.history import Values, since_first
from quanyu.solve.outlook import Excess, excess
from quanyu.solve.value import Estimate
from quanyu.tables.view.outlook import LEAST_ORIGINS, Kind
from quanyu.understand.lifetime import order_value, purchase_log
from quanyu.understand.outlook.ahead import Ahead, Worth, ahead
from quanyu.understand.outlook.demand_clock import (
    Calendar,
    Clock,
    learned_clock,
    numbered_days,
    plain_clock,
)

APART, REFIT_DAYS = 10, 40
"""Days between origins, and after how many the model is fitted again."""
FIRST_ORIGIN = 84
OVERLAP = 3
"""Origins are used at every third of the horizon."""
MOST_ORIGINS, RECENT_DAYS = 36, 365
LEAST_BUYERS, LEAST_REPEATERS = 50, 20
LEAST_SHARE = 0.5
"""Part of the expected orders of a horizon that must fall on days the origin could foresee."""
MOST_WORTH_CELLS = 2_000
LEAST_KNOWN = 0.01
"""Of what was expected, the least that an amount counts as, so that its logarithm is one."""


@dataclass(frozen=True)
class Past:
    """What the backtest goes through: purchases until `today`, the model's kind, and how later money is discounted."""

    log: purchase_log.PurchaseLog
    calendar: Calendar
    today: int
    kind: type[Any]
    warm_up: int
    discount: float


@dataclass(frozen=True)
class State:
    """What was learned by a day: the clock, the model of buying on it, and the parameters of the worth of an order."""

    clock: Clock
    fitted: Estimate
    worth: dict[str, Any]


@dataclass(frozen=True)
class Origin:
    """A day of the past, and by days ahead (cumulated): the forecast made then, what came, and the clock's variance.

    Days of festivals that had not been seen then count on neither side; `share` is the part of the orders on the others.
    """

    day: int
    forecast: Ahead
    orders: Values
    amount: Values
    clock_variance: Values
    share: Values

    def error(self, of: Kind, horizon: int) -> tuple[float, float]:
        """Return the logarithm of what came over what was expected, and the variance that the forecast gave it."""
        at = horizon - 1
        due, spread = getattr(self.forecast, of)[at], getattr(self.forecast, f"{of}_variance")[at]
        came = getattr(self, of)[at]
        least = LEAST_KNOWN * due
        pair = (came + 0.5, due + 0.5) if of == "orders" else (max(came, least), max(due, 1e-9))
        return float(np.log(pair[0] / pair[1])), float(spread / due**2 + self.clock_variance[at])


def learned(past: Past, today: int, start: State | None = None) -> State | None:
    """Return what would have been learned at the end of a day; None from too few buyers.

    The model is fitted on the clock so far, and the clock learned from the orders that it expected on each day: three times
    from nothing, once from a `start` of some days before.
    """
    clock, fitted = (start.clock, start.fitted) if start else (plain_clock(past.calendar), None)
    for _ in range(1 if start else 3):
        fitted = _fitted(past, today, clock, fitted)
        if fitted is None:
            return None
        clock = _clocked(past, today, clock, fitted)
    worth = _worth(past.log, today, start.worth if start else None)
    return State(clock, fitted, worth) if fitted else None


def origins(past: Past, n_days: int) -> Iterator[Origin]:
    """Yield the forecasts of up to `n_days` made every ten days until now, earliest first, as far back as `off` looks."""
    state: State | None = None
    fitted_on = -REFIT_DAYS
    back = max(RECENT_DAYS + REFIT_DAYS, n_days + LEAST_ORIGINS * _step(n_days))
    first = max(FIRST_ORIGIN, past.today - back)
    for day in range(past.today - APART * ((past.today - first) // APART), past.today, APART):
        if state is None or day - fitted_on >= REFIT_DAYS:
            state, fitted_on = learned(past, day, state) or state, day
        if state is not None:
            yield _origin(past, day, min(n_days, past.today - day), state)


def foreseen(past: Past, day: int, n_days: int, state: State) -> Ahead:
    """Return what buyers known at the end of a day will do in the days after it, under what was learned."""
    log, time = past.log, state.clock.time
    known = log.known(day, time)
    n, mean = log.mean_amount(day)
    worth = order_value.worth_of(state.worth, n[known.who], mean[known.who])
    cells, (total, square) = purchase_log.joined(known, np.stack([worth, worth**2]))
    weights = Worth(total, square, log.variation(day, known.who, worth))
    return ahead(state.fitted, cells, weights, time[day + 1 : day + 1 + n_days] - time[day], past.discount)


def off(forecasts: Sequence[Origin], of: Kind, horizon: int) -> tuple[int, Excess | None]:
    """Return how many origins tested a horizon, and how far they were off; nothing from fewer than eight.

    Origins are the newest, a third of the horizon apart; beyond eight those of the last year only, as those before knew less.
    """
    step = _step(horizon)
    chosen: list[Origin] = []
    for origin in reversed(forecasts):
        is_old = len(chosen) >= LEAST_ORIGINS and forecasts[-1].day - origin.day > RECENT_DAYS
        if is_old or len(chosen) == MOST_ORIGINS:
            break
        is_long = len(origin.orders) >= horizon and origin.share[horizon - 1] >= LEAST_SHARE
        if is_long and (not chosen or chosen[-1].day - origin.day >= step):
            chosen.append(origin)
    if len(chosen) < LEAST_ORIGINS:
        return len(chosen), None
    errors, own = np.array([origin.error(of, horizon) for origin in chosen]).T
    return len(chosen), excess(errors, own, step / horizon)


def _step(horizon: int) -> int:
    """Days between the origins that test a horizon."""
    return max(APART, APART * int(np.ceil(horizon / OVERLAP / APART)))


def _is_late(past: Past, today: int) -> Any:
    """Which persons are fitted to: those who did not come while the data began, unless they are too few."""
    late = past.log.first > min(today // 10, past.warm_up)
    known = past.log.first <= today
    return late if (late & known).sum() >= max(known.sum() / 3, LEAST_BUYERS) else np.ones_like(late)


def _fitted(past: Past, today: int, clock: Clock, start: Estimate | None) -> Estimate | None:
    known = past.log.known(today, clock.time)
    is_late = _is_late(past, today)[known.who]
    known = purchase_log.Known(*(part[is_late] for part in (known.who, known.x, known.t_x, known.age)))
    if len(known.x) < LEAST_BUYERS or (known.x > 0).sum() < LEAST_REPEATERS:
        return None
    cells, _ = purchase_log.joined(known, np.empty((0, len(known.x))))
    return Estimate.of(past.kind, cells, start=None if start is None else start.parameters)


def _clocked(past: Past, today: int, clock: Clock, fitted: Estimate) -> Clock:
    log, late = past.log, _is_late(past, today)
    again = late[log.person] & (log.day > log.first[log.person])
    firsts, repeats = numbered_days(log.first[late], today), numbered_days(log.day[again], today)
    model = fitted.model()
    return learned_clock(past.calendar, firsts, repeats, lambda time: since_first(model, time), clock)


def _worth(log: purchase_log.PurchaseLog, today: int, before: dict[str, Any] | None) -> dict[str, Any]:
    """The parameters of the worth of an order, from at most 2,000 of the buyers."""
    n, mean = log.mean_amount(today)
    who = np.flatnonzero(n)
    who = who[:: max(1, -(-len(who) // MOST_WORTH_CELLS))]
    cells = Cells.of({"n_orders": n[who], "mean_amount": mean[who]}, np.ones(len(who), dtype=np.int64))
    solved = order_value.OrderValue().solve({"cells": cells}, before)
    return (
        {"average": max(float(mean[who].mean()), 0.0)} if isinstance(solved, Inconclusive) else dict(solved)
    )


def _origin(past: Past, day: int, n_days: int, state: State) -> Origin:
    clock, whole = state.clock, foreseen(past, day, n_days, state)
    hidden = past.calendar.unseen(clock.expected)
    counts = 1.0 - past.calendar.columns[day + 1 : day + 1 + n_days, hidden].max(axis=1, initial=0.0)
    orders, amount = past.log.after(day, n_days)
    later = np.exp(-past.discount * np.arange(1, n_days + 1))
    seen = whole.only(counts)
    return Origin(
        day, seen, np.cumsum(orders * counts), np.cumsum(amount * later * counts),
        clock.uncertainty(day + 1, n_days), seen.orders / np.maximum(whole.orders, 1e-12),
    )  # fmt: skip
