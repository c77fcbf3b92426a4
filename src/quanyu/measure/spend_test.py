"""The loop step `tests`: read what the tests of ad channels' spend have shown, against how they were drawn."""

from __future__ import annotations

import datetime as dt
import json
import zlib
from collections.abc import Mapping, Sequence
from typing import Any

import ibis
import numpy as np

from quanyu.method.daily_sales import Floats, apart, daily_sales
from quanyu.part.step import Step
from quanyu.solve.spend_test import Design, read
from quanyu.tables import contract
from quanyu.tables.record import table_of
from quanyu.tables.spend import placements
from quanyu.workspace import Workspace

OFF_PLAN = 0.2
"""More days than this share with spend nearer to the other level: the test was not carried out."""
LEAST_MOVE = 0.5
"""Spend must differ between high and low days by this share of the plan at least."""
FEWEST_ORDERS = 1.0
WAIT_DAYS = 14
"""So long after its end a test waits for reports of days on which money should have been spent; then it was not."""
Record = dict[str, Any]


def spend_test_results(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write `spend_test_results`, one row per test on record: the loop step."""
    days = ws.warehouse.read(ws.warehouse.table("spend_test_days").order_by("decision_id", "on")).to_pylist()
    tests: dict[str, list[Mapping[str, Any]]] = {}
    for row in days:
        tests.setdefault(row["decision_id"], []).append(row)
    newest = _newest_spend(ws) if tests else None
    rows = [result(ws, test, as_of, newest) for test in tests.values()]
    ws.warehouse.replace("spend_test_results", table_of(contract("spend_test_results"), rows), by="measure")
    return {"n_tests": len(rows), "n_read": sum(row["status"] == "read" for row in rows)}


def result(
    ws: Workspace, test: Sequence[Mapping[str, Any]], as_of: dt.date, newest: dt.date | None
) -> Record:
    """Return the row of `spend_test_results` of one test, from its days in order.

    It is read once, when its last day is over and the ad reports are there: they reach as far, and no day on which money should
    have been spent lacks one, unless `WAIT_DAYS` have passed. The difference in orders is divided by
    the difference in money that was really spent (intention to treat, then the ratio: Angrist, Imbens 1994). A test
    whose spend did not follow its schedule is not read.
    """
    first, last = test[0], test[-1]
    n = len(test)
    reported = _spent(ws, first["channel"], first["on"], n)
    spent = np.nan_to_num(reported)
    is_missing = np.isnan(reported) & np.array([row["planned_amount"] > 0 for row in test])
    is_high = np.array([row["is_high"] for row in test], dtype=bool)
    low, high = float(first["low_amount"]), float(first["high_amount"])
    done = min(max((as_of - first["on"]).days, 0), n)
    off = (spent > (low + high) / 2) != is_high
    row: Record = {
        **{name: first[name] for name in ("decision_id", "channel", "kind", "usual_amount", "low_amount", "high_amount")},
        "as_of": as_of, "order_worth_amount": first["order_worth_amount"], "verdict": "",
        "starts_on": first["on"], "ends_on": last["on"], "n_days": n, "n_days_done": done,
        "n_days_off_plan": int(off[:done].sum()),
    }  # fmt: skip
    if done < n:
        return row | {"status": "running", "reason": "running"}
    is_awaited = is_missing.any() and as_of <= last["on"] + dt.timedelta(days=WAIT_DAYS)
    if newest is None or newest < last["on"] or is_awaited:
        return row | {"status": "running", "reason": "spend_missing"}
    at_low, at_high = float(spent[~is_high].mean()), float(spent[is_high].mean())
    row |= {"spent_low_amount": at_low, "spent_high_amount": at_high}
    if off.mean() > OFF_PLAN or not LEAST_MOVE <= (at_high - at_low) / (high - low) <= 1 / LEAST_MOVE:
        return row | {"status": "refused", "reason": "not_followed"}
    sales = daily_sales(ws, first["on"], n)
    here, rest = apart(sales, json.loads(first["lands_on"] or "{}"), n)
    if here.mean() < FEWEST_ORDERS:
        return row | {"status": "refused", "reason": "no_orders"}
    random = np.random.default_rng([ws.settings.seed, zlib.crc32(first["decision_id"].encode())])
    start = Design(first["kind"], n // 7, float(first["usual_amount"])).start
    reading = read(here, rest, is_high, start, random)
    back = float(first["order_worth_amount"]) / (at_high - at_low)
    verdict = "pays" if reading.low * back > 1 else "loses" if reading.high * back < 1 else "cannot_tell"
    return row | {
        "status": "read", "verdict": verdict, "reason": "holds_one" if verdict == "cannot_tell" else "",
        "n_orders": reading.orders, "n_orders_low": reading.low, "n_orders_high": reading.high, "n_orders_error": reading.error,
        "test_return": reading.orders * back, "test_return_low": reading.low * back, "test_return_high": reading.high * back,
        "p_value": reading.p_value, "carry": reading.carry,
    }  # fmt: skip


def _newest_spend(ws: Workspace) -> dt.date | None:
    """Return the last day of which any ad report has been loaded."""
    rows = ws.warehouse.table("spend")
    day: dt.date | None = ws.warehouse.read(rows.aggregate(day=rows.spent_on.max())).column(0)[0].as_py()
    return day


def _spent(ws: Workspace, channel: str, first: dt.date, n: int) -> Floats:
    """Return what was spent on a channel by day, NaN where no report says; a placement in several attribution windows counts once."""
    rows = placements(ws.warehouse.table)
    last = first + dt.timedelta(days=n)
    rows = rows.filter(
        rows.platform == channel, rows.spent_on >= ibis.literal(first), rows.spent_on < ibis.literal(last)
    )
    summed = rows.group_by("spent_on").agg(amount=rows.cost_amount.sum())
    daily = np.full(n, np.nan)
    for row in ws.warehouse.read(summed).to_pylist():
        daily[(row["spent_on"] - first).days] = float(row["amount"])
    return daily


STEP = Step(
    "tests",
    "Read what tests of spend have shown",
    ("spend_test_days", "orders", "spend"),
    ("spend_test_results",),
    spend_test_results,
    ("seed",),
)
