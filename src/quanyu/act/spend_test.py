"""A spend test that was approved gets its days: half weeks of high and low spend, drawn by lot and kept as drawn."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from quanyu import ledger
from quanyu.ledger import Decision
from quanyu.method.assignment import lot
from quanyu.solve.spend_test import schedule
from quanyu.tables import contract
from quanyu.tables.owned.spend_test import KIND
from quanyu.tables.record import table_of
from quanyu.workspace import Workspace

Carried = Mapping[str, Any]


def draw(ws: Workspace, decision: Decision) -> Carried:
    """Return the schedule of a test that begins tomorrow: `starts_on`, `ends_on`, and the words of its days.

    The lot of each half week is a keyed hash of the decision, so that nobody chooses the days; each weekday is high in
    half of the weeks.
    """
    weeks = int(decision.proposal["weeks"])
    lots = [
        [lot(f"{half}:{week}", decision.decision_id, ws.secret) for week in range(weeks)]
        for half in range(len(schedule.HALVES))
    ]
    is_high = schedule.high_days(np.array(lots))
    starts_on = ws.today() + dt.timedelta(days=1)
    return {
        "starts_on": starts_on.isoformat(),
        "ends_on": (starts_on + dt.timedelta(days=len(is_high) - 1)).isoformat(),
        "days": "".join("H" if high else "L" for high in is_high.tolist()),
    }


def days_of(decision: Decision, carried: Carried) -> list[dict[str, Any]]:
    """Return the rows of `spend_test_days` of a test, days as text."""
    first = dt.date.fromisoformat(carried["starts_on"])
    shown = ("channel", "kind", "usual_amount", "low_amount", "high_amount", "order_worth_amount", "lands_on")
    shared = {name: decision.proposal[name] for name in shown} | {"decision_id": decision.decision_id}
    block = np.repeat(
        np.arange(len(carried["days"]) // 7 * len(schedule.HALVES)),
        schedule.HALVES * (len(carried["days"]) // 7),
    )
    return [
        shared
        | {
            "on": (first + dt.timedelta(days=at)).isoformat(),
            "block": int(block[at]) + 1,
            "is_high": word == "H",
            "planned_amount": shared["high_amount" if word == "H" else "low_amount"],
        }
        for at, word in enumerate(carried["days"])
    ]


def running(ws: Workspace) -> list[Decision]:
    """Return the tests that were begun and are not over."""
    return [test for test in tests(ws) if ws.today() <= dt.date.fromisoformat(test.carried["ends_on"])]


def tests(ws: Workspace) -> list[Decision]:
    """Return all tests that were begun."""
    return [test for test in ledger.list_decisions(ws.ledger, kind=KIND) if test.carried]


def meets(test: Decision, channel: str, lands: Mapping[str, float]) -> bool:
    """Say whether a test moves a channel, or the sales channels that it leads to."""
    other = json.loads(test.proposal["lands_on"] or "{}")
    return test.proposal["channel"] == channel or not lands or not other or bool(set(lands) & set(other))


def mirror_tests(ws: Workspace) -> None:
    """Bring the schedules on record into the table `spend_test_days`."""
    rows = (
        day | {"on": dt.date.fromisoformat(day["on"])}
        for test in tests(ws)
        for day in days_of(test, test.carried)
    )
    ws.warehouse.replace("spend_test_days", table_of(contract("spend_test_days"), rows), by="act")
