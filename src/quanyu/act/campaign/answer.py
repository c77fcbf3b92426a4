"""How a campaign was answered: by channel and variant, what people did with its messages, and what programs did in their stead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

import ibis

from quanyu import ledger
from quanyu.act.campaign.brief import kept_brief
from quanyu.ledger import Campaign
from quanyu.method.assignment import TREATED
from quanyu.workspace import Workspace

KINDS: Mapping[str, tuple[str, ...]] = {
    "n_returned": ("bounced",),
    "n_opened": ("opened", "clicked"),
    "n_clicked": ("clicked",),
    "n_replied": ("replied",),
    "n_unsubscribed": ("unsubscribed",),
    "n_complained": ("complained",),
    "n_opened_by_program": ("opened_by_proxy",),
    "n_clicked_by_program": ("clicked_by_scanner",),
}
"""What is counted of reactions: whoever clicked has opened, whether or not an image said so."""
SENT = {"delivered": "n_sent", "failed": "n_failed", "pending": "n_pending"}
"""What sends in a status are counted as."""


@dataclass(frozen=True)
class Counted:
    """People of one variant of one channel: to how many it was sent, and how many of them did what. Each is counted once.

    `n_bought` paid for an order within the days of the campaign's window: that they did so because of it is not said.
    """

    channel: str
    variant: str
    n_sent: int = 0
    n_failed: int = 0
    n_pending: int = 0
    n_returned: int = 0
    n_opened: int = 0
    n_clicked: int = 0
    n_replied: int = 0
    n_unsubscribed: int = 0
    n_complained: int = 0
    n_opened_by_program: int = 0
    n_clicked_by_program: int = 0
    n_bought: int = 0


NUMBERS = tuple(item.name for item in fields(Counted) if item.name.startswith("n_"))


@dataclass(frozen=True)
class Answers:
    """How a campaign was answered so far: by variant, and in all. `n_waiting` reactions to any campaign wait for the next turn."""

    lines: tuple[Counted, ...]
    n_waiting: int = 0

    @property
    def whole(self) -> Counted:
        """The sums over all variants."""
        return Counted("", "", **{name: sum(getattr(line, name) for line in self.lines) for name in NUMBERS})


def answers_of(ws: Workspace, campaign: Campaign) -> Answers:
    """Return how a campaign was answered: sends as the ledger has them now, reactions and purchases as of the last turn."""
    known: dict[tuple[str, str], Counted] = {}
    sends = [
        {"channel": channel, "variant": variant, **({SENT[status]: n} if status in SENT else {})}
        for channel, variant, status, n in ledger.count_variants(ws.ledger, campaign.campaign_id)
    ]
    for row in (*sends, *_reactions(ws, campaign), *_buyers(ws, campaign)):
        key = (str(row.pop("channel")), str(row.pop("variant")))
        known[key] = replace(known.get(key, Counted(*key)), **row)
    return Answers(tuple(known[key] for key in sorted(known)), ledger.count_unmirrored(ws.ledger))


def _reactions(ws: Workspace, campaign: Campaign) -> list[dict[str, Any]]:
    """Return by channel and variant how many people reacted in each way."""
    told, sends = ws.warehouse.table("responses"), ws.warehouse.table("deliveries")
    is_ours = (sends.campaign_id == campaign.campaign_id) & (sends.arm == TREATED)
    ours = sends.filter(is_ours).select("person_id", "variant")
    own = told.filter(told.campaign_id == campaign.campaign_id).select("person_id", "channel", "kind")
    rows = own.inner_join(ours, "person_id").select("person_id", "channel", "variant", "kind")
    counts = {name: rows.person_id.nunique(where=rows.kind.isin(kinds)) for name, kinds in KINDS.items()}
    read: list[dict[str, Any]] = ws.warehouse.read(
        rows.group_by("channel", "variant").aggregate(**counts)
    ).to_pylist()
    return read


def _buyers(ws: Workspace, campaign: Campaign) -> list[dict[str, Any]]:
    """Return by channel and variant how many who were sent a message bought within the window, from the launch on."""
    sends, orders = ws.warehouse.table("deliveries"), ws.warehouse.table("orders")
    days = kept_brief(campaign.design).window_days
    begin, end = (
        ibis.literal(campaign.frozen_at + dt.timedelta(days=more)).cast("timestamp('UTC')")
        for more in (0, days)
    )
    paid = orders.filter(orders.ordered_at >= begin, orders.ordered_at < end, orders.paid_amount > 0)
    owners = ws.warehouse.table("identities").select("id_key", "person_id")
    buyers = paid.select("id_key").inner_join(owners, "id_key").select("person_id").distinct()
    is_ours = (sends.campaign_id == campaign.campaign_id) & (sends.arm == TREATED)
    sent = sends.filter(is_ours, sends.status == "delivered").semi_join(buyers, "person_id")
    counts = sent.group_by("channel", "variant").aggregate(n_bought=sent.count())
    read: list[dict[str, Any]] = ws.warehouse.read(counts).to_pylist()
    return read
