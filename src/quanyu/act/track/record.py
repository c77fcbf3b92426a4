"""Record what came back, and let it take effect at once: a no stops the channel, a bounce the mailbox.

Only the ledger is asked and written, so that a page of the shop answers in a moment whatever the warehouse does.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

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
BARS: Mapping[str, Literal["bounced", "complained"]] = {"bounced": "bounced", "complained": "complained"}
"""What bars a contact, as the list of suppressions says it."""
SOURCES = ("reply", "link", "one_click")
"""Ways in which somebody unsubscribes that the shop itself hears."""


def record_responses(ws: Workspace, channel: str, responses: Sequence[Response]) -> int:
    """Record reactions to messages of a channel and return how many were new; what they mean takes effect with them.

    A reply that asks for no more messages, an unsubscribe and a complaint take back consent to marketing through the channel;
    a bounce for good bars the mailbox or number and is no opt-out. Reactions to nobody knows what are left out.
    Raises `ChannelError` for an unknown channel.
    """
    kinds = channel_named(channel).kinds
    kind = kinds[0] if kinds else ""
    if not responses:
        return 0
    with ws.ledger.read() as reading:
        told = [
            one for one in _told(ws, reading, channel, kind, responses) if not _is_erased(ws, reading, one)
        ]
    with ws.ledger.begin() as connection:
        new = ledger.add_responses(connection, told)
        ledger.add_suppressions(connection, [line for entry in new for line in _barred(entry)])
        ledger.add_consents(connection, [_refusal(entry, kind) for entry in new if entry.kind in NO])
    return len(new)


def _told(
    ws: Workspace, reading: ledger.Scope, channel: str, kind: str, responses: Sequence[Response]
) -> Iterator[ResponseEntry]:
    for response in responses:
        send = ledger.send_named(reading, response.key) if response.key else None
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
        yield entry
        if response.kind == "replied" and is_opt_out(response.detail):
            yield ResponseEntry(**{**vars(entry), "kind": "unsubscribed", "detail": "reply"})


def _key(ws: Workspace, kind: str, contact: str) -> str:
    """Return the identifier of a contact as providers write it: a telephone number without its country, a mail address."""
    if kind == "phone":
        contact = number(contact, ws.settings.home) or contact
    elif kind == "email":
        contact = email(contact) or contact
    return key_of(kind, contact, ws.secret) if contact and kind else ""


def _is_erased(ws: Workspace, reading: ledger.Scope, entry: ResponseEntry) -> bool:
    """Say whether a reaction comes from somebody who was erased."""
    tomb = [tomb_of(entry.id_key, ws.secret)] if entry.id_key else []
    return entry.person_id.startswith(GONE) or bool(tomb and ledger.list_suppressions(reading, id_keys=tomb))


def _since(send: Send | None, at: dt.datetime) -> float | None:
    """Return how many seconds ago a message had left, None where that is not known."""
    has_left = send is not None and send.status == "delivered"
    return (at - send.changed_at).total_seconds() if send is not None and has_left else None


def _of(entry: ResponseEntry) -> str:
    return entry.id_key or PERSON + entry.person_id


def _barred(entry: ResponseEntry) -> Iterator[Suppression]:
    reason = BARS.get(entry.kind)
    if reason:
        yield Suppression(_of(entry), entry.channel, reason, entry.at, entry.detail)


def _refusal(entry: ResponseEntry, kind: str) -> ConsentEntry:
    source = entry.detail if entry.detail in SOURCES else NO[entry.kind]
    return ConsentEntry(
        _of(entry),
        MARKETING,
        entry.channel,
        is_granted=False,
        decided_at=entry.at,
        source=source,
        person_id=entry.person_id,
        send_id=entry.send_id,
        kind=kind,
    )
