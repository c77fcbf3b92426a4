"""What staff record for somebody: a decision that they were told, or a contact that must not be used."""

from __future__ import annotations

from dataclasses import dataclass

from quanyu import ledger
from quanyu.act.channel import channel_named
from quanyu.errors import ActionError
from quanyu.ledger import ConsentEntry, Suppression
from quanyu.part.action import Action, Caller
from quanyu.part.told_consent import PERSON
from quanyu.tables.owned.people import ALL_CHANNELS, MARKETING, PURPOSES
from quanyu.workspace import Workspace

BY_HAND = ("manual", "bounced")
"""Reasons that staff give and take back; a no of the person is taken back by the person alone."""


@dataclass(frozen=True)
class Word:
    """A decision that somebody told the staff: by whom (a person id or an identifier), for which channel and purpose.

    `proof` is what shows a yes: the number of a form, the day and hour of a call.
    """

    who: str
    channel: str
    is_granted: bool
    proof: str = ""
    purpose: str = MARKETING


@dataclass(frozen=True)
class Bar:
    """A contact that must not be used: whose (a person id or an identifier), through which channel, and why."""

    who: str
    channel: str = ALL_CHANNELS
    note: str = ""
    is_lifted: bool = False


def tell(ws: Workspace, given: Word, caller: Caller) -> None:
    """Record a decision, which takes effect at once. Raises `ActionError` for a yes without a proof or an unknown purpose,
    `ChannelError` for an unknown channel.
    """
    if given.is_granted and not given.proof.strip():
        raise ActionError(
            "A yes needs a proof, or it changes nothing.", "Say what shows it: a form, a call, a message."
        )
    if given.purpose not in PURPOSES:
        raise ActionError(
            "There is no purpose {purpose!r}.",
            "Purposes: {known}.",
            purpose=given.purpose,
            known=", ".join(PURPOSES),
        )
    key = _key(given.who)
    entry = ConsentEntry(
        key,
        given.purpose,
        _channel(given.channel),
        is_granted=given.is_granted,
        decided_at=ws.now(),
        source=f"staff {caller.who}",
        person_id=key.removeprefix(PERSON) if key.startswith(PERSON) else "",
        proof={"said": given.proof} if given.proof.strip() else {},
        kind=next(iter(channel_named(given.channel).kinds), "") if given.channel != ALL_CHANNELS else "",
    )
    ledger.add_consents(ws.ledger, [entry])


def bar(ws: Workspace, given: Bar, _: Caller) -> int:
    """Put a contact on the list of suppressions, or take off it what was put there by hand or by a bounce; return how many
    lines came or went. Raises `ChannelError` for an unknown channel.
    """
    key, channel = _key(given.who), _channel(given.channel)
    if given.is_lifted:
        way = "" if channel == ALL_CHANNELS else channel
        return ledger.drop_suppressions(ws.ledger, key, way, reasons=BY_HAND)
    line = Suppression(key, channel, "manual", ws.now(), given.note)
    return ledger.add_suppressions(ws.ledger, [line])


def _key(who: str) -> str:
    return who if ":" in who else PERSON + who


def _channel(name: str) -> str:
    return name if name == ALL_CHANNELS else channel_named(name).name


TELL = Action(
    "record_consent",
    "Record what somebody said about being written to.",
    Word,
    type(None),
    tell,
    said="recorded a decision of {who} about {channel}: {is_granted}",
)
BAR = Action(
    "bar_contact",
    "Let a contact not be used, or be used again.",
    Bar,
    int,
    bar,
    said="barred {who} from {channel} (lifted: {is_lifted})",
)
