"""What a visit to a public page of the shop means: who comes by which link, where a click leads, what was asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from quanyu import ledger
from quanyu.act.channel import channels
from quanyu.act.response import Response
from quanyu.act.track.agent import Agent
from quanyu.act.track.record import record_responses
from quanyu.act.track.token import Purpose, Token, read
from quanyu.ledger import ConsentEntry, Send
from quanyu.part.told_consent import PERSON
from quanyu.tables.owned.people import ALL_CHANNELS, MARKETING, PERSONALISATION
from quanyu.workspace import Workspace

TEXT_VERSION = "preferences-1"
"""The version of the words under which people choose; another one when they change."""


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


@dataclass(frozen=True)
class Choice:
    """What somebody wants: by channel whether it may be used for marketing, and whether the shop may choose for them."""

    channels: Mapping[str, bool]
    is_personalised: bool


def visit_of(ws: Workspace, text: str, purpose: Purpose) -> Visit | None:
    """Return who comes by a link; None where the shop did not make the link for this purpose."""
    token = read(text, ws.secret)
    if token is None or token.purpose != purpose:
        return None
    return Visit(token, ledger.find_send(ws.ledger, token.campaign_no, token.place))


def address_of(ws: Workspace, visit: Visit) -> str:
    """Return where a link of a message leads: an address that its campaign was launched with, "" where there is none.

    A campaign's `links` hold by channel and variant the addresses in their order.
    """
    campaign = ledger.find_campaign(ws.ledger, visit.send.campaign_id) if visit.send else None
    if campaign is None or visit.send is None:
        return ""
    by_variant = campaign.design.get("links", {}).get(visit.send.channel, {})
    addresses = by_variant.get(visit.send.variant, ())
    here = visit.token.link < len(addresses)
    address = str(addresses[visit.token.link]) if here else ""
    return address if address.startswith(("https://", "http://")) else ""


def record_visit(ws: Workspace, visit: Visit, kind: str, agent: Agent, link: str = "") -> None:
    """Record that a link was followed or an image fetched."""
    if visit.send is not None:
        told = Response(kind, visit.key, link=link, agent=agent)
        record_responses(ws, visit.send.channel, [told])


def unsubscribe(ws: Workspace, visit: Visit, source: str) -> None:
    """Take back consent to marketing through the channel of the message; again is harmless. `source`: `link`, `one_click`."""
    if visit.send is None or not choice_of(ws, visit).channels.get(visit.send.channel, True):
        return
    told = Response("unsubscribed", visit.key, detail=source)
    record_responses(ws, visit.send.channel, [told])


def choice_of(ws: Workspace, visit: Visit) -> Choice:
    """Return what the person told the shop itself so far; what they did not speak of is as it was: on."""
    said = ledger.list_consents(ws.ledger, person_id=visit.send.person_id) if visit.send else []
    newest: dict[tuple[str, str], ConsentEntry] = {}
    for entry in sorted(said, key=lambda entry: entry.decided_at):
        if not entry.is_granted or entry.proof:
            newest[entry.purpose, entry.channel] = entry
    reached = [channel.name for channel in channels() if channel.audience == "people"]
    is_on = {}
    for name in reached:
        words = [newest[MARKETING, way] for way in (name, ALL_CHANNELS) if (MARKETING, way) in newest]
        is_on[name] = max(words, key=lambda entry: entry.decided_at).is_granted if words else True
    personal = newest.get((PERSONALISATION, ALL_CHANNELS))
    return Choice(is_on, personal.is_granted if personal else True)


def choose(ws: Workspace, visit: Visit, choice: Choice, at: dt.datetime) -> None:
    """Record what somebody changed on the preference page; a yes has the page itself as its proof."""
    if visit.send is None:
        return
    before, person = choice_of(ws, visit), visit.send.person_id
    kinds = {channel.name: channel.kinds[0] for channel in channels() if channel.kinds}
    wanted = [(MARKETING, name, is_on) for name, is_on in choice.channels.items() if name in before.channels]
    wanted.append((PERSONALISATION, ALL_CHANNELS, choice.is_personalised))
    changed = [
        (purpose, channel, is_on)
        for purpose, channel, is_on in wanted
        if is_on != (before.is_personalised if purpose == PERSONALISATION else before.channels[channel])
    ]
    entries = [
        ConsentEntry(
            f"{PERSON}{person}",
            purpose,
            channel,
            is_granted=is_on,
            decided_at=at,
            source="preferences",
            person_id=person,
            text_version=TEXT_VERSION,
            proof={"page": "preferences", "send": visit.key} if is_on else {},
            send_id=visit.key if channel == visit.send.channel else "",
            kind=kinds.get(channel, ""),
        )
        for purpose, channel, is_on in changed
    ]
    ledger.add_consents(ws.ledger, entries)
