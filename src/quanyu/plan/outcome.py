"""Decisions as the report tells them: what was expected of each, and what was measured."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quanyu import ledger
from quanyu.ledger import Decision
from quanyu.tables.owned.spend_test import returned
from quanyu.tables.view.data_words import DECISIONS
from quanyu.text import Sentence, Text
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Gain:
    """A gain in money with its bounds, or what a test says; `reason` says why there is none."""

    amount: float | None
    low: float | None
    high: float | None
    reason: Text = ""
    says: Sentence | None = None


@dataclass(frozen=True)
class Outcome:
    """One decision with what was expected of it and what came of it."""

    decision_id: str
    what: Text
    name: str
    channel: str
    status: str
    as_of: dt.date
    decided_by: str
    expected: Gain
    measured: Gain


def outcomes(ws: Workspace) -> tuple[Outcome, ...]:
    """Return the decisions, newest first, those that a newer proposal has replaced left out."""
    decisions = [decision for decision in ledger.list_decisions(ws.ledger) if decision.status != "superseded"]
    return tuple(_outcome(decision) for decision in decisions)


def _outcome(decision: Decision) -> Outcome:
    what: Text = DECISIONS.get(decision.kind, decision.kind)
    return Outcome(
        decision_id=decision.decision_id,
        what=what,
        name=decision.proposal.get("name", ""),
        channel=decision.proposal.get("channel", "") if decision.kind == "spend_test" else "",
        status=decision.status,
        as_of=decision.as_of,
        decided_by=decision.decided_by,
        expected=_gain(decision.expected),
        measured=_gain(decision.measured),
    )


def _gain(document: Mapping[str, Any]) -> Gain:
    amount, low, high = (document.get(name) for name in ("gain_amount", "gain_low", "gain_high"))
    reason: Text = document.get("reason") or ""
    return Gain(amount, low, high, reason, returned(document))
