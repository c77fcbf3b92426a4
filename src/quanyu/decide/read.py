"""What screens ask about decisions."""

from __future__ import annotations

from quanyu import ledger
from quanyu.ledger import Decision
from quanyu.workspace import Workspace


def decisions(ws: Workspace, kind: str = "", limit: int = 200) -> list[Decision]:
    """Return the newest decisions, newest first, superseded ones left out; of a kind where named."""
    found = ledger.list_decisions(ws.ledger, kind=kind, limit=limit)
    return [one for one in found if one.status != "superseded"]
