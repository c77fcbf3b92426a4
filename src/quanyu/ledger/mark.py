"""What the program last wrote to every table, so that what was lost or changed since is noticed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

import sqlalchemy as sa

from quanyu.ledger.store import Scope, reading, schema, writing

MARKS = sa.Table(
    "marks",
    schema.METADATA,
    schema.text("table_name", primary_key=True),
    schema.whole("version"),
    schema.whole("n_rows"),
    schema.text("digest"),
    schema.time("marked_at"),
)


@dataclass(frozen=True)
class Mark:
    """A table as a commit left it: its version, its rows, and a digest of the commit.

    >>> Mark("orders", 3, 528, "9f2c").n_rows
    528
    """

    table_name: str
    version: int
    n_rows: int
    digest: str


def keep_marks(scope: Scope, marks: Iterable[Mark], *, at: dt.datetime) -> None:
    """Remember tables as they are now, in place of what was remembered of them."""
    rows = [vars(mark) | {"marked_at": at} for mark in marks]
    if rows:
        with writing(scope) as connection:
            names = [row["table_name"] for row in rows]
            connection.execute(sa.delete(MARKS).where(MARKS.c.table_name.in_(names)))
            connection.execute(sa.insert(MARKS), rows)


def forget_marks(scope: Scope) -> None:
    """Forget what is remembered, because what is there now is to count."""
    with writing(scope) as connection:
        connection.execute(sa.delete(MARKS))


def list_marks(scope: Scope) -> dict[str, Mark]:
    """Return what is remembered of every table."""
    columns = (MARKS.c.table_name, MARKS.c.version, MARKS.c.n_rows, MARKS.c.digest)
    with reading(scope) as connection:
        return {row.table_name: Mark(*row) for row in connection.execute(sa.select(*columns))}
