"""What screens ask about campaigns: who was in, what became of everybody, and where the file lies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from quanyu import ledger
from quanyu.act.audience import audience
from quanyu.act.export import folder
from quanyu.act.gate import REASONS
from quanyu.discovery import declared
from quanyu.ledger import Campaign
from quanyu.part.action import Action
from quanyu.part.day import as_of
from quanyu.part.proposed_audience import content_of, decision_name, numbered
from quanyu.rule import Asking, meant_rule, members, parse
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.text import Text
from quanyu.workspace import Workspace

STATUSES = ("delivered", "pending", "failed", "held_out", "suppressed")


@dataclass(frozen=True)
class Share:
    """How many people of an audience stand in one status for one reason."""

    arm: str
    status: str
    reason: str
    n_people: int


@cache
def reason_words() -> Mapping[str, Text]:
    """Return what every reason on record means: those of the gates, and those of the channels, which declare their own.

    >>> reason_words()["control"]
    'Kept out to measure the effect'
    """
    of_channels: dict[str, Text] = {}
    for words in declared("REASONS", "act/channel"):
        of_channels |= words
    return {**of_channels, **REASONS}


@dataclass(frozen=True)
class Account:
    """An audience with what became of everybody in it: `n_audience` is the sum of its shares."""

    campaign_id: str
    design: CampaignDesign
    shares: tuple[Share, ...]
    frozen_at: dt.datetime | None = None
    exported_at: dt.datetime | None = None
    file: Path | None = None

    @property
    def n_audience(self) -> int:
        """Everybody the rule found."""
        return sum(share.n_people for share in self.shares)

    @property
    def by_status(self) -> Mapping[str, int]:
        """How many people stand in each status, in the order of `STATUSES`."""
        return {
            status: sum(share.n_people for share in self.shares if share.status == status)
            for status in STATUSES
        }


def accounts(ws: Workspace) -> list[Account]:
    """Return every campaign, newest first, with what became of its audience."""
    return [account_of(ws, campaign) for campaign in ledger.list_campaigns(ws.ledger)]


def preview(ws: Workspace, design: CampaignDesign, decision_id: str = "") -> Account:
    """Return what would become of everybody if an audience were frozen now; nothing is recorded.

    Who would be kept out is drawn as it will be: by the id of the decision, or by that which a proposal of one's own would
    have now. Raises `RuleError` for a rule that cannot be read or asks for a word that nobody has, and `ChannelError` for an
    unknown channel.
    """
    rule = meant_rule(design.rule, ws.warehouse.table, ws.warehouse.read)
    design = replace(design, rule=rule)
    name = decision_id or _name(ws, numbered(ws, design))
    rows = audience(ws, design, name, ws.now())
    groups = rows.group_by("arm", "status", "reason").aggregate(n_people=rows.count())
    shares = ws.warehouse.read(groups.order_by("arm", "status", "reason")).to_pylist()
    return Account(name, design, tuple(Share(**row) for row in shares))


def _name(ws: Workspace, design: CampaignDesign) -> str:
    everybody = members(parse(design.rule), Asking.of(ws, as_of(ws)))
    n = int(ws.warehouse.read(everybody.count()).column(0)[0].as_py())
    return decision_name(content_of(design, n, is_own=True), as_of(ws))


def account_of(ws: Workspace, campaign: Campaign) -> Account:
    """Return what became of the audience of a campaign."""
    shares = tuple(Share(*row) for row in ledger.count_sends(ws.ledger, campaign.campaign_id))
    file = folder(ws) / f"{campaign.campaign_id}.csv"
    return Account(
        campaign.campaign_id,
        CampaignDesign.of(campaign.design),
        shares,
        campaign.frozen_at,
        campaign.exported_at,
        file if file.exists() else None,
    )


PREVIEW = Action(
    "preview_audience",
    "Say who would be reached, kept out, or left alone and why; nothing is recorded.",
    CampaignDesign,
    Account,
    lambda ws, given, _: preview(ws, given),
    role="analyst",
    writes=False,
)
