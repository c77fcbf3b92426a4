"""Sources: a site, an app or a server that sends events, and the write key that it sends with.

A write key stands in the pages of a shop and is no secret: it lets in, and lets nobody see anything.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quanyu.ledger.audit import Edit, audited
from quanyu.ledger.store import Scope, insert_once, reading, schema, writing

SOURCES = sa.Table(
    "sources",
    schema.METADATA,
    schema.text("write_key", primary_key=True),
    schema.text("name"),
    schema.text("kind"),
    schema.text("made_by"),
    schema.time("made_at"),
    schema.time("revoked_at", is_required=False),
)
_VALID = sa.text("revoked_at IS NULL")
sa.Index("ix_sources_valid", SOURCES.c.name, unique=True, sqlite_where=_VALID, postgresql_where=_VALID)
RECORD = "sources"
"""What sources are called in the audit log."""


@dataclass(frozen=True)
class Source:
    """One source; `kind` is the wire format that its client speaks."""

    write_key: str
    name: str
    kind: str
    made_by: str
    made_at: dt.datetime
    revoked_at: dt.datetime | None = None

    @property
    def is_valid(self) -> bool:
        """Whether its key opens the collector."""
        return self.revoked_at is None


def add_source(scope: Scope, source: Source) -> bool:
    """Keep a source and say whether it was: a name has one valid key at a time."""
    with writing(scope) as connection:
        is_new = insert_once(connection, SOURCES, [vars(source)]) == 1
        if is_new:
            after = {"name": source.name, "kind": source.kind}
            audited(connection, Edit(source.made_at, source.made_by, RECORD, source.name, None, after))
    return is_new


def find_source(scope: Scope, name: str) -> Source | None:
    """Return the valid source of a name."""
    with reading(scope) as connection:
        return _found(connection, name)


def list_sources(scope: Scope) -> list[Source]:
    """Return every source, the newest first."""
    newest = sa.select(SOURCES).order_by(SOURCES.c.made_at.desc(), SOURCES.c.write_key)
    with reading(scope) as connection:
        return [Source(**row._mapping) for row in connection.execute(newest)]


def revoke_source(scope: Scope, name: str, *, who: str, at: dt.datetime) -> Source | None:
    """Let the key of a name open nothing any more and return its source; None where none is valid."""
    with writing(scope) as connection:
        source = _found(connection, name)
        if source is None:
            return None
        own = SOURCES.c.write_key == source.write_key
        connection.execute(sa.update(SOURCES).where(own).values(revoked_at=at))
        before = {"name": source.name, "kind": source.kind}
        audited(connection, Edit(at, who, RECORD, name, before, {**before, "revoked_at": at}))
    return replace(source, revoked_at=at)


def _found(connection: Connection, name: str) -> Source | None:
    valid = sa.select(SOURCES).where(SOURCES.c.name == name, SOURCES.c.revoked_at.is_(None))
    row = connection.execute(valid).one_or_none()
    return None if row is None else Source(**row._mapping)
