"""What people said to the shop itself about being written to: one line per decision, never changed.

A no takes effect with the line that records it: the contact is on the list of suppressions in the same transaction. Only a
later yes with a proof takes it off again; a yes without one (somebody types an address into a form) is recorded and
changes nothing. A bounce is no decision and stands nowhere here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quanyu.ledger.store import Scope, insert_once, reading, schema, writing
from quanyu.ledger.suppression import WILL, Suppression, add_suppressions, drop_suppressions
from quanyu.tables.owned.people import MARKETING

CONSENTS = sa.Table(
    "consent_entries",
    schema.METADATA,
    schema.serial("serial"),
    schema.text("id_key"),
    schema.text("person_id"),
    schema.text("purpose"),
    schema.text("channel"),
    sa.Column("is_granted", sa.Boolean, nullable=False),
    schema.time("decided_at"),
    schema.text("source"),
    schema.text("text_version"),
    schema.json("proof"),
    sa.Column("is_proven", sa.Boolean, nullable=False),
    schema.text("send_id"),
    schema.text("kind"),
    sa.UniqueConstraint("id_key", "purpose", "channel", "decided_at"),
    sa.Index(None, "person_id"),
    sqlite_autoincrement=True,
)
MERGED = sa.Table(
    "merged_consents",
    schema.METADATA,
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    schema.whole("serial"),
)
ONLY = 1
"""The key of the one row that says up to which number the warehouse has the entries."""
INSTANT = dt.timedelta(microseconds=1)


@dataclass(frozen=True)
class ConsentEntry:
    """One decision of one person: for which purpose, through which channel, when, and what shows it (`proof`).

    `id_key` is the contact (`kind:value`, hashed if personal), or `person:ID` where only the person is known yet, as from a
    link in a message: then `send_id` names the message and `kind` the kind of contact that it went to.
    """

    id_key: str
    purpose: str
    channel: str
    is_granted: bool
    decided_at: dt.datetime
    source: str
    person_id: str = ""
    text_version: str = ""
    proof: Mapping[str, Any] = field(default_factory=dict)
    send_id: str = ""
    kind: str = ""


def add_consents(scope: Scope, entries: Sequence[ConsentEntry]) -> None:
    """Record decisions in their order, and let them take effect on the list of suppressions in the same transaction.

    What is said twice at one moment of a contact, purpose and channel is recorded as an instant apart, so that the later
    word is the newer one.
    """
    with writing(scope) as connection:
        # First, because it makes others wait: numbers of entries are committed in their order too.
        add_suppressions(connection, [])
        for entry in entries:
            at = _insert(connection, entry)
            if entry.purpose == MARKETING:
                _settle(connection, replace(entry, decided_at=at))


def list_consents(
    scope: Scope, *, id_key: str = "", person_id: str = "", limit: int | None = None
) -> list[ConsentEntry]:
    """Return decisions, newest first; of a contact or a person where named."""
    wanted = sa.select(*_columns()).order_by(CONSENTS.c.serial.desc()).limit(limit)
    wanted = wanted.where(CONSENTS.c.id_key == id_key) if id_key else wanted
    wanted = wanted.where(CONSENTS.c.person_id == person_id) if person_id else wanted
    with reading(scope) as connection:
        return [ConsentEntry(**row._mapping) for row in connection.execute(wanted)]


def unmerged_consents(scope: Scope) -> tuple[int, list[ConsentEntry]]:
    """Return the decisions that the warehouse does not have yet, oldest first, and the number of the last."""
    merged = sa.select(MERGED.c.serial).scalar_subquery()
    wanted = sa.select(CONSENTS.c.serial, *_columns()).order_by(CONSENTS.c.serial)
    wanted = wanted.where(CONSENTS.c.serial > sa.func.coalesce(merged, 0))
    with reading(scope) as connection:
        rows = connection.execute(wanted).all()
    return rows[-1].serial if rows else 0, [ConsentEntry(*row[1:]) for row in rows]


def count_unmerged(scope: Scope) -> int:
    """Return how many decisions the warehouse does not have yet."""
    merged = sa.select(MERGED.c.serial).scalar_subquery()
    counted = sa.select(sa.func.count()).where(CONSENTS.c.serial > sa.func.coalesce(merged, 0))
    with reading(scope) as connection:
        return int(connection.execute(counted).scalar_one())


def mark_merged(scope: Scope, serial: int) -> None:
    """Remember up to which number the warehouse has the decisions."""
    with writing(scope) as connection:
        if not insert_once(connection, MERGED, [{"place": ONLY, "serial": serial}]):
            connection.execute(sa.update(MERGED).values(serial=serial))


def _columns() -> list[sa.Column[Any]]:
    return [CONSENTS.c[name] for name in ConsentEntry.__dataclass_fields__]


def _insert(connection: Connection, entry: ConsentEntry) -> dt.datetime:
    """Insert an entry and return the moment that it got."""
    row = {**vars(entry), "is_proven": bool(entry.proof)}
    while not insert_once(connection, CONSENTS, [row]):
        row["decided_at"] += INSTANT
    moment: dt.datetime = row["decided_at"]
    return moment


def _settle(connection: Connection, entry: ConsentEntry) -> None:
    """Let the newest word that counts decide whether the contact of an entry stands on the list."""
    same = [CONSENTS.c[name] == getattr(entry, name) for name in ("id_key", "purpose", "channel")]
    counting = CONSENTS.c.is_proven | ~CONSENTS.c.is_granted
    newest = sa.select(CONSENTS.c.is_granted, CONSENTS.c.decided_at).where(*same, counting)
    word = connection.execute(newest.order_by(CONSENTS.c.decided_at.desc()).limit(1)).one_or_none()
    if word is None:
        return
    if word.is_granted:
        drop_suppressions(connection, entry.id_key, entry.channel, reasons=WILL, before=word.decided_at)
    else:
        opted_out = Suppression(entry.id_key, entry.channel, "opted_out", word.decided_at, entry.source)
        add_suppressions(connection, [opted_out])
