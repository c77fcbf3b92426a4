"""Contents as people write them: every version is kept, none is ever changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quanyu.ledger.audit import Edit, audited
from quanyu.ledger.document import Document, as_kept
from quanyu.ledger.store import Scope, reading, schema, writing

CONTENTS = sa.Table(
    "contents",
    schema.METADATA,
    schema.text("content_id", primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    schema.text("channel"),
    schema.json("body"),
    schema.text("author"),
    schema.time("changed_at"),
    schema.text("note"),
)
RECORD = "contents"
"""What contents are called in the audit log."""


@dataclass(frozen=True)
class KeptContent:
    """One version of a content: the channel it is for, what it says (`body`), who wrote it, when, and why."""

    content_id: str
    version: int
    channel: str
    author: str
    changed_at: dt.datetime
    note: str = ""
    body: Document = field(default_factory=dict)


def keep_content(
    scope: Scope, content_id: str, channel: str, body: Document, *, who: str, at: dt.datetime, note: str = ""
) -> KeptContent:
    """Keep a content as a new version; one that says the same as the newest is that one."""
    wanted = as_kept(body)
    with writing(scope) as connection:
        before = _newest(connection, content_id)
        if before and (before.channel, before.body) == (channel, wanted):
            return before
        version = before.version + 1 if before else 1
        made = KeptContent(content_id, version, channel, who, at, note=note, body=wanted)
        connection.execute(sa.insert(CONTENTS).values(vars(made)))
        old = {"version": before.version, "channel": before.channel, "body": before.body} if before else None
        new = {"version": version, "channel": channel, "body": wanted, "note": note}
        audited(connection, Edit(at, who, RECORD, content_id, old, new))
    return made


def find_content(scope: Scope, content_id: str, version: int = 0) -> KeptContent | None:
    """Return a version of a content, the newest unless one is named; None where there is none."""
    with reading(scope) as connection:
        if not version:
            return _newest(connection, content_id)
        is_meant = (CONTENTS.c.content_id == content_id) & (CONTENTS.c.version == version)
        return _content(connection.execute(sa.select(CONTENTS).where(is_meant)).one_or_none())


def list_contents(scope: Scope) -> list[KeptContent]:
    """Return the newest version of every content, by name."""
    newest = sa.select(CONTENTS.c.content_id, sa.func.max(CONTENTS.c.version).label("version"))
    of = newest.group_by(CONTENTS.c.content_id).subquery()
    is_newest = (CONTENTS.c.content_id == of.c.content_id) & (CONTENTS.c.version == of.c.version)
    query = sa.select(CONTENTS).join(of, is_newest).order_by(CONTENTS.c.content_id)
    with reading(scope) as connection:
        return [KeptContent(**row._mapping) for row in connection.execute(query)]


def content_versions(scope: Scope, content_id: str) -> list[KeptContent]:
    """Return every version of a content, the newest first."""
    query = sa.select(CONTENTS).where(CONTENTS.c.content_id == content_id).order_by(CONTENTS.c.version.desc())
    with reading(scope) as connection:
        return [KeptContent(**row._mapping) for row in connection.execute(query)]


def _newest(connection: Connection, content_id: str) -> KeptContent | None:
    query = sa.select(CONTENTS).where(CONTENTS.c.content_id == content_id)
    return _content(connection.execute(query.order_by(CONTENTS.c.version.desc()).limit(1)).one_or_none())


def _content(row: Any) -> KeptContent | None:
    return None if row is None else KeptContent(**row._mapping)
