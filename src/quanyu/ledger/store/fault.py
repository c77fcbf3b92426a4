"""What a database error means to the person who meets it."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError

from quanyu.errors import DamageError, QuanyuError, StorageError, WorkspaceBusyError, WorkspaceError
from quanyu.text import Text

Meaning = tuple[type[QuanyuError], Text, Text]

BUSY: Meaning = (
    WorkspaceBusyError,
    "Another process is writing to the ledger and did not finish in time ({place}): {cause}",
    "Wait until it has ended and try again.",
)
FULL: Meaning = (
    StorageError,
    "The disk of the ledger is full ({place}): {cause}",
    "Free some space and run the command again.",
)
REFUSED: Meaning = (
    StorageError,
    "The storage of the ledger refuses to write ({place}): {cause}",
    "Check the disk, the mount and the permissions of the workspace's state folder.",
)
READING: Meaning = (
    WorkspaceError,
    "A reading transaction tried to write ({place}): {cause}",
    "Write inside Ledger.begin().",
)
DAMAGED: Meaning = (
    DamageError,
    "The ledger's file is damaged or is not a ledger ({place}): {cause}",
    "Restore it from a backup, or move it away to start a new one: docs/how-to/mend-damage.md",
)
UNREACHABLE: Meaning = (
    WorkspaceError,
    "The ledger's database cannot be opened ({place}): {cause}",
    "Check ledger_url in quanyu.toml, and that the server is up.",
)
OTHER: Meaning = (WorkspaceError, "The ledger refused a record ({place}): {cause}", "")

SQLITE: dict[int, Meaning] = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_IOERR: REFUSED,
    sqlite3.SQLITE_PERM: REFUSED,
    sqlite3.SQLITE_READONLY: REFUSED,
    sqlite3.SQLITE_CORRUPT: DAMAGED,
    sqlite3.SQLITE_NOTADB: DAMAGED,
    sqlite3.SQLITE_CANTOPEN: UNREACHABLE,
}
"""Meaning by primary result code: https://www.sqlite.org/rescode.html"""

POSTGRES: dict[str, Meaning] = {
    "55P03": BUSY,
    "57014": BUSY,
    "40001": BUSY,
    "40P01": BUSY,
    "42P01": DAMAGED,
    "42703": DAMAGED,
    "53100": FULL,
    "25006": READING,
    "08": UNREACHABLE,
    "28": UNREACHABLE,
    "3D": UNREACHABLE,
    "57": UNREACHABLE,
    "58": REFUSED,
}
"""Meaning by SQLSTATE, or by its class: https://www.postgresql.org/docs/current/errcodes-appendix.html"""


@contextmanager
def explained(place: str) -> Iterator[None]:
    """Raise errors of the database as errors of the family; `place` names the ledger in the message."""
    try:
        yield
    except json.JSONDecodeError as error:
        kind, what, hint = DAMAGED
        raise kind(what, hint, place=place, cause=str(error)) from error
    except SQLAlchemyError as error:
        kind, what, hint = meaning(error)
        raise kind(what, hint, place=place, cause=_cause(error)) from error


def meaning(error: SQLAlchemyError) -> Meaning:
    """Return which error of the family a database error is, what happened and what to do."""
    original = error.orig if isinstance(error, DBAPIError) else None
    if isinstance(original, sqlite3.Error):
        if str(original).startswith(("no such ", "Could not decode ")):
            return DAMAGED
        cause = SQLITE.get(getattr(original, "sqlite_errorcode", 0) & 0xFF, OTHER)
        return READING if cause is REFUSED and "readonly" in str(original) else cause
    if original is None:
        return OTHER
    state = getattr(original, "sqlstate", None)
    if state is None:
        return UNREACHABLE if type(original).__name__ == "OperationalError" else OTHER
    return POSTGRES.get(state) or POSTGRES.get(state[:2]) or OTHER


def _cause(error: SQLAlchemyError) -> str | QuanyuError:
    cause = error.orig if isinstance(error, StatementError) and error.orig is not None else error
    if isinstance(cause, QuanyuError):
        return cause
    first = str(cause).strip().split("\n", 1)[0].partition(" with text ")[0]
    return "".join(letter for letter in first if letter.isprintable())[:300]
