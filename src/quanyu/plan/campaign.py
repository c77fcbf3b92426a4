"""Campaigns as the report tells them: whom they were for, what became of everybody, what variants did, and what they brought."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from quanyu import ledger
from quanyu.discovery import declared
from quanyu.ledger import Campaign
from quanyu.method.assignment import CONTROL, TREATED
from quanyu.text import Language, Text, translate
from quanyu.workspace import Workspace

STATES: Mapping[str, Text] = {
    "delivered": "Sent", "failed": "Failed", "suppressed": "Left alone", "held_out": "Held out", "pending": "Waiting",
}  # fmt: skip
"""What becomes of people; every person of an audience stands in one of them."""
STEPS: Mapping[str, Text] = {"opened": "Opened", "clicked": "Clicked", "bought": "Bought"}
"""What people did with a message, after it was sent."""
VERDICTS: Mapping[str, Text] = {"better": "Ahead", "worse": "Behind", "undecided": "Undecided"}
JOURNEY = "journey"
"""The kind of what a step of a journey sends: it is told with its journey."""
KNOWN = "truths.json"
"""The file of a simulated shop that holds what is truly so."""
METRIC = "orders"
"""What is told of a lift: orders per person, which say most of the smallest groups."""


@dataclass(frozen=True)
class Reason:
    """Why so many people stand in a state."""

    state: str
    reason: str
    n: int

    def name_in(self, language: Language) -> str:
        """Return it in words; a reason of a provider's own as it stands."""
        said: Text = reasons().get(self.reason, self.reason)
        return translate(said, language)


@dataclass(frozen=True)
class Version:
    """A variant of a channel against its rival, another variant or control, by the share of its people that bought.

    The interval of the difference holds at every look.
    """

    channel: str
    variant: str
    n: int
    n_did: Mapping[str, int]
    against: str
    difference: float | None
    low: float | None
    high: float | None
    verdict: Text


@dataclass(frozen=True)
class Brought:
    """Orders per person that a campaign brought against control; `truth` is what a simulated shop knows of it.

    `reason` says why there is no reading and is empty where there is one; `is_broken`: the arms are not as large as planned.
    """

    n_treated: int
    n_control: int
    mean_treated: float | None
    mean_control: float | None
    value: float | None
    low: float | None
    high: float | None
    is_final: bool
    is_broken: bool
    reason: Text = ""
    truth: float | None = None

    @property
    def is_told(self) -> bool:
        """Say whether the interval leaves out zero."""
        return self.low is not None and self.high is not None and not self.low <= 0 <= self.high


@dataclass(frozen=True)
class CampaignReview:
    """One campaign with everybody in its audience."""

    campaign_id: str
    name: str
    rule: str
    channels: tuple[str, ...]
    status: Text
    launched_on: dt.date
    states: Mapping[str, int]
    reasons: tuple[Reason, ...]
    versions: tuple[Version, ...]
    brought: Brought | None

    @property
    def n_audience(self) -> int:
        """Everybody it was for."""
        return sum(self.states.values())

    @property
    def is_for_anybody(self) -> bool:
        """Say whether anybody was to get it, or was kept out to compare with."""
        return any(n for state, n in self.states.items() if state != "suppressed")

    @property
    def steps(self) -> tuple[tuple[Text, int], ...]:
        """How far people went, each counted once; what nobody could do with such a message is left out."""
        sent: tuple[tuple[Text, int], ...] = (
            ("Audience", self.n_audience),
            ("Sent", self.states["delivered"]),
        )
        did = {name: sum(one.n_did.get(name, 0) for one in self.versions) for name in STEPS}
        return (
            *sent,
            *((STEPS[name], n) for name, n in did.items() if n or (name == "bought" and self.versions)),
        )


@cache
def reasons() -> Mapping[str, Text]:
    """Return what every reason on record means: those of the gates, and those of the channels, which declare their own."""
    known: dict[str, Text] = {}
    for words in declared("REASONS", "act/channel", "act/gate", "measure/experiment/contrast"):
        known |= words
    return known


def campaigns(ws: Workspace, truths: Mapping[str, float]) -> tuple[CampaignReview, ...]:
    """Return every campaign and audience that was launched, the newest first, with effects as of the last turn.

    `truths` are the orders per person that campaigns of a simulated shop truly brought, by their ids.
    """
    versions, brought = ws.warehouse.table("variants"), readings(ws, truths)
    parted: dict[str, list[dict[str, Any]]] = {}
    for row in ws.warehouse.read(
        versions.order_by("campaign_id", "channel", "variant", "other", "metric")
    ).to_pylist():
        parted.setdefault(row["campaign_id"], []).append(row)
    return tuple(
        _campaign(
            ws,
            one,
            _versions(parted.get(one.campaign_id, [])),
            brought.get(one.campaign_id),
        )
        for one in ledger.list_campaigns(ws.ledger)
        if one.kind != JOURNEY
    )


def readings(ws: Workspace, truths: Mapping[str, float]) -> dict[str, Brought]:
    """Return what every campaign and journey brought, as of the last turn."""
    lifts = ws.warehouse.table("lifts")
    wanted = lifts.filter(lifts.metric == METRIC, lifts.arm == TREATED)
    rows = ws.warehouse.read(wanted).to_pylist()
    return {row["campaign_id"]: _brought(row, truths.get(row["campaign_id"])) for row in rows}


def keep_truths(ws: Workspace, truths: Mapping[str, float]) -> None:
    """Keep how many orders per person campaigns and journeys of a simulated shop truly brought, by their ids, for its reports."""
    ws.path(KNOWN).write_text(json.dumps(dict(truths)), encoding="utf-8")


def kept_truths(ws: Workspace) -> dict[str, float]:
    """Return what was kept; nothing where a shop is real."""
    file = ws.path(KNOWN)
    known: dict[str, float] = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return known


def _campaign(
    ws: Workspace, campaign: Campaign, versions: tuple[Version, ...], brought: Brought | None
) -> CampaignReview:
    shares = ledger.count_sends(ws.ledger, campaign.campaign_id)
    by_reason: dict[tuple[str, str], int] = {}
    for _, state, reason, n in shares:
        if reason:
            by_reason[state, reason] = by_reason.get((state, reason), 0) + n
    order = list(STATES)
    return CampaignReview(
        campaign_id=campaign.campaign_id,
        name=campaign.name,
        rule=str(campaign.design.get("rule", "")),
        channels=tuple(campaign.design.get("brief", {}).get("channels", (campaign.channel,))),
        status=campaign.status,
        launched_on=campaign.frozen_at.astimezone(ws.settings.zone).date(),
        states={state: sum(n for _, other, _, n in shares if other == state) for state in STATES},
        reasons=tuple(
            Reason(state, reason, n)
            for (state, reason), n in sorted(
                by_reason.items(), key=lambda item: (order.index(item[0][0]), -item[1])
            )
        ),
        versions=versions,
        brought=brought,
    )


def _versions(rows: list[dict[str, Any]]) -> tuple[Version, ...]:
    """Return the variants of a campaign, each against the other that most of its people bought by, else against control."""
    by_name: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in rows:
        by_name.setdefault((row["channel"], row["variant"]), []).append(row)
    return tuple(_version(channel, name, same) for (channel, name), same in by_name.items())


def _version(channel: str, name: str, rows: list[dict[str, Any]]) -> Version:
    bought = [row for row in rows if row["metric"] == "bought"]
    rival = max(
        [row for row in bought if row["other"] != CONTROL] or bought,
        key=lambda row: row["n_other_did"] / max(row["n_other"], 1),
    )
    return Version(
        channel=channel, variant=name, n=rival["n"], n_did={row["metric"]: row["n_did"] for row in rows},
        against=rival["other"], difference=rival["difference"], low=rival["difference_low"],
        high=rival["difference_high"], verdict=VERDICTS[rival["verdict"]],
    )  # fmt: skip


def _brought(row: Mapping[str, Any], truth: float | None) -> Brought:
    why: Text = reasons().get(row["reason"] or "", row["reason"] or "")
    return Brought(
        n_treated=row["n_treated"] or 0, n_control=row["n_control"] or 0, mean_treated=row["mean_treated"],
        mean_control=row["mean_control"], value=row["lift"], low=row["lift_low"], high=row["lift_high"],
        is_final=bool(row["is_final"]), is_broken=bool(row["is_srm_alarm"]), reason=why, truth=truth,
    )  # fmt: skip
