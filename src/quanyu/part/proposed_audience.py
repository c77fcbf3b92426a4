"""A proposed audience: what its decision holds, by which name it is known, and so who would be kept out of it.

The arms of a campaign are drawn by a keyed hash of its name and the person, and its name is that of its decision. What
makes the name is known before anything is proposed, so a preview knows who will be kept out.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import replace
from itertools import count
from typing import Any

from quanyu import ledger
from quanyu.errors import DecisionError
from quanyu.ledger import OWN, Decision, to_json
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.workspace import Workspace

KIND = "audience"


def content_of(design: CampaignDesign, n_audience: int, *, is_own: bool) -> dict[str, Any]:
    """Return what the decision about an audience of so many people holds."""
    return {**design.document, "n_audience": n_audience, **({OWN: True} if is_own else {})}


def decision_name(content: dict[str, Any], as_of: dt.date) -> str:
    """Return the id of the decision about an audience, which its campaign takes over.

    >>> decision_name(content_of(CampaignDesign("Win back", "group = lost"), 7, is_own=False), dt.date(2026, 11, 20))
    'audience-20261120-8e73d9'
    """
    return f"{KIND}-{as_of:%Y%m%d}-{hashlib.sha256(to_json(content).encode()).hexdigest()[:6]}"


def numbered(ws: Workspace, design: CampaignDesign) -> CampaignDesign:
    """Return a design whose name no waiting proposal has: with the next free number where one has it."""
    taken = {CampaignDesign.of(decision.proposal).name for decision in _waiting(ws)}
    names = (design.name if n == 1 else f"{design.name} {n}" for n in count(1))
    return replace(design, name=next(name for name in names if name not in taken))


def refuse_twice(ws: Workspace, design: CampaignDesign) -> None:
    """Raise `DecisionError` where an audience with the same rule, channel and share kept out waits already."""
    for decision in _waiting(ws):
        other = CampaignDesign.of(decision.proposal)
        if replace(other, name=design.name) == design:
            raise DecisionError(
                "{name} waits already: the same conditions, channel and share kept out.",
                "Decide that one ({decision}), or change one of the three.",
                name=other.name,
                decision=decision.decision_id,
            )


def _waiting(ws: Workspace) -> list[Decision]:
    return [
        decision
        for status in ("proposed", "approved")
        for decision in ledger.list_decisions(ws.ledger, kind=KIND, status=status)
    ]
