"""What screens ask about decisions."""

from __future__ import annotations

from quanyu import ledger
from quanyu.ledger import Decision
from quanyu.workspace import Workspace


def decisions(ws: Workspace, kind: str = "", limit: int = 200) -> list[Decision]:
    """Return the newest decisions, newest first, superseded ones left out; of a kind where named."""
    listed = ledger.list_decisions(ws.ledger, kind=kind, limit=limit)
    return [decision for decision in listed if decision.status != "superseded"]
