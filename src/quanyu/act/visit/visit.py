"""What a visit to a public page of the shop means: who comes by which link, where a click leads, what was asked for."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, fields

from quanyu import ledger
from quanyu.act.channel import Content
from quanyu.act.content import links_of
from quanyu.act.content.link import Tags
from quanyu.act.response import Response
from quanyu.act.track import Token, read, record_responses
from quanyu.ledger import Campaign, Send
from quanyu.part.told_consent import GONE
from quanyu.workspace import Workspace

VARYING = re.compile(r"\{\{|\{%")
"""In an address that differs from person to person."""


@dataclass(frozen=True)
class Visit:
    """Somebody who follows a link of a message: the token in it, and the send that it names (none: it was erased)."""

    token: Token
    send: Send | None

    @property
    def key(self) -> str:
        """The name of the send."""
        send = self.send
        return f"{send.campaign_id}:{send.step}:{send.person_id}" if send else ""


def visit_of(ws: Workspace, text: str, purpose: str) -> Visit | None:
    """Return who comes by a link; None where the shop did not make the link for this purpose."""
    token = read(text, ws.secret)
    if token is None or token.purpose != purpose:
        return None
    send = ledger.find_send(ws.ledger, token.campaign_no, token.place)
    return Visit(token, None if send and send.person_id.startswith(GONE) else send)


def address_of(ws: Workspace, visit: Visit) -> str:
    """Return where a link of a message leads: an address that its campaign was launched with, "" where there is none.

    A campaign's `links` hold by channel and variant the addresses in the order of their numbers, which begin at 1: those that
    lead everybody to the same place come first. The others are made again from what stood in the message.
    """
    campaign = ledger.find_campaign(ws.ledger, visit.send.campaign_id) if visit.send else None
    if campaign is None or visit.send is None:
        return ""
    by_variant = campaign.design.get("links", {}).get(visit.send.channel, {})
    told = [str(address) for address in by_variant.get(visit.send.variant, ())]
    fixed, place = [address for address in told if not VARYING.search(address)], visit.token.link
    addresses = (
        fixed if place <= len(fixed) or len(fixed) == len(told) else _personal(ws, visit.send, campaign)
    )
    address = addresses[place - 1] if 1 <= place <= len(addresses) else ""
    return address if address.startswith(("https://", "http://")) and not VARYING.search(address) else ""


def _personal(ws: Workspace, send: Send, campaign: Campaign) -> list[str]:
    """Return the addresses that one person was sent; none where what stood in the message is not known any more."""
    variants = campaign.design.get("brief", {}).get("content", {}).get(send.channel, ())
    source = next((one for one in variants if one.get("name") == send.variant), None)
    rows = ws.warehouse.table("messages")
    mine = rows.filter(
        rows.campaign_id == send.campaign_id, rows.place == send.place, rows.channel == send.channel
    )
    values = ws.warehouse.read(mine.select("values"))["values"].to_pylist()
    if source is None or not values:
        return []
    content = Content(**{item.name: source[item.name] for item in fields(Content) if item.name in source})
    return links_of(
        content, json.loads(values[0] or "{}"), Tags(send.channel, send.campaign_id, send.variant)
    )


def record_visit(ws: Workspace, visit: Visit, kind: str, agent: str, link: str = "") -> None:
    """Record that a link was followed or an image fetched."""
    if visit.send is not None:
        told = Response(kind, visit.key, link=link, agent=agent)
        record_responses(ws, visit.send.channel, [told])
