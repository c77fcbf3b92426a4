"""Carry out what was approved: freeze audiences, keep the control out, hand the rest over. Once, on record.

Freezing, the mark on the decision and the message in the outbox are one transaction. The message is delivered
afterwards: who may no longer be contacted is let go, the file is written whole, then everybody pending is marked as
delivered in one statement. A process killed anywhere is followed by another that finishes the same.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from quanyu import ledger
from quanyu.act.audience import audience, withdrawn
from quanyu.act.delivery import advance, mirror
from quanyu.act.export import write_campaign, write_rows
from quanyu.act.gate import Ask
from quanyu.act.spend_test import days_of, draw, meets, mirror_tests, running
from quanyu.errors import ChannelError, DecisionError, RuleError, SegmentError
from quanyu.ledger import Campaign, ClaimedMessage, Decision, Dispatcher, Edit, Message
from quanyu.part.step import Step
from quanyu.rule import ASKED
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.text import Sentence, told
from quanyu.workspace import Workspace

TOPIC = "exports"
ONLY_STEP = "1"
BATCH = 50_000
READ = ("people", "identities", "consents", "touches", "deliveries", "rfm", "lifetimes", "portraits")


def waiting(ws: Workspace) -> str:
    """Say what waits to be carried out, or nothing."""
    approved, moving = len(_approved(ws)), _moving(ws)
    messages = ledger.count_messages(ws.ledger, topic=TOPIC)
    n_undelivered = messages["waiting"] + messages["claimed"]
    if approved or n_undelivered:
        return Sentence("{n} approved decisions and {m} exports wait", n=approved, m=n_undelivered)
    return Sentence("{n} campaigns have gone on", n=len(moving)) if moving else ""


def _approved(ws: Workspace) -> list[Decision]:
    """Return the approved decisions that a turn carries out; campaigns are launched by hand."""
    return [one for one in ledger.list_decisions(ws.ledger, status="approved") if one.kind in CARRY]


def _moving(ws: Workspace) -> list[Campaign]:
    """Return the campaigns whose messages leave, or have ended since the last turn."""
    last = ledger.last_good(ws.ledger, "act")
    return [
        campaign
        for campaign in ledger.list_campaigns(ws.ledger)
        if campaign.status in ("sending", "paused")
        or (campaign.kind == "message" and (last is None or _ended(campaign) >= last.started_at))
    ]


def _ended(campaign: Campaign) -> dt.datetime:
    return campaign.exported_at or campaign.frozen_at


def execute(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Carry out every approved decision and deliver what waits: the loop step, under the write lock.

    One that cannot be carried out (its rule speaks of a trait that is gone) keeps its reason, waits for the next turn
    or to be declined, and holds up nothing else.
    """
    approved = _approved(ws)
    mirror(ws)
    blocked = [decision.decision_id for decision in reversed(approved) if not _is_executed(ws, decision)]
    ledger.release_claims(ws.ledger, TOPIC)
    dispatcher = Dispatcher(TOPIC, ledger.Claim("execute"))
    done = ledger.deliver_due(ws.ledger, dispatcher, partial(_deliver, ws), ws.now)
    return {
        "n_decisions": len(approved) - len(blocked),
        "blocked": blocked,
        "n_exports": done.n_delivered,
        "n_failed": done.n_failed + done.n_dead,
    }


def _is_executed(ws: Workspace, decision: Decision) -> bool:
    try:
        CARRY[decision.kind](ws, decision)
    except (ChannelError, DecisionError, RuleError, SegmentError) as error:
        ledger.mark_blocked(ws.ledger, decision.decision_id, told(error, ws.settings.speech))
        return False
    return True


def _freeze(ws: Workspace, decision: Decision) -> None:
    """Freeze the audience of a decision, as its rule finds it now."""
    design, at = CampaignDesign.of(decision.proposal), ws.now()
    campaign_id = decision.decision_id
    versions = {name: ws.warehouse.version(name) for name in READ}
    campaign = Campaign(
        campaign_id=campaign_id,
        decision_id=decision.decision_id,
        name=design.name,
        kind=design.kind,
        channel=design.channel,
        status="frozen",
        design={**decision.proposal, "versions": versions},
        frozen_at=at,
    )
    with ws.ledger.begin() as connection:
        ledger.freeze(connection, campaign, _rows(ws, design, campaign_id, at))
        ledger.post(connection, [Message(TOPIC, campaign_id, {"campaign_id": campaign_id})], at=at)
        ledger.mark_done(connection, decision.decision_id, at=at)
    # So that the next audience knows who is about to be contacted.
    mirror(ws)


def _rows(
    ws: Workspace, design: CampaignDesign, campaign_id: str, at: dt.datetime
) -> Iterator[list[dict[str, Any]]]:
    shared = {"campaign_id": campaign_id, "step": ONLY_STEP, "channel": design.channel, "changed_at": at}
    for batch in ws.warehouse.stream(audience(ws, design, campaign_id, at).order_by("person_id"), BATCH):
        yield [row | shared for row in batch.to_pylist()]


def _plan(ws: Workspace, decision: Decision) -> None:
    """Hand a budget over to those who set it on the platforms: a file with one line per channel.

    A change of a channel under test waits until the test is over.
    """
    moved = {
        line["channel"]
        for line in decision.proposal["lines"]
        if line["current_amount"] != line["proposed_amount"]
    }
    if other := next((test for test in running(ws) if test.proposal["channel"] in moved), None):
        raise _waits(other)
    with ws.ledger.begin() as connection:
        payload = {"name": decision.decision_id, "rows": decision.proposal["lines"]}
        ledger.post(connection, [Message(TOPIC, decision.decision_id, payload)], at=ws.now())
        ledger.mark_done(connection, decision.decision_id, at=ws.now())


def _schedule(ws: Workspace, decision: Decision) -> None:
    """Draw the days of a spend test, keep them as they were drawn, and hand them over to those who set the spend."""
    lands = json.loads(decision.proposal["lands_on"] or "{}")
    if other := next(
        (test for test in running(ws) if meets(test, decision.proposal["channel"], lands)), None
    ):
        raise _waits(other)
    carried = draw(ws, decision)
    rows = [
        {"on": day["on"], "channel": day["channel"], "spend_amount": day["planned_amount"]}
        for day in days_of(decision, carried)
    ]
    with ws.ledger.begin() as connection:
        payload = {"name": decision.decision_id, "rows": rows, "is_test": True}
        ledger.post(connection, [Message(TOPIC, decision.decision_id, payload)], at=ws.now())
        ledger.mark_done(connection, decision.decision_id, at=ws.now(), carried=carried)


def _waits(test: Decision) -> DecisionError:
    return DecisionError(
        "A test of the spend of {channel} runs until {day}.",
        "What was approved is carried out by the first turn after it, or can be taken back.",
        channel=test.proposal["channel"], day=test.carried["ends_on"],
    )  # fmt: skip


CARRY: Mapping[str, Callable[[Workspace, Decision], None]] = {
    "audience": _freeze,
    "budget": _plan,
    "spend_test": _schedule,
}
"""What is done about each kind of decision."""


def _deliver(ws: Workspace, message: ClaimedMessage) -> None:
    if "rows" in message.payload:
        if message.payload.get("is_test"):
            mirror_tests(ws)
        write_rows(ws, message.payload["name"], message.payload["rows"])
        return
    campaign = ledger.find_campaign(ws.ledger, message.payload["campaign_id"])
    if campaign is not None and campaign.status == "frozen":
        _hand_over(ws, campaign)
    # Before the message counts as delivered, so that a turn knows that the table still waits.
    mirror(ws)


def _hand_over(ws: Workspace, campaign: Campaign) -> None:
    design = CampaignDesign.of(campaign.design)
    _let_go(ws, campaign.campaign_id, design)
    file = write_campaign(ws, campaign.campaign_id, design)
    with ws.ledger.begin() as connection:
        n = ledger.mark_exported(connection, campaign.campaign_id, step=ONLY_STEP, at=ws.now())
        # Personal data leaves the house: the audit log says which, how much and by whose approval.
        who = ledger.find_decision(connection, campaign.decision_id).decided_by
        content = {"file": file.name, "n_people": n}
        ledger.audited(connection, Edit(ws.now(), who, "exports", campaign.campaign_id, None, content))
    advance(ws, campaign.campaign_id)


def _let_go(ws: Workspace, campaign_id: str, design: CampaignDesign) -> None:
    """Suppress who took back their word, or cannot be reached any more, since the audience was frozen.

    They stay in their arm: whoever would do the same in the other arm is there too.
    """
    at = ws.now()
    with ws.ledger.begin() as connection:
        for batch in ws.warehouse.stream(withdrawn(ws, campaign_id, Ask((design.channel,), at)), BATCH):
            ledger.suppress(connection, campaign_id, batch.to_pylist(), step=ONLY_STEP, at=at)
    mirror(ws)


STEP = Step(
    "act",
    "Carry out what was approved",
    tuple(dict.fromkeys((*ASKED, "consents"))),
    ("deliveries", "spend_test_days"),
    execute,
    ("experiment", "gates"),
    waiting=waiting,
)
