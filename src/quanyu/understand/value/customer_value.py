"""The value of every customer: forecast of orders times worth of an order, discounted; the loop step `lifetimes`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np

from quanyu.ledger import KeptFit, keep_fit
from quanyu.method import Fit, Inconclusive, Parameters, fit
from quanyu.method.scratch import Keep, Scratch
from quanyu.part.step import Step
from quanyu.solve.thread import one_thread
from quanyu.solve.value import KINDS
from quanyu.text import Sentence
from quanyu.understand.lifetime import history, lifetime, lifetime_check, order_value
from quanyu.understand.outlook import ahead, backtest, clocked, demand_clock, foresee
from quanyu.understand.settings import LifetimeSettings
from quanyu.understand.trait import LifeCycle
from quanyu.understand.value.value_bound import money_bounds
from quanyu.warehouse.portable import money
from quanyu.workspace import Workspace

LEAST_DAYS = 84
"""Days of trade below which no holdout is kept back."""
MOST_WARM_UP = 90
AMOUNTS = ("expected_margin_amount", "clv_amount", "clv_amount_low", "clv_amount_high")
COLUMNS = (
    "first_on", "n_repeats", "span_days", "age_days", "mean_amount", "p_alive", "expected_orders",
    "orders_low", "orders_high", "expected_order_amount",
)  # fmt: skip


def lifetimes(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Fit the forecasts as the settings say, keep the fits, and write the table `lifetimes`: the loop step.

    Histories are told on the clock of demand that the shop's own days teach.
    """
    settings = ws.settings.of(LifetimeSettings)
    with Scratch(ws) as scratch, one_thread():
        orders = scratch.keep(history.orders_until(ws, as_of, settings.by))
        trading = history.trade(ws, orders)
        spec = specified(settings, trading.days(as_of))
        days = scratch.keep(history.purchase_days(ws, orders, trading, spec.by))
        past = clocked.past_of(ws, days, trading, as_of, spec)
        clock = clocked.clock_of(past)
        plain = history.histories(days, as_of, spec.holdout_days, spec.by)
        spec, timed = clocked.on_clock(spec, plain, clock, past.today)
        rows = scratch.keep(timed)
        card = _fitted(ws, spec, rows, as_of, trading)
        if isinstance(card, Inconclusive):
            return _nothing(ws, spec, as_of, card.reason)
        card = _tracked(
            ws,
            replace(card, parameters={**card.parameters, "clock": demand_clock.told_clock(clock)}),
            days,
            rows,
            as_of,
        )
        worth = _fitted(ws, order_value.OrderValue(), rows, as_of, trading)
        return _write(
            ws,
            scratch.keep,
            rows,
            (card, worth),
            (replace(past, kind=KINDS[card.parameters["model"]]), clock),
        )


def specified(settings: LifetimeSettings, days: int) -> lifetime.Lifetime:
    """Return the specification that the settings mean for so many days of trade.

    Unless the settings say how long, the holdout is a third of them and at most the horizon, none below 84 days;
    the warm-up is a tenth of them and at most 90.
    """
    usual = min(days // 3, settings.horizon_days) if days >= LEAST_DAYS else 0
    holdout = usual if settings.holdout_days is None else min(settings.holdout_days, max(days - 1, 0))
    warm_up = min(days // 10, MOST_WARM_UP) if settings.warm_up_days is None else settings.warm_up_days
    return lifetime.Lifetime(
        settings.horizon_days, settings.discount_rate, holdout, warm_up, settings.model, settings.by
    )


def _fitted(
    ws: Workspace,
    spec: lifetime.Lifetime | order_value.OrderValue,
    rows: ir.Table,
    as_of: dt.date,
    trading: history.Trade,
) -> Fit | Inconclusive:
    versions = {name: ws.warehouse.version(name) for name in ("orders", "identities")}
    window = (trading.first_on, as_of)
    card = fit(spec, rows, reduce=ws.warehouse.read, window=window, versions=versions, seed=ws.settings.seed)
    if isinstance(card, Inconclusive):
        return card
    money = {"basis": trading.basis, "rate": trading.rate}
    return replace(card, diagnostics={**card.diagnostics, "money": money})


def _tracked(ws: Workspace, card: Fit, days: ir.Table, rows: ir.Table, as_of: dt.date) -> Fit:
    """Tell by week what was expected, and what happened."""
    tracking, first_on = card.diagnostics.get("tracking"), card.window[0]
    if not tracking or first_on is None:
        return card
    time = np.array(card.parameters["clock"])[: (as_of - first_on).days + 1]
    began = int(np.searchsorted(np.round(time), np.round(time[-1]) - tracking["time"]))
    since, n_days = first_on + dt.timedelta(days=began), len(time) - 1 - began
    ends = began + 7 * np.arange(1, n_days // 7 + 1)
    units = np.arange(len(tracking["expected"]))
    expected = np.interp(time[ends] - time[began], units, tracking["expected"])
    held = card.spec["holdout_days"]
    counted = history.weekly_repeats(days, rows, since, held, as_of)
    n = np.zeros(len(expected) + 1)
    for row in ws.warehouse.read(counted).to_pylist():
        if row["week"] <= len(expected):
            n[row["week"]] += row["n"]
    full = {
        "expected": np.round(expected, 3).tolist(), "actual": np.cumsum(n)[1:].tolist(), "days": n_days,
        "holdout_from": (n_days - held) / 7, "since": since.isoformat(),
    }  # fmt: skip
    return replace(card, diagnostics={**card.diagnostics, "tracking": full})


def _write(
    ws: Workspace,
    keep: Keep,
    rows: ir.Table,
    cards: tuple[Fit, Fit | Inconclusive],
    before: tuple[backtest.Past, demand_clock.Clock],
) -> Mapping[str, Any]:
    card, worth = cards
    last, by = card.window[1], card.spec["by"]
    scored = lifetime.Lifetime(**card.spec).score(card, rows)
    if isinstance(worth, Fit):
        worth_id = keep_fit(ws.ledger, worth.kept(ws.now()))
        varied = _varied(before[0], worth)
        scored = _valued(
            order_value.OrderValue(**worth.spec).score(worth, scored), card, (worth.parameters, varied)
        )
        spending: Mapping[str, Any] = {
            "fit_id": worth_id, "parameters": worth.parameters, **worth.diagnostics,
        }  # fmt: skip
    else:
        varied, nothing = 0.0, ibis.null("float64")
        scored = scored.mutate(**dict.fromkeys(("expected_order_amount", *AMOUNTS), nothing))
        spending = {"inconclusive": _pair(worth.reason)}
    valued = keep(_told(scored, by))
    told = {
        "order_value": spending, "outlook": _outlook(ws, valued, card, varied, before),
        "leaving": card.diagnostics["leaving"] and [*card.diagnostics["leaving"], *_lost(ws, valued)],
    }  # fmt: skip
    card = replace(card, diagnostics={**card.diagnostics, **told})
    fit_id = keep_fit(ws.ledger, card.kept(ws.now()))
    table = valued.select("key", *COLUMNS, *AMOUNTS).mutate(
        decile=_decile(valued.clv_amount, _tenths(ws, valued)),
        as_of=ibis.literal(last),
        fit_id=ibis.literal(fit_id),
    )
    if len(told["leaving"]) > 1:
        table = table.mutate(p_alive=ibis.null("float64"))
    change = ws.warehouse.replace("lifetimes", history.named(ws, table), by="understand")
    return {"n_buyers": change.added, "fit_id": fit_id, "model": card.parameters["model"]}


def _lost(ws: Workspace, valued: ir.Table) -> list[list[Any]]:
    """The reason to withdraw P(alive) of a model under which nobody leaves, where the life cycle counts buyers as lost."""
    limit = LifeCycle().lost_days
    lost = (valued.age_days - valued.span_days > limit).sum()
    (row,) = ws.warehouse.read(valued.aggregate(n=lost)).to_pylist()
    return [[lifetime_check.WITHDRAWN, {"n": int(row["n"]), "days": limit}]] if row["n"] else []


def _varied(past: backtest.Past, worth: Fit) -> float:
    """How single orders vary around what the buyer's orders are worth."""
    n, mean = past.log.mean_amount(past.today)
    return past.log.variation(past.today, np.arange(len(n)), order_value.worth_of(worth.parameters, n, mean))


def _outlook(
    ws: Workspace,
    valued: ir.Table,
    card: Fit,
    varied: float,
    before: tuple[backtest.Past, demand_clock.Clock],
) -> dict[str, Any]:
    """What all buyers together will do, tested on the past; at the horizon it is the sum of the single forecasts."""
    past, clock = before
    passes = clock.time[past.today + 1 :] - clock.time[past.today]
    cells, worth = clocked.cells_of(ws, valued, card, varied)
    whole = ahead(lifetime.estimate_of(card), cells, worth, passes, past.discount)
    sums = valued.aggregate(
        orders=valued.expected_orders.sum(), amount=valued.clv_amount.cast("float64").sum()
    )
    (row,) = ws.warehouse.read(sums).to_pylist()
    whole = whole.meeting(card.spec["horizon_days"], row["orders"], row["amount"] or 0.0)
    return foresee(whole, clock, past.today, list(backtest.origins(past, len(passes))), int(cells.n))


def _valued(scored: ir.Table, card: Fit, worth: tuple[Parameters, float]) -> ir.Table:
    """Add expected and discounted money, with bounds of both how often and how much."""
    low, high, rows = money_bounds(lifetime.estimate_of(card), card, worth, scored)
    each, orders = rows.expected_order_amount, rows.expected_orders
    later = ibis.ifelse(orders > 0, rows.discounted_orders / orders, 0.0)
    return rows.mutate(
        expected_margin_amount=orders * each, clv_amount=rows.discounted_orders * each,
        clv_amount_low=low * later, clv_amount_high=high * later,
    )  # fmt: skip


def _told(scored: ir.Table, by: str) -> ir.Table:
    """The columns of the table, days as the calendar has them, and times on the clock."""
    own = {
        "span_days": scored.calendar_span_days, "age_days": scored.calendar_age_days,
        **{name: money(scored[name]) for name in ("expected_order_amount", *AMOUNTS)},
    }  # fmt: skip
    plain = (name for name in COLUMNS if name not in own)
    times = {"span_time": scored.span_days, "age_time": scored.age_days}
    return scored.select("key", *plain, *((by,) if by else ()), **own, **times)


def _tenths(ws: Workspace, valued: ir.Table) -> list[float]:
    """The values below which 1 to 9 tenths of the buyers lie."""
    value = valued.clv_amount.cast("float64")
    asked = valued.aggregate(**{f"q{at}": value.quantile(at / 10) for at in range(1, 10)})
    (row,) = ws.warehouse.read(asked).to_pylist()
    return [round(cut, 6) for cut in row.values() if cut is not None]


def _decile(value: ir.DecimalColumn, cuts: list[float]) -> ir.IntegerValue:
    """Return 1 plus the number of cuts below the value: equal values share a tenth; null without a value."""
    if not cuts:
        return ibis.null("int64")
    above = [(value.cast("float64") > cut).cast("int64") for cut in cuts]
    return sum(above[1:], above[0]) + 1


def _nothing(ws: Workspace, spec: lifetime.Lifetime, as_of: dt.date, reason: str) -> Mapping[str, Any]:
    """Empty the table, and keep on record why."""
    empty = ws.warehouse.table("lifetimes").filter(ibis.literal(False))
    ws.warehouse.replace("lifetimes", empty, by="understand")
    card = Fit("Lifetime", {"horizon_days": spec.horizon_days}, {}, (None, as_of))
    kept: KeptFit = replace(card, diagnostics={"inconclusive": _pair(reason)}).kept(ws.now())
    return {"inconclusive": reason, "n_buyers": 0, "fit_id": keep_fit(ws.ledger, kept)}


def _pair(reason: str) -> tuple[str, Mapping[str, Any]]:
    """A reason as the ledger keeps it: the sentence and its values."""
    return (reason.key, reason.values) if isinstance(reason, Sentence) else (reason, {})


STEP = Step(
    "lifetimes",
    "Forecast what every customer will be worth",
    ("identities", "orders", "margins", "order_lines", "items"),
    ("lifetimes",),
    lifetimes,
    ("lifetime", "seed"),
)
