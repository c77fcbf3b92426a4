"""What somebody who comes by a link wants: to leave a channel, or what they choose on the preference page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from quanyu import ledger
from quanyu.act.channel import channels
from quanyu.act.response import Response
from quanyu.act.track import record_responses
from quanyu.act.visit.visit import Visit
from quanyu.ledger import ConsentEntry
from quanyu.part.told_consent import PERSON
from quanyu.tables.owned.people import ALL_CHANNELS, MARKETING, PERSONALISATION
from quanyu.workspace import Workspace

TEXT_VERSION = "preferences-1"
"""The version of the words under which people choose; another one when they change."""


@dataclass(frozen=True)
class Choice:
    """What somebody wants: by channel whether it may be used for marketing, and whether the shop may choose for them."""

    channels: Mapping[str, bool]
    is_personalised: bool


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
