"""Records of one person: found wherever they stand, and taken out of every record, the audit log included."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quanyu.discovery import declaring
from quanyu.ledger.campaign import SENDS
from quanyu.ledger.document import to_json
from quanyu.ledger.journey import road
from quanyu.ledger.store import Ledger, Scope, reading, schema

DROPPED = ("consent_entries", "given_traits", "suppressions", "responses", "placements", "placement_keys")
"""Records that are about one person and nothing else; in all others the person is made unknown."""
CHUNK = 10_000
TRIGGER = "audit_no_change"


def find_records(
    scope: Scope, sought: re.Pattern[str], *, is_own: bool = False
) -> dict[str, list[dict[str, Any]]]:
    """Return by table the records in which something is found, whole; only of tables whose records are one person's each, and
    of the audit log, if they are to be that person's own.
    """
    with reading(scope) as connection:
        return {table.name: rows for table in _tables() if (rows := list(_hits(connection, table, sought)))}


def erase_records(
    ledger: Ledger, sought: re.Pattern[str], other: Callable[[str], str], people: list[str]
) -> dict[str, int]:
    """Take what is found out of every record in one transaction and return by table how many that were.

    `other` says what stands in its place. Sends of the people that wait are let go; their receipts and reasons go. The
    audit log keeps who did what when; that nobody may change it is lifted within the transaction, and holds again after it.
    """
    counts = dict[str, int]()
    with ledger.begin() as connection, _amendable(connection):
        _let_go(connection, people)
        for table in _tables():
            hits = list(_hits(connection, table, sought))
            for row in hits:
                this = [column == row[column.name] for column in table.primary_key.columns]
                if table.name in DROPPED:
                    connection.execute(sa.delete(table).where(*this))
                else:
                    values = {
                        column.name: _without(row[column.name], sought, other) for column in _texts(table)
                    }
                    connection.execute(sa.update(table).where(*this).values(values))
            if hits:
                counts[table.name] = len(hits)
    scrub(ledger, list(counts))
    return counts


def scrub(ledger: Ledger, tables: list[str]) -> None:
    """Remove what deleted and changed records leave behind in the files of the database.

    SQLite writes its file anew and empties its log. PostgreSQL writes the tables anew; its write-ahead log and its backups are
    the server's, and keep what they have until they are recycled.
    """
    if ledger.engine.dialect.name == "sqlite":
        raw = ledger.engine.raw_connection()
        try:
            cursor = raw.cursor()
            for statement in ("PRAGMA query_only = 0", "VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                cursor.execute(statement)
                cursor.fetchall()
        finally:
            raw.close()
        return
    with ledger.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for name in tables:
            connection.exec_driver_sql(f'VACUUM FULL "{name}"')


def _tables() -> list[sa.Table]:
    declaring(r"\w+ = sa\.Table\(", "ledger")
    return [schema.METADATA.tables[name] for name in sorted(schema.METADATA.tables)]


def _texts(table: sa.Table) -> list[sa.Column[Any]]:
    return [column for column in table.c if isinstance(column.type, (schema.Words, sa.JSON, sa.Text))]


def _hits(connection: Connection, table: sa.Table, sought: re.Pattern[str]) -> Iterator[dict[str, Any]]:
    names = [column.name for column in _texts(table)]
    if not names:
        return
    result = connection.execute(sa.select(table).execution_options(yield_per=CHUNK)).mappings()
    for part in result.partitions(CHUNK):
        for row in part:
            if any(sought.search(_said(row[name])) for name in names if row[name] is not None):
                yield dict(row)


def _said(value: object) -> str:
    """Return what a value says, letters that JSON escapes included."""
    return value if isinstance(value, str) else " ".join(_words(value))


def _words(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield str(name)
            yield from _words(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _words(inner)
    else:
        yield value if isinstance(value, str) else to_json(value)


def _without(value: Any, sought: re.Pattern[str], other: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return sought.sub(lambda match: other(match[0]), value)
    if isinstance(value, Mapping):
        return {
            _without(name, sought, other): _without(inner, sought, other) for name, inner in value.items()
        }
    if isinstance(value, (list, tuple)):
        return [_without(inner, sought, other) for inner in value]
    is_figure = isinstance(value, (int, float)) and not isinstance(value, bool)
    return other(str(value)) if is_figure and sought.search(str(value)) else value


def _let_go(connection: Connection, people: list[str]) -> None:
    theirs = sa.update(SENDS).where(SENDS.c.person_id.in_(people))
    gone = {"status": "suppressed", "reason": "erased", "due_at": None}
    connection.execute(theirs.where(SENDS.c.status == "pending").values(gone))
    connection.execute(theirs.values(receipt="", why="", claimed_by=None, claimed_until=None))
    road.leave_all(connection, people, "erased")


@contextmanager
def _amendable(connection: Connection) -> Iterator[None]:
    """Let the audit log be changed in this transaction."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"ALTER TABLE audit DISABLE TRIGGER {TRIGGER}")
        yield
        connection.exec_driver_sql(f"ALTER TABLE audit ENABLE TRIGGER {TRIGGER}")
        return
    named = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
    triggers = connection.exec_driver_sql(named).all()
    for name, _ in triggers:
        connection.exec_driver_sql(f"DROP TRIGGER {name}")
    yield
    for _, statement in triggers:
        connection.exec_driver_sql(statement)
