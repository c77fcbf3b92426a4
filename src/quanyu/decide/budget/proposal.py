"""A budget that is worth proposing becomes a decision to take: approved or declined by a person, on record."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from quanyu import ledger
from quanyu.ledger import Proposal
from quanyu.part.step import Step
from quanyu.tables.owned.decided import KEEP
from quanyu.workspace import Workspace

KIND = "budget"
LINE = ("channel", "current_amount", "proposed_amount", "change_rate", "expected_gain_amount")


def propose_budget(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Record the budget that `budgets` proposes, if it proposes one: the loop step."""
    budgets, lines = ws.warehouse.table("budgets"), ws.warehouse.table("budget_lines")
    proposals = ws.warehouse.read(budgets.filter(budgets.scenario == KEEP)).to_pylist()
    if not proposals or proposals[0]["status"] != "proposed":
        ledger.withdraw(ws.ledger, KIND)
        return {"skipped": proposals[0]["reason"] if proposals else "there is no budget"}
    whole = proposals[0]
    proposed = lines.filter(lines.scenario == KEEP, lines.proposal_id == whole["proposal_id"])
    rows = ws.warehouse.read(proposed.select(*LINE).order_by("channel")).to_pylist()
    content = {
        "lines": [{name: _plain(row[name]) for name in LINE} for row in rows],
        "current_amount": _plain(whole["current_amount"]),
        "proposed_amount": _plain(whole["proposed_amount"]),
    }
    expected = {
        "gain_amount": _plain(whole["expected_gain_amount"]),
        "gain_low": _plain(whole["expected_gain_amount_low"]),
        "gain_high": _plain(whole["expected_gain_amount_high"]),
        "p_gain": whole["p_gain"],
        "fit_id": whole["fit_id"],
    }
    proposal = Proposal(f"{KIND}-{whole['proposal_id']}", KIND, as_of, content, expected)
    ledger.propose(ws.ledger, proposal, at=ws.now())
    return {"decision_id": proposal.decision_id}


def _plain(value: Any) -> Any:
    return float(value) if hasattr(value, "as_tuple") else value


STEP = Step("proposal", "Propose the budget", ("budgets", "budget_lines"), (), propose_budget)
