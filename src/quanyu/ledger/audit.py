"""The audit log: every change that a person makes to a record, with who, when, before and after.

The database itself refuses to change or delete a line. Personal data is named here by `person_id`, never in
clear, so that erasing a person needs no change of the log.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quanyu.errors import WorkspaceError
from quanyu.ledger.document import Document, as_kept
from quanyu.ledger.store import Scope, reading, schema

AUDIT = sa.Table(
    "audit",
    schema.METADATA,
    schema.serial("audit_id"),
    schema.time("changed_at"),
    schema.text("who"),
    schema.text("record"),
    schema.text("key"),
    schema.json("before", is_required=False),
    schema.json("after", is_required=False),
    sa.Index(None, "record", "key"),
)

COLUMNS = [column for column in AUDIT.c if column.name != "audit_id"]


@dataclass(frozen=True)
class Edit:
    """One change of one record: `before` is None where it was made, `after` is None where it was removed."""

    changed_at: dt.datetime
    who: str
    record: str
    key: str
    before: Document | None
    after: Document | None


def audited(connection: Connection, edit: Edit) -> int:
    """Record an edit in the transaction that makes it, after the change: both are kept, or neither.

    Returns the number of the line; the lines of one record are in the order of their numbers.
    """
    written = connection.execute(sa.insert(AUDIT).values(vars(edit)).returning(AUDIT.c.audit_id))
    return int(written.scalar_one())


def list_edits(
    scope: Scope, *, record: str = "", key: str = "", who: str = "", limit: int = 1000
) -> list[Edit]:
    """Return the newest edits, oldest first; of one record, one key or one person where named."""
    wanted = sa.select(*COLUMNS).order_by(AUDIT.c.audit_id.desc()).limit(limit)
    for column, value in ((AUDIT.c.record, record), (AUDIT.c.key, key), (AUDIT.c.who, who)):
        wanted = wanted.where(column == value) if value else wanted
    with reading(scope) as connection:
        rows = connection.execute(wanted).mappings().all()
    return [Edit(**row) for row in reversed(rows)]


@dataclass(frozen=True)
class Lines:
    """Lines that are looked for: of one person, record, key, and between two moments; nothing: all."""

    who: str = ""
    record: str = ""
    key: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None

    def where(self) -> list[sa.ColumnElement[bool]]:
        """Return the conditions on the table."""
        named = ((AUDIT.c.who, self.who), (AUDIT.c.record, self.record), (AUDIT.c.key, self.key))
        wanted: list[sa.ColumnElement[bool]] = [column == value for column, value in named if value]
        wanted += [AUDIT.c.changed_at >= self.since] if self.since else []
        return wanted + ([AUDIT.c.changed_at < self.until] if self.until else [])


def count_lines(scope: Scope, lines: Lines) -> int:
    """Return how many lines there are."""
    with reading(scope) as connection:
        counted = sa.select(sa.func.count()).select_from(AUDIT).where(*lines.where())
        return int(connection.execute(counted).scalar_one())


def page_lines(scope: Scope, lines: Lines, first: int, n: int) -> list[Edit]:
    """Return `n` lines, newest first, from the line `first` on."""
    wanted = sa.select(*COLUMNS).where(*lines.where()).order_by(AUDIT.c.audit_id.desc())
    with reading(scope) as connection:
        rows = connection.execute(wanted.offset(first).limit(n)).mappings().all()
    return [Edit(**row) for row in rows]


def line_names(scope: Scope, by_key: Iterable[str] = ()) -> tuple[list[str], list[tuple[str, str]]]:
    """Return who is in the log, and the records, with the keys of those that are told `by_key`."""
    records = list(by_key)
    with reading(scope) as connection:
        people = connection.execute(sa.select(AUDIT.c.who).distinct().order_by(AUDIT.c.who)).scalars().all()
        key = sa.case((AUDIT.c.record.in_(records), AUDIT.c.key), else_="").label("of_key")
        named = (
            sa.select(AUDIT.c.record, key).distinct().order_by(AUDIT.c.record, sa.literal_column("of_key"))
        )
        return list(people), [(row.record, row.of_key) for row in connection.execute(named)]


def replay(edits: Iterable[Edit], start: Document | None = None) -> Document | None:
    """Return the state of one record after its edits, oldest first.

    Raises `WorkspaceError` where an edit did not start from what the one before it left: a change was made
    that the log does not know.

    >>> moment = dt.datetime(2026, 11, 11, tzinfo=dt.UTC)
    >>> made = Edit(moment, "wang", "budgets", "2026-11", None, {"limit": 100})
    >>> raised = Edit(moment, "li", "budgets", "2026-11", {"limit": 100}, {"limit": 250})
    >>> replay([made, raised])
    {'limit': 250}
    """
    state = as_kept(start)
    for edit in edits:
        if as_kept(edit.before) != state:
            raise WorkspaceError(
                "{who} found {record} {key} as {before} at {at}, but the log had left it as {left}.",
                "Something changed it without the audit log; compare with a backup.",
                who=edit.who,
                record=edit.record,
                key=edit.key,
                before=edit.before,
                at=edit.changed_at,
                left=state,
            )
        state = as_kept(edit.after)
    return state if state is None else dict(state)
