"""Campaigns from the brief to the end: proposed, checked, approved by somebody else, launched, paused, resumed or stopped."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quanyu import ledger
from quanyu.act.account import Account, account_of
from quanyu.act.campaign.answer import Answers, answers_of
from quanyu.act.campaign.brief import Brief, brief_of, kept_brief
from quanyu.act.campaign.check import Check, check_brief, check_campaign
from quanyu.act.campaign.content import filled
from quanyu.act.campaign.launch import launch
from quanyu.act.settings import CampaignSettings
from quanyu.errors import CampaignError
from quanyu.ledger import OWN, Campaign, CampaignStatus, Decision, Edit, Proposal, to_json
from quanyu.nearest import did_you_mean
from quanyu.part.action import Action, Caller
from quanyu.part.day import as_of
from quanyu.part.document import read_document
from quanyu.part.given import File
from quanyu.part.paging import Limit, first_of
from quanyu.text import Text
from quanyu.workspace import Workspace

CAMPAIGN = "campaign"
"""The kind of decisions that hold a campaign."""
RECORD = "campaigns"


@dataclass(frozen=True)
class Draft:
    """A campaign to propose: a file, or the fields of one."""

    file: File | None = None
    fields: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Chosen:
    """A campaign, and why something is done to it."""

    campaign: str
    note: str = ""


@dataclass(frozen=True)
class Approval:
    """A campaign, and how many people its approver knows that it would reach."""

    campaign: str
    n_people: int
    note: str = ""


def add_campaign(ws: Workspace, given: Draft, caller: Caller) -> Decision:
    """Propose a campaign; one of the same name that nobody has approved yet makes way for it.

    Raises `CampaignError`, `ChannelError` or `RuleError` for a brief that cannot be carried out.
    """
    brief = _written(ws, given)
    for other in ledger.list_decisions(ws.ledger, kind=CAMPAIGN, status="proposed"):
        if kept_brief(other.proposal).name == brief.name:
            ledger.decide(ws.ledger, other.decision_id, "declined", who=caller.who, at=ws.now())
    content = {**brief.document, "author": caller.who, OWN: True}
    digest = hashlib.sha256(to_json({**content, "at": ws.now().isoformat()}).encode()).hexdigest()[:6]
    name = f"{CAMPAIGN}-{ws.today():%Y%m%d}-{digest}"
    ledger.propose(ws.ledger, Proposal(name, CAMPAIGN, as_of(ws), content), at=ws.now())
    return ledger.find_decision(ws.ledger, name)


def _written(ws: Workspace, given: Draft) -> Brief:
    return brief_of(
        filled(ws, read_document(given.file, CampaignError) if given.file else given.fields or {})
    )


def find(ws: Workspace, name: str) -> Decision:
    """Return the decision that holds a campaign, by its id or by the name in its brief; raise `CampaignError` where there is none."""
    known = ledger.list_decisions(ws.ledger, kind=CAMPAIGN)
    listed = {one.decision_id: one for one in known}
    named = {
        kept_brief(one.proposal).name: one
        for one in reversed(known)
        if one.status not in ("declined", "superseded")
    }
    if name in listed or name in named:
        return listed.get(name) or named[name]
    near = did_you_mean(name, [*named, *listed])
    raise CampaignError(
        "There is no campaign {name!r}.",
        "{near} All of them: quanyu campaign list" if near else "All of them: quanyu campaign list",
        name=name,
        near=near,
    )


def approve_campaign(ws: Workspace, given: Approval, caller: Caller) -> Decision:
    """Approve a campaign that reaches as many people as its approver says, and keep that number.

    Raises `CampaignError` where the number is another, or its author approves what needs four eyes.
    """
    decision = find(ws, given.campaign)
    check = check_campaign(ws, decision)
    settings, author = ws.settings.of(CampaignSettings), decision.proposal.get("author", "")
    if check.blocks:
        raise CampaignError(
            "{campaign} cannot be approved: {blocks}",
            "All that was found: quanyu campaign check {campaign}",
            campaign=decision.decision_id,
            blocks="; ".join(one.why[ws.settings.speech] for one in check.blocks),
        )
    if given.n_people != check.n_people:
        raise CampaignError(
            "{campaign} would reach {n} people, not {said}.",
            "Approve the number that you have seen: quanyu campaign approve {campaign} --people {n}",
            campaign=decision.decision_id,
            n=check.n_people,
            said=given.n_people,
        )
    is_large = check.n_people > settings.four_eyes_people or check.cost_amount > settings.four_eyes_amount
    if is_large and caller.who == author:
        raise CampaignError(
            "{who} wrote {campaign}, which reaches {n} people and costs {cost}: somebody else has to approve it.",
            "Up to {people} people and {amount} its author may: campaign.four_eyes_people and four_eyes_amount in quanyu.toml.",
            who=caller.who,
            campaign=decision.decision_id,
            n=check.n_people,
            cost=f"{check.cost_amount:.2f}",
            people=settings.four_eyes_people,
            amount=settings.four_eyes_amount,
        )
    acknowledged = {"n_people": check.n_people, "n_contacts": check.n_contacts}
    with ws.ledger.begin() as connection:
        ledger.decide(
            connection, decision.decision_id, "approved", who=caller.who, at=ws.now(), note=given.note
        )
        return ledger.mark_known(connection, decision.decision_id, {"acknowledged": acknowledged})


def launch_campaign(ws: Workspace, given: Chosen, caller: Caller) -> Campaign:
    """Freeze the audience of an approved campaign and open its queue. Holds the write lock.

    Raises `CampaignError` where it is not approved, or its audience is not that which was acknowledged.
    """
    decision = find(ws, given.campaign)
    launched = ledger.find_campaign(ws.ledger, decision.decision_id)
    if launched is not None:
        return launched
    if decision.status != "approved":
        raise CampaignError(
            "{campaign} is {status}: only what was approved can be launched.",
            "quanyu campaign check {campaign}, then quanyu campaign approve {campaign} --people N",
            campaign=decision.decision_id,
            status=decision.status,
        )
    with ws.writing():
        return launch(ws, decision)


def pause_campaign(ws: Workspace, given: Chosen, caller: Caller) -> Campaign:
    """Let nothing more of a campaign leave until it is resumed; what is being handed over goes through."""
    return _moved(ws, given, caller, "paused", ("sending",))


def resume_campaign(ws: Workspace, given: Chosen, caller: Caller) -> Campaign:
    """Go on with a paused campaign: who was written to is not written to again."""
    return _moved(ws, given, caller, "sending", ("paused",))


def stop_campaign(ws: Workspace, given: Chosen, caller: Caller) -> Campaign:
    """End a campaign: everybody who still waits is let go."""
    return _moved(ws, given, caller, "stopped", ("sending", "paused"))


def _moved(
    ws: Workspace, given: Chosen, caller: Caller, status: CampaignStatus, was: tuple[CampaignStatus, ...]
) -> Campaign:
    campaign = launched(ws, given.campaign)
    with ws.ledger.begin() as connection:
        if not ledger.set_campaign(
            connection, campaign.campaign_id, status, was=was, at=ws.now(), note=given.note
        ):
            raise CampaignError(
                "{campaign} is {status}.",
                "Look at it: quanyu campaign show {campaign}",
                campaign=campaign.campaign_id,
                status=campaign.status,
            )
        if status == "stopped":
            ledger.close_sends(connection, campaign.campaign_id, reason="stopped", at=ws.now())
        before, after = {"status": campaign.status}, {"status": status, "note": given.note}
        ledger.audited(connection, Edit(ws.now(), caller.who, RECORD, campaign.campaign_id, before, after))
    return launched(ws, campaign.campaign_id)


def launched(ws: Workspace, name: str) -> Campaign:
    """Return a campaign that was launched; raise `CampaignError` for one that was not."""
    decision = find(ws, name)
    campaign = ledger.find_campaign(ws.ledger, decision.decision_id)
    if campaign is None:
        raise CampaignError(
            "{campaign} was not launched yet.",
            "quanyu campaign launch {campaign}",
            campaign=decision.decision_id,
        )
    return campaign


@dataclass(frozen=True)
class Course:
    """A campaign with what became of everybody: `account` counts people by arm, status and reason."""

    decision: Decision
    campaign: Campaign | None
    brief: Brief
    account: Account | None

    @property
    def status(self) -> Text:
        """How far it is: as its decision stands until it is launched, then as its messages do."""
        return self.campaign.status if self.campaign else self.decision.status


def campaigns(ws: Workspace) -> list[Course]:
    """Return every campaign that was written, the newest first."""
    known = ledger.list_decisions(ws.ledger, kind=CAMPAIGN, is_current=True)
    return [_course(ws, decision) for decision in known]


@dataclass(frozen=True)
class Newest:
    """Campaigns are wanted, the newest first, `after` the one with this id."""

    limit: Limit = 100
    after: str = ""


@dataclass(frozen=True)
class Courses:
    """Campaigns, the newest first, and after which one the next page begins; "" on the last."""

    campaigns: tuple[Course, ...]
    next: str


def list_campaigns(ws: Workspace, given: Newest, _: Caller) -> Courses:
    """Return a page of campaigns. One that is written between two pages moves none. Raises `DecisionError` for no `after`."""
    listed = ledger.list_decisions(
        ws.ledger, kind=CAMPAIGN, is_current=True, after=given.after, limit=given.limit + 1
    )
    page, has_more = first_of(listed, given.limit)
    courses = tuple(_course(ws, decision) for decision in page)
    return Courses(courses, page[-1].decision_id if has_more else "")


def show_campaign(ws: Workspace, given: Chosen, _: Caller) -> Course:
    """Return a campaign with what became of everybody."""
    return _course(ws, find(ws, given.campaign))


def _course(ws: Workspace, decision: Decision) -> Course:
    campaign = ledger.find_campaign(ws.ledger, decision.decision_id)
    account = account_of(ws, campaign) if campaign else None
    return Course(decision, campaign, kept_brief(decision.proposal), account)


def _checked(ws: Workspace, given: Chosen, _: Caller) -> Check:
    return check_campaign(ws, find(ws, given.campaign))


def _tried(ws: Workspace, given: Draft, _: Caller) -> Check:
    return check_brief(ws, _written(ws, given), CAMPAIGN)


def _answered(ws: Workspace, given: Chosen, _: Caller) -> Answers:
    campaign = ledger.find_campaign(ws.ledger, find(ws, given.campaign).decision_id)
    return answers_of(ws, campaign) if campaign else Answers(())


ADD = Action(
    "add_campaign",
    "Propose a campaign; nothing is sent.",
    Draft,
    Decision,
    add_campaign,
    said="wrote a campaign",
)
CHECK = Action(
    "check_campaign",
    "Say whom a campaign would reach, who is left alone and why, what it costs and what stands in its way.",
    Chosen, Check, _checked, role="analyst", writes=False,
)  # fmt: skip
APPROVE = Action(
    "approve_campaign", "Approve a campaign that reaches so many people.", Approval, Decision, approve_campaign,
    said="approved {campaign} for {n_people} people",
)  # fmt: skip
LAUNCH = Action(
    "launch_campaign", "Freeze the audience of an approved campaign and let its messages leave.",
    Chosen, Campaign, launch_campaign, said="launched {campaign}",
)  # fmt: skip
PAUSE = Action(
    "pause_campaign",
    "Let nothing more of a campaign leave.",
    Chosen,
    Campaign,
    pause_campaign,
    said="paused {campaign}",
)
RESUME = Action(
    "resume_campaign",
    "Go on with a paused campaign.",
    Chosen,
    Campaign,
    resume_campaign,
    said="resumed {campaign}",
)
STOP = Action(
    "stop_campaign",
    "End a campaign; who still waits is let go.",
    Chosen,
    Campaign,
    stop_campaign,
    said="stopped {campaign}",
)
LIST = Action(
    "list_campaigns", "List the campaigns and how far they are.", Newest, Courses, list_campaigns,
    role="viewer", writes=False,
)  # fmt: skip
SHOW = Action(
    "show_campaign", "Show a campaign with what became of everybody.", Chosen, Course, show_campaign,
    role="analyst", writes=False,
)  # fmt: skip
TRY = Action(
    "try_campaign", "Say what a campaign would do that nobody has proposed yet; nothing is recorded.", Draft, Check, _tried,
    role="analyst", writes=False,
)  # fmt: skip
ANSWERS = Action(
    "answers_to_campaign",
    "Say by channel and variant how many people opened, clicked, replied and bought, and what programs did.",
    Chosen, Answers, _answered, role="analyst", writes=False,
)  # fmt: skip
ACTIONS = {
    one.name: one for one in (ADD, TRY, CHECK, APPROVE, LAUNCH, PAUSE, RESUME, STOP, LIST, SHOW, ANSWERS)
}
"""What can be done with campaigns, by name."""
