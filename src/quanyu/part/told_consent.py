"""What people told the shop itself, as the ledger has it, in the shape of the table `consents`: before and after it is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import ibis
import pyarrow as pa

from quanyu import ledger
from quanyu.ledger import ConsentEntry, to_json
from quanyu.tables import contract
from quanyu.workspace import Workspace, pseudonym

OWN = "quanyu"
"""The source of what people told the shop itself."""
PERSON = "person:"
"""Begins the identifier of an entry of which only the person is known."""
TOMB = "erased:"
"""Begins what stands on the list of suppressions for an identifier that was erased."""
GONE = "erased-"
"""Begins the id of a send of somebody who was erased: nobody is behind it."""
HASHED = ("phone", "email")
"""Kinds of contacts of which only a keyed hash stands outside of the columns that may hold them."""


@dataclass(frozen=True)
class Told:
    """Decisions that the warehouse does not have yet: the number of the last, and each with the contact that it is about."""

    serial: int
    entries: tuple[ConsentEntry, ...]

    @property
    def rows(self) -> pa.Table:
        """The decisions as rows of `consents`."""
        names = contract("consents").schema.names
        rows = [
            {**vars(entry), "source": OWN, "proof": to_json(entry.proof) if entry.proof else None}
            for entry in self.entries
        ]
        return pa.Table.from_pylist(
            [{name: row[name] for name in names} for row in rows],
            schema=pa.schema(contract("consents").schema.to_pyarrow()),
        )


def told_consents(ws: Workspace) -> Told:
    """Return the decisions that the ledger has and the warehouse has not.

    One that came by a link in a message is about the contact that the message went to; where that is not known any more, about
    the contacts of this kind that its person has, or any identifier. One of somebody who has none left is about nobody.
    """
    serial, entries = ledger.unmerged_consents(ws.ledger)
    if not any(entry.id_key.startswith(PERSON) for entry in entries):
        return Told(serial, tuple(entries))
    reached, held = _reached(ws, entries), _held(ws, entries)
    known = [
        replace(entry, id_key=key)
        for entry in entries
        for key in (_keys(ws, entry, reached, held) if entry.id_key.startswith(PERSON) else [entry.id_key])
    ]
    return Told(serial, tuple(known))


def key_of(kind: str, contact: str, secret: str) -> str:
    """Return the identifier of a contact, `kind:value`, as tables and the list of suppressions have it.

    >>> key_of("wechat_openid", "oX1", "00")
    'wechat_openid:oX1'
    """
    return f"{kind}:{pseudonym(secret, kind, contact) if kind in HASHED else contact}"


def tomb_of(key: str, secret: str) -> str:
    """Return what stands for an erased identifier or `person:ID`: it is known again, and tells nothing.

    >>> tomb_of("email:aa", "00") == tomb_of("email:aa", "00") != tomb_of("email:ab", "00")
    True
    """
    return f"{TOMB}{pseudonym(secret, 'erased', key)}"


def _keys(
    ws: Workspace,
    entry: ConsentEntry,
    reached: dict[tuple[str, str], str],
    held: dict[str, list[tuple[str, str]]],
) -> list[str]:
    contact = reached.get((entry.send_id, entry.channel))
    if contact and entry.kind:
        return [key_of(entry.kind, contact, ws.secret)]
    own = held.get(entry.id_key.removeprefix(PERSON), [])
    return [key for kind, key in own if kind == entry.kind] or [key for _, key in own][:1]


def _reached(ws: Workspace, entries: Sequence[ConsentEntry]) -> dict[tuple[str, str], str]:
    """Return the contact by message and channel."""
    named = sorted({entry.send_id for entry in entries if entry.send_id})
    if not named or not ws.warehouse.exists("messages"):
        return {}
    messages = ws.warehouse.table("messages")
    asked = ibis.memtable(pa.table({"send_id": pa.array(named, pa.string())}))
    found = messages.semi_join(asked, "send_id").filter(messages.contact.notnull())
    rows = ws.warehouse.read(found.select("send_id", "channel", "contact")).to_pylist()
    return {(row["send_id"], row["channel"]): row["contact"] for row in rows}


def _held(ws: Workspace, entries: Sequence[ConsentEntry]) -> dict[str, list[tuple[str, str]]]:
    """Return by person the kind and key of every identifier, in order."""
    named = sorted(set(_named(entries)))
    if not ws.warehouse.exists("identities"):
        return {}
    identities = ws.warehouse.table("identities")
    asked = ibis.memtable(pa.table({"person_id": pa.array(named, pa.string())}))
    found = identities.semi_join(asked, "person_id").select("person_id", "kind", "id_key")
    by_person: dict[str, list[tuple[str, str]]] = {}
    for row in ws.warehouse.read(found.order_by("person_id", "id_key")).to_pylist():
        by_person.setdefault(row["person_id"], []).append((row["kind"], row["id_key"]))
    return by_person


def _named(entries: Sequence[ConsentEntry]) -> Iterator[str]:
    for entry in entries:
        if entry.id_key.startswith(PERSON):
            yield entry.id_key.removeprefix(PERSON)
