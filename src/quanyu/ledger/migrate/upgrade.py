"""Run the revisions that a ledger has not seen, in one transaction, once however many processes open it."""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from quanyu.errors import WorkspaceError
from quanyu.ledger.migrate.version import HEAD, seen_version

VERSIONS = Path(__file__).parent / "versions"
ADVISORY_LOCK = 7_216_034_511
_alembic_is_global = threading.Lock()


@cache
def revisions() -> ScriptDirectory:
    """Return the revisions that this version of Quanyu knows."""
    return ScriptDirectory(VERSIONS, version_locations=[VERSIONS])


def upgrade(connection: Connection) -> None:
    """Bring the ledger to the newest schema inside the caller's transaction; do nothing when it is there.

    Raises `WorkspaceError` when a newer version of Quanyu has written it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(ADVISORY_LOCK)))
    seen = seen_version(connection)
    if seen == HEAD:
        return
    _refuse_unknown(seen)
    with _alembic_is_global:
        context = MigrationContext.configure(connection, opts={"fn": _steps})
        with Operations.context(context):
            context.run_migrations()


def _steps(seen: Any, _context: MigrationContext) -> Any:
    return revisions()._upgrade_revs("head", seen)


def _refuse_unknown(seen: str | None) -> None:
    known = {revision.revision for revision in revisions().walk_revisions()}
    if seen is not None and seen not in known:
        raise WorkspaceError(
            "The ledger was written by a newer Quanyu: its schema is {seen}, the newest known here {known}.",
            "Update Quanyu: pip install --upgrade quanyu",
            seen=seen,
            known=HEAD,
        )
