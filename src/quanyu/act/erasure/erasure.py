"""Erase somebody: from every table, record and file of the workspace; and export all that is known about them.

What is left of them are facts that are nobody's, sends under an id that leads nowhere, and a tomb for each identifier: a keyed
hash by which rows that come later are known and refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr

from quanyu import ledger
from quanyu.act.erasure.file import clear_files
from quanyu.act.erasure.identity import Known, known_as
from quanyu.act.erasure.table import UNKNOWN, erase_rows, rows_of
from quanyu.discovery import declared
from quanyu.ledger import Suppression
from quanyu.part.action import Action, Caller
from quanyu.part.forgetting import Forgetting
from quanyu.part.told_consent import GONE, PERSON, tomb_of
from quanyu.tables.owned.people import ALL_CHANNELS
from quanyu.workspace import Workspace, pseudonym


@dataclass(frozen=True)
class Asked:
    """Who is meant: the id of a person, or an identifier such as `jd:13912`; kept nowhere."""

    person: SecretStr


@dataclass(frozen=True)
class Erased:
    """What an erasure did: rows by table, records by table of the ledger, files, and files that nobody can look into here."""

    tables: Mapping[str, int]
    records: Mapping[str, int]
    files: tuple[str, ...] = ()
    unread: tuple[str, ...] = ()


@dataclass(frozen=True)
class Exported:
    """Everything about one person: ids, identifiers, rows by table, and records of the ledger."""

    person_ids: tuple[str, ...]
    id_keys: tuple[str, ...]
    tables: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)
    records: Mapping[str, list[dict[str, Any]]] = field(default_factory=dict)


def export(ws: Workspace, given: Asked, _: Caller) -> Exported:
    """Return everything about a person. Raises `IdentityError` where there is nobody."""
    known = known_as(ws, given.person.get_secret_value())
    records = ledger.find_records(ws.ledger, known.pattern, is_own=True)
    return Exported(known.people, known.keys, rows_of(ws, known), records)


def erase(ws: Workspace, given: Asked, _: Caller) -> Erased:
    """Erase a person for good; one who is killed in between is erased by doing it again.

    Tombs come first: what arrives meanwhile is refused, and a running sender passes the person over. Who they are is forgotten
    last. Holds the write lock. Raises `IdentityError` where there is nobody.
    """
    with ws.writing(), ws.bringing():
        known = known_as(ws, given.person.get_secret_value())
        _bury(ws, known)
        rooms: list[Forgetting] = declared("FORGET", "collect")
        cleared = [file for room in rooms for file in room.do(ws, known.pattern)]
        files, unread = clear_files(ws, known.pattern, [room.folder for room in rooms])
        stand_ins = {word: stand_in(word, ws.secret) for word in (*known.people, *known.keys)}
        other = lambda word: stand_ins.get(word, UNKNOWN)  # noqa: E731
        records = ledger.erase_records(ws.ledger, known.pattern, other, list(known.people))
        tables = erase_rows(ws, known, {person: stand_ins[person] for person in known.people})
    ws.warehouse.turn.end()
    return Erased(tables, records, (*cleared, *files), tuple(unread))


def stand_in(word: str, secret: str) -> str:
    """Return what stands in the place of an id or identifier, so that rows that were told apart still are.

    >>> stand_in("p1", "00") == stand_in("p1", "00") != stand_in("p2", "00")
    True
    """
    return f"{GONE}{pseudonym(secret, 'erased', word)[:16]}"


def _bury(ws: Workspace, known: Known) -> None:
    keys = [*known.keys, *(PERSON + person for person in known.people)]
    at = ws.now()
    tombs = [Suppression(tomb_of(key, ws.secret), ALL_CHANNELS, "erased", at) for key in keys]
    ledger.add_suppressions(ws.ledger, tombs)


EXPORT = Action(
    "export_person",
    "Return everything about a person.",
    Asked,
    Exported,
    export,
    role="owner",
    said="exported all that is known about one person",
)
ERASE = Action(
    "erase_person",
    "Erase a person from every table, record and file.",
    Asked,
    Erased,
    erase,
    role="owner",
    said="erased one person",
)
