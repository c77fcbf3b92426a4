"""Which schema a ledger has; apart from the upgrade, so that opening a current one does not load alembic."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

HEAD = "0009"
"""The newest revision in `versions`; a test keeps it true."""

VERSION = sa.table("alembic_version", sa.column("version_num", sa.String))


def seen_version(connection: Connection) -> str | None:
    """Return the revision that a ledger has, None for an empty database."""
    if not sa.inspect(connection).has_table(VERSION.name):
        return None
    return connection.execute(sa.select(VERSION.c.version_num)).scalar_one_or_none()


def is_current(connection: Connection) -> bool:
    """Say whether the ledger has the newest schema."""
    return seen_version(connection) == HEAD
