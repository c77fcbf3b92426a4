"""Whose records these are: one workspace, known by its id, and one key, known by its print."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quanyu.errors import DamageError, WorkspaceError
from quanyu.ledger.store import Scope, insert_once, reading, schema, writing

OWNER = sa.Table(
    "owner",
    schema.METADATA,
    sa.Column("place", sa.Integer, primary_key=True, autoincrement=False),
    schema.text("workspace_id"),
    schema.text("key_print"),
    schema.time("owned_at"),
)

ONLY = 1
"""A ledger has one owner: the key of its row."""


@dataclass(frozen=True)
class Owner:
    """The workspace a ledger belongs to; `key_print` is empty until the key was first used."""

    workspace_id: str
    key_print: str


def find_owner(scope: Scope) -> Owner | None:
    """Return the workspace that the ledger belongs to, None before the first."""
    with reading(scope) as connection:
        return _found(connection)


def own(scope: Scope, workspace_id: str, key_print: str, *, at: dt.datetime, may_begin: bool = True) -> None:
    """Make the ledger a workspace's and remember the print of its key, unless it is and it does.

    `key_print` is empty where the key cannot be read. Raises `WorkspaceError` if the ledger is another's, and
    `DamageError` if it is nobody's and may not begin, because there is something that it should remember.
    """
    owner = find_owner(scope)
    if owner is None and not may_begin:
        raise DamageError(
            "The ledger of this workspace is gone or empty, though its tables are there: what was loaded, decided and sent "
            "is no longer known.",
            "Restore it from a backup, or begin a new one with: quanyu adopt (docs/how-to/mend-damage.md)",
        )
    if owner is None or (owner.workspace_id == workspace_id and key_print and not owner.key_print):
        with writing(scope) as connection:
            first = {"place": ONLY, "workspace_id": workspace_id, "key_print": key_print, "owned_at": at}
            if not insert_once(connection, OWNER, [first]):
                unknown = (OWNER.c.workspace_id == workspace_id) & (OWNER.c.key_print == "")
                connection.execute(sa.update(OWNER).where(unknown).values(key_print=key_print))
            owner = _found(connection)
    if owner is None or owner.workspace_id != workspace_id:
        raise WorkspaceError(
            "The ledger belongs to another workspace: its id is {theirs}, this one's {ours}.",
            "Give this workspace a database or schema of its own (ledger_url in quanyu.toml); if it was restored or copied, "
            "and the ledger is to be its own from now on: quanyu adopt",
            theirs=owner.workspace_id if owner else "",
            ours=workspace_id,
        )


def check_key(scope: Scope, key_print: str) -> None:
    """Raise `WorkspaceError` if a key is not the one whose print the ledger remembers."""
    owner = find_owner(scope)
    if owner is not None and owner.key_print and owner.key_print != key_print:
        raise WorkspaceError(
            "The key of this workspace is not the one that its identities were made with.",
            "Restore .quanyu/secret (or QUANYU_SECRET) from a backup: docs/how-to/back-up.md. With another key the same phone "
            "would become another person.",
        )


def adopt(scope: Scope, workspace_id: str, *, at: dt.datetime) -> None:
    """Make the ledger a workspace's, whoever it belonged to; the print of the key stays."""
    with writing(scope) as connection:
        first = {"place": ONLY, "workspace_id": workspace_id, "key_print": "", "owned_at": at}
        if not insert_once(connection, OWNER, [first]):
            connection.execute(sa.update(OWNER).values(workspace_id=workspace_id, owned_at=at))


def _found(connection: Connection) -> Owner | None:
    row = connection.execute(sa.select(OWNER.c.workspace_id, OWNER.c.key_print)).one_or_none()
    return None if row is None else Owner(*row)
