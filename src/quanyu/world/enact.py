"""What a seller's decisions do to a simulated shop: budgets change what is spent, audiences are reached.

Only the simulation looks at both sides: it finds the true people behind those whom the system decided to reach.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from quanyu import ledger
from quanyu.ledger import Decision
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.workspace import Workspace
from quanyu.world.answer import Answers, Habits, Sent, answers, leaning, recent
from quanyu.world.campaign import Campaign, Outreach
from quanyu.world.market import paid_media
from quanyu.world.people import make_people
from quanyu.world.platform import PLATFORMS
from quanyu.world.setting import Course
from quanyu.world.world import World

OWN = {paid_media.REPORTED.get(channel.name, channel.name): channel.name for channel in paid_media.CHANNELS}
"""The shop's own names of ad channels by those of their reports."""
HABITS = Habits()
"""How people answer what the seller sends them; their lift differs between people (see `answer`)."""
HAD = ("delivered", "held_out")
"""What was handed over, and what control would have got."""
SHOWN = ("step", "person_id", "status", "channel", "variant")
"""Of sends."""


def enact(
    ws: Workspace, truth: Path, since: dt.date | None = None, habits: Habits = HABITS, *, days: int = 0
) -> Course:
    """Return the course that follows from the decisions carried out in a workspace.

    `truth` is the folder of that name of the shop's last period. Whom an audience or a campaign reaches is reached once: with
    `since`, only those that were carried out on that day or later count; of budgets the newest does. The messages of campaigns
    are answered by `habits`. Of a period that begins on `since` and has `days`, each begins on the day of its launch; else on
    the first.
    """
    done = ledger.list_decisions(ws.ledger, status="done") + ledger.list_decisions(
        ws.ledger, status="measured"
    )
    done.sort(key=lambda decision: (decision.as_of, decision.decision_id))
    spend: dict[str, float] = {}
    steady: dict[str, float] = {}
    for decision in done:
        if decision.kind == "budget":
            # What it leaves alone stays as an earlier one has set it.
            moved = {name: factor for name, factor in _factors(decision).items() if factor != 1}
            spend |= moved
            steady |= {name: amount for name, amount in _amounts(decision).items() if name in moved}
    planned = {
        OWN[decision.proposal["channel"]]: _planned(decision)
        for decision in done
        if decision.kind == "spend_test" and decision.proposal["channel"] in OWN
    }
    members = _members(ws, truth)
    fresh = [decision for decision in done if _is_fresh(ws, decision, since)]
    outreach = [_outreach(ws, decision, members) for decision in fresh if decision.kind == "audience"]
    sent = messages(ws, truth)
    outreach += [
        replace(one, sent=sent.get(one.campaign.name), habits=habits, campaign=replace(one.campaign, at=at))
        for decision in fresh
        if decision.kind == "campaign"
        for one, at in [(_outreach(ws, decision, members), _place(ws, decision, since, days))]
    ]
    return Course(spend, steady, planned, tuple(outreach))


def replies(
    ws: Workspace, truth: Path, world: World, campaign_id: str, habits: Habits = HABITS
) -> Answers | None:
    """Draw what everybody will answer whom a campaign that was just launched may write to; None where it may write to nobody.

    `world` is the shop up to the launch. The same is drawn when `enact` lets the shop go on with what was handed over.
    """
    sent = messages(ws, truth, (*HAD, "pending")).get(campaign_id)
    if sent is None:
        return None
    first = world.setting
    while first.before is not None:
        first = first.before
    lean = np.zeros(len(sent.person))
    for number in range(first.shop.n_blocks):
        people = make_people(first.shop, number)
        here = (sent.person >= people.first) & (sent.person < people.first + people.n)
        lean[here] = leaning(people, sent.person[here] - people.first)
    return answers(first.shop.seed, habits, sent, lean)


def messages(ws: Workspace, truth: Path, statuses: Collection[str] = HAD) -> dict[str, Sent]:
    """Return by campaign its sends of some statuses, to true people: what was handed over, and what control would have got.

    How many others somebody got before counts over all campaigns. People whom no member card ties to a true one are left out.
    """
    members = _members(ws, truth)
    rows: list[tuple[Any, ...]] = []
    for campaign in ledger.list_campaigns(ws.ledger):
        day = campaign.frozen_at.timestamp() / 86_400
        for sends in ledger.stream_sends(ws.ledger, campaign_id=campaign.campaign_id):
            rows += [
                (campaign.campaign_id, day, f"{campaign.campaign_id}:{step}:{person}", members[person], *rest)
                for step, person, status, *rest in zip(*(sends[name] for name in SHOWN), strict=True)
                if person in members and status in statuses
            ]
    if not rows:
        return {}
    names, days, keys, people, channels, variants = (
        np.array(column, object) for column in zip(*rows, strict=True)
    )
    number = people.astype(np.int64)
    whole = Sent(keys, number, channels, variants, recent(number, days.astype(float)))
    return {name: whole.at(names == name) for name in dict.fromkeys(names.tolist())}


def _is_fresh(ws: Workspace, decision: Decision, since: dt.date | None) -> bool:
    if since is None or decision.done_at is None:
        return decision.status == "done"
    return decision.done_at.astimezone(ws.settings.zone).date() >= since


def _place(ws: Workspace, decision: Decision, since: dt.date | None, days: int) -> float:
    """Return where in a period a campaign was launched, as a share of its days: within the day on which it was."""
    if since is None or not days or decision.done_at is None:
        return 0.0
    return ((decision.done_at.astimezone(ws.settings.zone).date() - since).days + 0.5) / days


def _factors(decision: Decision) -> dict[str, float]:
    return {
        OWN[line["channel"]]: float(line["proposed_amount"]) / float(line["current_amount"])
        for line in decision.proposal["lines"]
        if float(line["current_amount"]) and line["channel"] in OWN
    }


def _amounts(decision: Decision) -> dict[str, float]:
    return {
        OWN[line["channel"]]: float(line["current_amount"])
        for line in decision.proposal["lines"]
        if float(line["current_amount"]) and line["channel"] in OWN
    }


def _planned(decision: Decision) -> dict[dt.date, float]:
    """Return what the schedule of a test says is spent on each of its days."""
    first = dt.date.fromisoformat(decision.carried["starts_on"])
    level = {word: float(decision.proposal[f"{name}_amount"]) for word, name in (("L", "low"), ("H", "high"))}
    return {first + dt.timedelta(days=at): level[word] for at, word in enumerate(decision.carried["days"])}


def _members(ws: Workspace, truth: Path) -> Mapping[str, int]:
    """Return the true number of the person behind each person found, by their member cards."""
    planted = ws.warehouse.scan([truth / "identities.parquet"])
    planted = planted.filter(planted.kind == "member").select("id_key", true_id=planted.person_id)
    identities = ws.warehouse.table("identities").select("id_key", "person_id")
    both = (
        identities.inner_join(planted, "id_key")
        .group_by("person_id")
        .aggregate(true_id=lambda t: t.true_id.min())
    )
    rows = ws.warehouse.read(both).to_pylist()
    return {row["person_id"]: int(row["true_id"].removeprefix("P")) - 1 for row in rows}


def _outreach(ws: Workspace, decision: Decision, members: Mapping[str, int]) -> Outreach:
    """Return who got the message, and who was kept out, as true people."""
    design = CampaignDesign.of(decision.proposal)
    arms: dict[str, list[int]] = {"treated": [], "control": []}
    for sends in ledger.stream_sends(ws.ledger, campaign_id=decision.decision_id):
        for arm, person in zip(sends["arm"], sends["person_id"], strict=True):
            if arm in arms and person in members:
                arms[arm].append(members[person])
    campaign = Campaign(
        name=decision.decision_id, title=design.name, channel=design.channel, at=0.0, lift=HABITS.lift,
        platform=PLATFORMS.index("youzan"), cost_fen=round(design.contact_cost_amount * 100),
    )  # fmt: skip
    return Outreach(campaign, tuple(sorted(arms["treated"])), tuple(sorted(arms["control"])))
