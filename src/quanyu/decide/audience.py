"""Whom to reach next: the audience that a turn proposes, with what earlier campaigns lead us to expect of it."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quanyu import ledger
from quanyu.decide.settings import AudienceSettings
from quanyu.ledger import Proposal
from quanyu.part.action import Action
from quanyu.part.day import as_of
from quanyu.part.proposed_audience import KIND, content_of, decision_name, numbered, refuse_twice
from quanyu.part.segment_state import require_fresh
from quanyu.part.step import Step
from quanyu.rule import ASKED, Asking, meant_rule, members, parse
from quanyu.rule.tree import groups
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.text import Text, translate
from quanyu.workspace import Workspace

UNMEASURED: Text = "no campaign on this channel has been measured yet"
NAME: Text = "Win back the valuable"
"""What the campaign of the settings is called where they do not say."""
NORMAL_975 = 1.959964
"""The 97.5 % quantile of the normal distribution."""


def propose_audience(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Propose the audience of the settings: the loop step. Says why where it does not."""
    design = usual_design(ws)
    if not ws.settings.of(AudienceSettings).is_proposed:
        return {"skipped": "the settings propose no audience"}
    if being_measured(ws, design, as_of):
        return {"skipped": "an audience with this rule is still being measured"}
    proposal = propose_design(ws, design, as_of)
    return {"skipped": "the rule finds nobody"} if proposal is None else {"decision_id": proposal.decision_id}


def usual_design(ws: Workspace) -> CampaignDesign:
    """Return the campaign of the settings."""
    settings = ws.settings.of(AudienceSettings)
    design = CampaignDesign(**settings.model_dump(exclude={"is_proposed"}))
    return replace(design, name=design.name or translate(NAME, ws.settings.speech))


def propose_design(
    ws: Workspace, design: CampaignDesign, as_of: dt.date, *, is_own: bool = False
) -> Proposal | None:
    """Record the proposal of a campaign and return it; None where the rule finds nobody.

    One of one's own stands beside what turns propose; those take each other's place.

    Raises `RuleError` for a rule that cannot be read, `SegmentError` for a segment whose members are not those of the day.
    """
    tree = parse(design.rule)
    require_fresh(ws, groups(tree), as_of)
    audience = members(tree, Asking.of(ws, as_of))
    n = int(ws.warehouse.read(audience.count()).column(0)[0].as_py())
    if not n:
        return None
    content = content_of(design, n, is_own=is_own)
    proposal = Proposal(decision_name(content, as_of), KIND, as_of, content, expected(ws, design, n))
    ledger.propose(ws.ledger, proposal, at=ws.now())
    return proposal


def propose_own(ws: Workspace, design: CampaignDesign) -> Proposal | None:
    """Record a proposal of one's own, under a name that no other has that waits; None where the rule finds nobody.

    Raises `DecisionError` where the same waits already, `RuleError` for a rule that cannot be read or asks for a word that
    nobody has.
    """
    rule = meant_rule(design.rule, ws.warehouse.table, ws.warehouse.read)
    refuse_twice(ws, replace(design, rule=rule))
    return propose_design(ws, numbered(ws, replace(design, rule=rule)), as_of(ws), is_own=True)


def being_measured(ws: Workspace, design: CampaignDesign, as_of: dt.date) -> bool:
    """Say whether a campaign with the same rule and channel has not been compared for its whole window yet."""
    for campaign in ledger.list_campaigns(ws.ledger):
        earlier = CampaignDesign.of(campaign.design)
        begun = campaign.frozen_at.astimezone(ws.settings.zone).date()
        is_same = (earlier.rule, earlier.channel) == (design.rule, design.channel)
        if is_same and as_of <= begun + dt.timedelta(days=earlier.window_days):
            return True
    return False


def expected_of(ws: Workspace, design: CampaignDesign, n_treated: int) -> dict[str, Any]:
    """Return what to expect of a campaign of which it is known how many people it would reach; see `expected`."""
    return expected(ws, design, n_treated, n_treated)


def expected(ws: Workspace, design: CampaignDesign, n: int, n_treated: int | None = None) -> dict[str, Any]:
    """Return what to expect of a campaign: its gain in margin, from what campaigns on this channel have shown.

    The margin that one contacted person brought in earlier campaigns, pooled by the inverse of its variance,
    times the people to be contacted (`n_treated`, else the share of `n` that those reached), less what
    contacts cost. `reason` says it where nothing was measured yet.
    """
    lifts = ws.warehouse.table("lifts")
    trusted = lifts.is_final.fill_null(False) & ~lifts.is_srm_alarm.fill_null(False)
    known = lifts.filter(lifts.metric == "margin", trusted, lifts.lift_high > lifts.lift_low)
    rows = ws.warehouse.read(
        known.select("campaign_id", "lift", "lift_low", "lift_high", "n_treated").order_by("campaign_id")
    ).to_pylist()
    campaigns = {campaign.campaign_id: campaign for campaign in ledger.list_campaigns(ws.ledger)}
    comparable = [
        row
        for row in rows
        if row["campaign_id"] in campaigns and campaigns[row["campaign_id"]].channel == design.channel
    ]
    if not comparable:
        return {"reason": UNMEASURED}
    variances = [((row["lift_high"] - row["lift_low"]) / 2 / NORMAL_975) ** 2 for row in comparable]
    weight = sum(1 / variance for variance in variances)
    lift = sum(row["lift"] / variance for row, variance in zip(comparable, variances, strict=True)) / weight
    width = NORMAL_975 / math.sqrt(weight)
    reached = sum(row["n_treated"] for row in comparable)
    asked = sum(campaigns[row["campaign_id"]].design.get("n_audience", 0) for row in comparable)
    if n_treated is None:
        n_treated = round(n * reached / asked) if asked else round(n * (1 - design.control_share))
    gain = [(part - design.contact_cost_amount) * n_treated for part in (lift - width, lift, lift + width)]
    low, middle, high = (round(part, 2) for part in gain)
    return {
        "n_treated": n_treated,
        "gain_amount": middle,
        "gain_low": low,
        "gain_high": high,
        "evidence": [row["campaign_id"] for row in comparable],
    }


STEP = Step(
    "audience",
    "Propose whom to reach next",
    (*ASKED, "lifts"),
    (),
    propose_audience,
    ("audience",),
)


PROPOSE = Action(
    "propose_audience",
    "Propose an audience; a person decides whether it is reached.",
    CampaignDesign,
    Proposal,
    lambda ws, given, _: propose_own(ws, given),
    said="proposed an audience of {rule}",
)
