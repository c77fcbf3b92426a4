"""What must happen once has a key that makes it once: insert the rows whose key is new, and no others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection


def insert_once(connection: Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows whose unique keys are not in the table yet and return how many were new.

    Two writers that insert the same key at the same time make one row, and one of them counts it.
    """
    if not rows:
        return 0
    insert = sqlite.insert if connection.dialect.name == "sqlite" else postgresql.insert
    # Without RETURNING, which makes one statement of many rows that drivers take apart letter by letter.
    new = insert(table).on_conflict_do_nothing()
    return connection.execute(new, list(rows), execution_options={"preserve_rowcount": True}).rowcount
