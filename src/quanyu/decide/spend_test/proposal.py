"""A test of spend that is worth its cost becomes a decision to take: approved or declined by a person."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Mapping
from typing import Any

from quanyu import ledger
from quanyu.ledger import Proposal, to_json
from quanyu.part.step import Step
from quanyu.tables.owned.spend_test import KIND
from quanyu.workspace import Workspace

CONTENT = (
    "channel", "kind", "weeks", "usual_amount", "low_amount", "high_amount", "power", "order_worth_amount", "lands_on",
)  # fmt: skip


def propose_spend_test(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Record the test that `spend_tests` proposes, if there is one, as a decision to take: the loop step."""
    table = ws.warehouse.table("spend_tests")
    rows = ws.warehouse.read(table.filter(table.status == "proposed")).to_pylist()
    if not rows:
        ledger.withdraw(ws.ledger, KIND)
        return {"skipped": "no test is worth its cost"}
    (row,) = rows
    content = {name: _plain(row[name]) for name in CONTENT}
    expected = {
        "value_amount": _plain(row["value_amount"]),
        "cost_amount": _plain(row["cost_amount"]),
        "cost_high": _plain(row["cost_amount_high"]),
        **{f"test_return{end}": row[f"believed_return{end}"] for end in ("", "_low", "_high")},
        "fit_id": row["fit_id"],
    }
    mark = hashlib.sha256(to_json([content, row["fit_id"]]).encode()).hexdigest()[:6]
    proposal = Proposal(f"{KIND}-{as_of:%Y%m%d}-{mark}", KIND, as_of, content, expected)
    ledger.propose(ws.ledger, proposal, at=ws.now())
    return {"decision_id": proposal.decision_id}


def _plain(value: Any) -> Any:
    return float(value) if hasattr(value, "as_tuple") else value


STEP = Step("spend_test", "Propose a test of spend", ("spend_tests",), (), propose_spend_test)
