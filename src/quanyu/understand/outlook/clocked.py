"""From orders to the clock of demand: the purchases of some buyers in memory, and histories told in demand time."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from quanyu.method import Fit
from quanyu.solve.history import History
from quanyu.solve.value import BgNbd
from quanyu.understand.lifetime import history, lifetime, purchase_log
from quanyu.understand.outlook.ahead import Worth
from quanyu.understand.outlook.backtest import Past, learned
from quanyu.understand.outlook.demand_clock import Calendar, Clock, plain_clock
from quanyu.warehouse.portable import days_between
from quanyu.workspace import Workspace

MOST_BUYERS = 20_000
"""About so many buyers, drawn by the hash of their id, speak for all in the clock and the backtest."""


def past_of(
    ws: Workspace, days: ir.Table, trading: history.Trade, as_of: dt.date, spec: lifetime.Lifetime
) -> Past:
    """Return what the clock and the backtest are learned from: purchase days of buyers until the as-of day."""
    first_on = trading.first_on or as_of
    today = (as_of - first_on).days
    calendar = Calendar.of(
        first_on, today + 1 + max(spec.horizon_days, 365), is_chinese=ws.settings.currency == "CNY"
    )
    return Past(_log(ws, days, first_on), calendar, today, BgNbd, spec.warm_up_days, spec.discount_per_day)


def clock_of(past: Past) -> Clock:
    """Return the clock that the shop's own days tell; all days are alike where its buyers are too few."""
    state = learned(past, past.today)
    return state.clock if state else plain_clock(past.calendar)


def on_clock(
    spec: lifetime.Lifetime, rows: ir.Table, clock: Clock, today: int
) -> tuple[lifetime.Lifetime, ir.Table]:
    """Return the specification and the histories with times on the clock, in whole units of a day of mean demand.

    The calendar's own days stay in `calendar_span_days` and `calendar_age_days`.
    """
    passed = np.round(clock.time).astype(np.int64)
    now, cut = int(passed[today]), int(passed[today - spec.holdout_days])
    ago = np.arange(today, -1, -1)
    began, last, early = (
        ibis.memtable(pa.table({f"_{name}_ago": ago, f"_{name}": passed[: today + 1]}))
        for name in ("began", "last", "early")
    )
    seen = rows.age_days - rows.span_days
    early_seen = rows.early_age_days + spec.holdout_days - rows.early_span_days
    joined = (
        rows.mutate(_seen=seen, _known=early_seen)
        .inner_join(began, [("age_days", "_began_ago")])
        .inner_join(last, [("_seen", "_last_ago")])
        .left_join(early, [("_known", "_early_ago")])
    )
    was_known = joined.early_age_days.notnull()
    return _timed(spec, clock, today), joined.select(
        *(name for name in rows.columns if name not in _TIMES),
        span_days=joined["_last"] - joined["_began"],
        age_days=now - joined["_began"],
        early_span_days=joined["_early"] - joined["_began"],
        early_age_days=ibis.ifelse(was_known, cut - joined["_began"], ibis.null("int64")),
        calendar_span_days=joined.span_days,
        calendar_age_days=joined.age_days,
    )


_TIMES = ("span_days", "age_days", "early_span_days", "early_age_days")


def cells_of(ws: Workspace, valued: ir.Table, card: Fit, varied: float) -> tuple[History, Worth]:
    """Return all buyers by their histories on the clock, with what their orders are worth."""
    names, groups = ("n_repeats", "span_time", "age_time"), card.parameters["groups"]
    by = (card.spec["by"],) if groups else ()
    worth = valued.expected_order_amount.cast("float64").fill_null(0.0)
    counted = valued.group_by(*names, *by).aggregate(
        n=valued.count(), total=worth.sum(), square=(worth * worth).sum()
    )
    rows = ws.warehouse.read(counted.order_by(*names, *by))
    x, t_x, age, n, total, square = (
        rows[name].to_numpy().astype(np.float64) for name in (*names, "n", "total", "square")
    )
    group = lifetime.numbered(rows[by[0]].to_pylist(), groups) if by else np.zeros(len(x), dtype=np.int64)
    return History(x, t_x, age, n, group), Worth(total, square, varied)


def _timed(spec: lifetime.Lifetime, clock: Clock, today: int) -> lifetime.Lifetime:
    time = clock.time
    return lifetime.Lifetime(
        spec.horizon_days, spec.discount_rate, spec.holdout_days, spec.warm_up_days, spec.model, spec.by,
        horizon_time=round(float(time[today + spec.horizon_days] - time[today]), 6),
        holdout_time=round(float(time[today] - time[today - spec.holdout_days]), 6),
        warm_up_time=round(float(time[spec.warm_up_days] - time[0]), 6),
    )  # fmt: skip


def _log(ws: Workspace, days: ir.Table, first_on: dt.date) -> purchase_log.PurchaseLog:
    (counted,) = ws.warehouse.read(days.aggregate(n=days.person.nunique())).to_pylist()
    every = counted["n"] // MOST_BUYERS + 1
    some = days.filter(days.person % every == 0) if every > 1 else days
    number = days_between(some.day, ibis.literal(first_on))
    rows = ws.warehouse.read(some.select("person", "is_purchase", "amount", number=number))
    person, day = rows["person"].to_numpy(), rows["number"].to_numpy()
    bought, amount = rows["is_purchase"].to_numpy(zero_copy_only=False), rows["amount"].to_numpy()
    order = np.lexsort((day, person))
    return purchase_log.PurchaseLog.of(person[order], day[order], bought[order], amount[order])
