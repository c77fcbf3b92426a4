"""Record what came back, and let it take effect at once: a no stops the channel, a bounce the mailbox.

Only the ledger is asked and written, so that a page of the shop answers in a moment whatever the warehouse does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from quanyu import ledger
from quanyu.act.channel import channel_named
from quanyu.act.response import Response
from quanyu.act.track.word import is_opt_out
from quanyu.ledger import ConsentEntry, ResponseEntry, Send, Suppression
from quanyu.part.told_consent import GONE, PERSON, key_of, tomb_of
from quanyu.tables.owned.people import MARKETING
from quanyu.tables.text.mail import email
from quanyu.tables.text.mask import masked
from quanyu.tables.text.phone import number
from quanyu.workspace import Workspace

LONGEST = 500
"""Letters kept of what a provider or a person said."""
NO = {"unsubscribed": "provider", "complained": "complaint"}
"""What takes back consent, and by which way it was said."""
SOURCES = ("reply", "link", "one_click")
"""Ways in which somebody unsubscribes that the shop itself hears."""


def record_responses(ws: Workspace, channel: str, responses: Sequence[Response]) -> int:
    """Record reactions to messages of a channel and return how many were new; what they mean takes effect with them.

    A reply that asks for no more messages, an unsubscribe and a complaint take back consent to marketing through the channel;
    a bounce for good bars the mailbox or number and is no opt-out. Reactions to nobody knows what are left out.
    Raises `ChannelError` for an unknown channel.
    """
    kinds = channel_named(channel).kinds
    told = [
        pair
        for pair in _told(ws, channel, kinds[0] if kinds else "", responses)
        if not _is_erased(ws, pair[0])
    ]
    with ws.ledger.begin() as connection:
        new = ledger.add_responses(connection, [entry for entry, _ in told])
        sends = {id(entry): send for entry, send in told}
        for entry in new:
            _take_effect(connection, entry, sends[id(entry)], kinds[0] if kinds else "")
    return len(new)


def _told(
    ws: Workspace, channel: str, kind: str, responses: Sequence[Response]
) -> Iterator[tuple[ResponseEntry, Send | None]]:
    for response in responses:
        send = ledger.send_named(ws.ledger, response.key) if response.key else None
        if send is None and not response.contact:
            continue
        at = response.at or ws.now()
        entry = ResponseEntry(
            response.kind,
            at,
            channel,
            send_id=response.key if send else "",
            person_id=send.person_id if send else "",
            id_key=_key(ws, kind, response.contact),
            campaign_id=send.campaign_id if send else "",
            link=response.link,
            detail=masked(response.detail)[:LONGEST],
            agent=response.agent,
            after_seconds=_since(send, at),
        )
        yield entry, send
        if response.kind == "replied" and is_opt_out(response.detail):
            yield ResponseEntry(**{**vars(entry), "kind": "unsubscribed", "detail": "reply"}), send


def _key(ws: Workspace, kind: str, contact: str) -> str:
    """Return the identifier of a contact as providers write it: a telephone number without its country, a mail address."""
    if kind == "phone":
        contact = number(contact, ws.settings.home) or contact
    elif kind == "email":
        contact = email(contact) or contact
    return key_of(kind, contact, ws.secret) if contact and kind else ""


def _is_erased(ws: Workspace, entry: ResponseEntry) -> bool:
    """Say whether a reaction comes from somebody who was erased."""
    tomb = [tomb_of(entry.id_key, ws.secret)] if entry.id_key else []
    return entry.person_id.startswith(GONE) or bool(
        tomb and ledger.list_suppressions(ws.ledger, id_keys=tomb)
    )


def _since(send: Send | None, at: dt.datetime) -> float | None:
    """Return how many seconds ago a message had left, None where that is not known."""
    has_left = send is not None and send.status == "delivered"
    return (at - send.changed_at).total_seconds() if send is not None and has_left else None


def _take_effect(connection: ledger.Scope, entry: ResponseEntry, send: Send | None, kind: str) -> None:
    key = entry.id_key or PERSON + entry.person_id
    if entry.kind == "bounced":
        line = Suppression(key, entry.channel, "bounced", entry.at, entry.detail)
        ledger.add_suppressions(connection, [line])
    if entry.kind == "complained":
        ledger.add_suppressions(
            connection, [Suppression(key, entry.channel, "complained", entry.at, entry.detail)]
        )
    if entry.kind in NO:
        ledger.add_consents(connection, [_refusal(entry, key, kind)])


def _refusal(entry: ResponseEntry, key: str, kind: str) -> ConsentEntry:
    source = entry.detail if entry.detail in SOURCES else NO[entry.kind]
    return ConsentEntry(
        key,
        MARKETING,
        entry.channel,
        is_granted=False,
        decided_at=entry.at,
        source=source,
        person_id=entry.person_id,
        send_id=entry.send_id,
        kind=kind,
    )
