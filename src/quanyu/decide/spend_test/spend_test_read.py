"""What screens ask about tests of spend: the one that is proposed, those that run, what was shown, why not another."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from quanyu import ledger
from quanyu.ledger import Decision
from quanyu.tables.owned.spend_test import KIND, NO_TEST, UNREAD, VERDICTS, described, returned
from quanyu.text import Sentence, Text
from quanyu.workspace import Workspace

FIGURES = (
    "test_return", "test_return_low", "test_return_high", "n_orders", "n_orders_low", "n_orders_high", "p_value",
    "spent_low_amount", "spent_high_amount",
)  # fmt: skip
OPEN = ("proposed", "approved", "done", "measured")


@dataclass(frozen=True)
class SpendTestView:
    """One test as a decision, with what its row of `spend_test_results` says once it has begun."""

    decision: Decision
    channel: str
    says: Sentence
    power: float
    value: float
    cost: float
    cost_high: float
    believed: Sentence | None
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None
    n_days: int = 0
    n_days_done: int = 0
    status: str = ""
    verdict: Text = ""
    reason: Text = ""
    measured: Sentence | None = None
    figures: Mapping[str, float | None] = field(default_factory=dict)


@dataclass(frozen=True)
class SpendTests:
    """The tests on record, newest first, and for every channel without a proposal why there is none."""

    tests: tuple[SpendTestView, ...]
    why_not: tuple[tuple[str, Text], ...]


def spend_test_view(ws: Workspace) -> SpendTests:
    """Return what is to be said about tests of spend."""
    results = ws.warehouse.read(ws.warehouse.table("spend_test_results")).to_pylist()
    by_id = {row["decision_id"]: row for row in results}
    open_decisions = [
        decision for decision in ledger.list_decisions(ws.ledger, kind=KIND) if decision.status in OPEN
    ]
    rows = ws.warehouse.read(ws.warehouse.table("spend_tests").order_by("channel")).to_pylist()
    why_not = tuple((row["channel"], NO_TEST[row["reason"]]) for row in rows if row["reason"])
    return SpendTests(
        tuple(
            _test(decision, by_id.get(decision.decision_id, {}), ws.settings.currency)
            for decision in open_decisions
        ),
        why_not,
    )


def _test(decision: Decision, row: Mapping[str, Any], currency: str) -> SpendTestView:
    shown = ("starts_on", "ends_on", "n_days", "n_days_done", "status", "verdict")
    begun: dict[str, Any] = {name: row[name] for name in shown} if row else {}
    if decision.carried and not row:
        days = {name: dt.date.fromisoformat(decision.carried[name]) for name in ("starts_on", "ends_on")}
        begun = {**days, "n_days": len(decision.carried["days"]), "status": "running"}
    if row:
        begun |= {
            "verdict": VERDICTS.get(row["verdict"] or "", ""), "reason": UNREAD.get(row["reason"] or "", ""),
            "measured": returned(row),
            "figures": {name: None if row[name] is None else float(row[name]) for name in FIGURES},
        }  # fmt: skip
    return SpendTestView(
        decision=decision, channel=decision.proposal["channel"], says=described(decision.proposal, currency),
        power=decision.proposal["power"],
        value=decision.expected["value_amount"], cost=decision.expected["cost_amount"], cost_high=decision.expected["cost_high"],
        believed=returned(decision.expected), **begun,
    )  # fmt: skip
