"""What must happen once has a key that makes it once: insert the rows whose key is new, and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

ONE = sa.literal(1)


def insert_once(
    connection: Connection,
    table: sa.Table,
    rows: Sequence[Mapping[str, Any]],
    shown: sa.ColumnElement[Any] = ONE,
) -> list[Any]:
    """Insert the rows whose unique keys are not in the table yet and return a value of each that was new.

    Two writers that insert the same key at the same time make one row, and one of them counts it.
    """
    if not rows:
        return []
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    new = insert(table).on_conflict_do_nothing().returning(shown)
    return list(connection.scalars(new, list(rows)))
