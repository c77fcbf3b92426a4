"""Launch: the audience is counted again, frozen with everything its messages need, and the queue is open. Once."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from quanyu import ledger
from quanyu.act.campaign.brief import KIND, kept_brief
from quanyu.act.campaign.check import counted
from quanyu.act.campaign.plan import plan
from quanyu.act.campaign.queue import links, rows, write_messages
from quanyu.act.delivery import mirror
from quanyu.act.settings import CampaignSettings
from quanyu.errors import CampaignError
from quanyu.ledger import Campaign, Decision
from quanyu.method.scratch import Scratch
from quanyu.workspace import Workspace

ONLY_STEP = "1"
KNOWN = ("people", "identities", "consents", "feedback")
"""What is known of people that may let somebody go who waits."""


def launch(ws: Workspace, decision: Decision) -> Campaign:
    """Freeze the audience of an approved campaign and open its queue; return the campaign.

    The number of messages acknowledged at approval is counted again: by person and by contact. Killed anywhere it leaves
    nothing that counts, and is simply launched again. Raises `CampaignError` where the audience has drifted.
    """
    brief, at, name = kept_brief(decision.proposal), ws.now(), decision.decision_id
    versions = {table: ws.warehouse.version(table) for table in KNOWN}
    with Scratch(ws) as scratch:
        planned = scratch.keep(plan(ws, brief, name, at).mutate(step=ibis.literal(ONLY_STEP)))
        _refuse_drift(ws, decision, planned)
        write_messages(ws, brief, name, planned)
        design = {**brief.document, "versions": versions, "links": links(brief, name)}
        campaign = Campaign(
            name, name, brief.name, KIND, brief.channels[0], status="sending", design=design, frozen_at=at
        )
        with ws.ledger.begin() as connection:
            ledger.freeze(connection, campaign, rows(ws, brief, name, planned, at))
            ledger.mark_done(connection, name, at=at, carried=decision.carried)
    mirror(ws)
    found = ledger.find_campaign(ws.ledger, name)
    assert found is not None
    return found


def _refuse_drift(ws: Workspace, decision: Decision, planned: ir.Table) -> None:
    """Raise `CampaignError` where the messages are not about as many as were acknowledged."""
    approved, now = decision.carried["acknowledged"], counted(ws, planned)
    limit = ws.settings.of(CampaignSettings).drift_share
    for what, n in now.items():
        if abs(n - approved[what]) > limit * approved[what]:
            raise CampaignError(
                "{decision} would reach {n} people at {m} addresses; {acknowledged} at {other} were acknowledged at its approval.",
                "Look at it again: quanyu campaign check {decision}, and approve it with the number that it says now.",
                decision=decision.decision_id,
                n=now["n_people"],
                m=now["n_contacts"],
                acknowledged=approved["n_people"],
                other=approved["n_contacts"],
            )
