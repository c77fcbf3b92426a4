"""Who may be written to through which channel and why not: counted for everybody, and told of one person or contact with the proof."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu import ledger
from quanyu.act.channel import channels
from quanyu.act.consent.consent import REASONS, consented, suppressed, unpersonalised
from quanyu.act.contact import contacts
from quanyu.ledger import Suppression
from quanyu.part.action import Action, Caller
from quanyu.part.reading import keys_of
from quanyu.part.told_consent import OWN, PERSON, tomb_of
from quanyu.workspace import Workspace

MAY = ""
"""Stands in the place of a reason for those who may be written to."""
STATES = (MAY, "no_contact", *REASONS, "personalisation_off", "no_consent")
"""Whether marketing may go to somebody through a channel, and why not: the first that holds."""
MOST_PEOPLE = 5


@dataclass(frozen=True)
class Whose:
    """What is at hand of somebody: a person id, an identifier, a telephone number, a mail address, a member's number."""

    who: str


@dataclass(frozen=True)
class Everybody:
    """Nothing is asked for: all people are meant."""


@dataclass(frozen=True)
class Told:
    """One decision: for what, through which channel, yes or no, when, by which way, on which text, and what shows it."""

    id_key: str
    purpose: str
    channel: str
    is_granted: bool
    decided_at: dt.datetime
    source: str
    text_version: str = ""
    proof: str = ""


@dataclass(frozen=True)
class Standing:
    """One person or, where nobody has it, one contact: what was said, what is on the list of suppressions, and by channel its state.

    `states` holds by channel a word of `STATES`; it is empty for a contact of nobody.
    """

    person_id: str
    states: Mapping[str, str]
    told: tuple[Told, ...]
    suppressions: tuple[Suppression, ...]


@dataclass(frozen=True)
class Reachable:
    """How many people stand in each state, by channel: the states of a channel sum to `n_people`."""

    n_people: int
    by_channel: Mapping[str, Mapping[str, int]]


def count_reachable(ws: Workspace, _: Everybody, __: Caller) -> Reachable:
    """Return for every channel that reaches people how many may be written to, and how many not for which reason."""
    rows = _states(ws, ws.warehouse.table("people").select("person_id"))
    counted = rows.group_by("channel", "state").aggregate(n=rows.count())
    by_channel: dict[str, dict[str, int]] = {one.name: {} for one in channels("people")}
    for row in ws.warehouse.read(counted).to_pylist():
        by_channel[row["channel"]][row["state"]] = row["n"]
    ordered = {
        name: {state: states[state] for state in STATES if state in states}
        for name, states in by_channel.items()
    }
    return Reachable(ws.warehouse.count("people"), ordered)


def stand(ws: Workspace, given: Whose, _: Caller) -> list[Standing]:
    """Return the people whom a text stands for, at most five; where it is nobody's, the contact itself if anything is on record.

    What erased people said is gone, and no word of theirs comes back.
    """
    text = given.who.strip()
    keys = keys_of(ws, text) if text else []
    identities = ws.warehouse.table("identities")
    is_theirs = identities.id_key.isin(keys) | (identities.person_id == text)
    asked = identities.filter(is_theirs).select("person_id").distinct().order_by("person_id")
    owners = ws.warehouse.read(asked.limit(MOST_PEOPLE))["person_id"].to_pylist()
    if owners:
        return [_standing(ws, person_id) for person_id in owners]
    loose = Standing("", {}, _decisions(ws, keys, ""), _listed(ws, keys))
    return [loose] if loose.told or loose.suppressions else []


def _standing(ws: Workspace, person_id: str) -> Standing:
    identities, people = ws.warehouse.table("identities"), ws.warehouse.table("people")
    own = ws.warehouse.read(identities.filter(identities.person_id == person_id).select("id_key"))
    keys = sorted(own["id_key"].to_pylist())
    rows = _states(ws, people.filter(people.person_id == person_id).select("person_id"))
    states = {row["channel"]: row["state"] for row in ws.warehouse.read(rows).to_pylist()}
    ordered = {one.name: states[one.name] for one in channels("people") if one.name in states}
    return Standing(
        person_id, ordered, _decisions(ws, keys, person_id), _listed(ws, [*keys, PERSON + person_id])
    )


def _states(ws: Workspace, people: ir.Table) -> ir.Table:
    """Return person_id, channel and state of people, a row for every channel."""
    record = ws.warehouse.table("people").select("person_id", "is_personalised")
    off = unpersonalised(ws, ws.now()).mutate(is_off=True)
    rows = people.inner_join(record, "person_id").select("person_id", "is_personalised")
    rows = rows.left_join(off, "person_id").select(*rows.columns, "is_off")
    parts = [_of_channel(ws, rows, one.name) for one in channels("people")]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _of_channel(ws: Workspace, rows: ir.Table, channel: str) -> ir.Table:
    marks = (
        contacts(ws, channel),
        consented(ws, channel, ws.now()).mutate(is_agreed=True),
        suppressed(ws, channel),
    )
    for mark in marks:
        new = [name for name in mark.columns if name != "person_id"]
        rows = rows.left_join(mark, "person_id").select(*rows.columns, *new)
    state = ibis.cases(
        (rows.contact.isnull(), "no_contact"),
        (rows.reason.notnull(), rows.reason),
        (~rows.is_personalised.fill_null(True) | rows.is_off.notnull(), "personalisation_off"),
        (rows.is_agreed.isnull(), "no_consent"),
        else_=MAY,
    )
    return rows.select("person_id", channel=ibis.literal(channel), state=state)


def _decisions(ws: Workspace, keys: Sequence[str], person_id: str) -> tuple[Told, ...]:
    """Return what was said, newest first: in files, and to the shop itself with the way and the text of each."""
    consents = ws.warehouse.table("consents")
    in_files = consents.filter(consents.id_key.isin(list(keys)), consents.source != OWN)
    rows = ws.warehouse.read(in_files.select(*Told.__dataclass_fields__)).to_pylist()
    told = [
        Told(**{**row, "text_version": row["text_version"] or "", "proof": row["proof"] or ""})
        for row in rows
    ]
    entries = [entry for key in keys for entry in ledger.list_consents(ws.ledger, id_key=key)]
    entries += ledger.list_consents(ws.ledger, person_id=person_id) if person_id else []
    own = {(one.id_key, one.purpose, one.channel, one.decided_at): one for one in entries}
    told += [
        Told(*key[:3], one.is_granted, one.decided_at, one.source, one.text_version, _proof(one.proof))
        for key, one in own.items()
    ]
    return tuple(sorted(told, key=lambda one: (one.decided_at, one.channel, one.purpose), reverse=True))


def _proof(proof: Mapping[str, Any]) -> str:
    """Return what shows a decision as one line.

    >>> _proof({"said": "call of 20 November", "form": 17})
    'said: call of 20 November; form: 17'
    """
    return "; ".join(f"{name}: {value}" for name, value in proof.items())


def _listed(ws: Workspace, keys: Sequence[str]) -> tuple[Suppression, ...]:
    """Return what is on the list of suppressions for identifiers, and for what was erased of them."""
    if not keys:
        return ()
    every = [*keys, *(tomb_of(key, ws.secret) for key in keys)]
    return tuple(ledger.list_suppressions(ws.ledger, id_keys=every))


COUNTS = Action(
    "count_reachable",
    "Say for every channel how many people may be written to, and how many not for which reason.",
    Everybody,
    Reachable,
    count_reachable,
    role="viewer",
    writes=False,
)
STAND = Action(
    "show_consent",
    "Show what somebody said about being written to, with its proof, and what stands against it.",
    Whose,
    list[Standing],
    stand,
    role="agent",
    writes=False,
)
