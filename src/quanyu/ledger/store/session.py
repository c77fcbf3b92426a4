"""Open the ledger and run transactions on it: SQLite in a file, or PostgreSQL by URL."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine

from quanyu.discovery import declaring
from quanyu.errors import MissingExtraError, SettingError
from quanyu.ledger.document import to_json
from quanyu.ledger.migrate import is_current
from quanyu.ledger.store.fault import explained
from quanyu.ledger.store.schema import METADATA

if TYPE_CHECKING:
    from sqlalchemy.engine.interfaces import DBAPIConnection

_READING: dict[str, dict[str, Any]] = {
    "sqlite": {"is_reading": True},
    "postgresql": {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True},
}

BUSY_SECONDS = 30.0
"""How long a writer waits for the writers before it."""


@dataclass(frozen=True)
class Ledger:
    """A handle on the operational records; cheap to pass around, safe in threads."""

    url: str
    engine: Engine

    @contextmanager
    def begin(self) -> Iterator[Connection]:
        """Run one transaction: all of it is kept when the block ends, none of it when it raises or is killed.

        On SQLite writers queue from their first statement; on PostgreSQL they meet only at the same rows.
        """
        with explained(self.url), self.engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Read one unchanging state of the records; never waits for a writer and cannot write."""
        options = _READING[self.engine.dialect.name]
        with (
            explained(self.url),
            self.engine.connect().execution_options(**options) as connection,
            connection.begin(),
        ):
            yield connection

    def close(self) -> None:
        """Release the connections."""
        self.engine.dispose()


Scope: TypeAlias = Ledger | Connection
"""Where a record function works: the ledger (its own transaction) or a connection (the caller's)."""


def writing(scope: Scope) -> AbstractContextManager[Connection]:
    """Return the caller's transaction, or a new one of the ledger."""
    return scope.begin() if isinstance(scope, Ledger) else nullcontext(scope)


def reading(scope: Scope) -> AbstractContextManager[Connection]:
    """Return the caller's transaction, or a new reading one of the ledger."""
    return scope.read() if isinstance(scope, Ledger) else nullcontext(scope)


def open_ledger(at: str | Path, *, busy_seconds: float = BUSY_SECONDS) -> Ledger:
    """Open the ledger in a file or at a database URL, making or upgrading its tables.

    `sqlite:///path/to/ledger.db`, or `postgresql://user:password@host/database` with the extra `postgres`.
    Records are found in their modules; a table that no revision made is made here.
    Raises `SettingError` for another kind of URL, `WorkspaceBusyError` when another process holds the ledger
    for longer than `busy_seconds`, and `WorkspaceError` when it cannot be opened.

    >>> ledger = open_ledger("sqlite://")
    >>> with ledger.read() as connection:
    ...     connection.exec_driver_sql("SELECT count(*) FROM loads").scalar()
    0
    >>> ledger.close()
    """
    target = _target(at)
    place = str(at) if isinstance(at, Path) else target.render_as_string(hide_password=True)
    ledger = Ledger(place, _engine(target, busy_seconds))
    try:
        declaring(r"\w+ = sa\.Table\(", "ledger")
        with ledger.read() as connection:
            is_ready = is_current(connection) and METADATA.tables.keys() <= set(
                sa.inspect(connection).get_table_names()
            )
        if not is_ready:
            _upgrade(ledger)
    except BaseException:
        ledger.close()
        raise
    return ledger


def _upgrade(ledger: Ledger) -> None:
    # Alembic takes longer to import than all the rest of the ledger, and almost every start needs no upgrade.
    from quanyu.ledger.migrate.upgrade import upgrade

    with ledger.begin() as connection:
        upgrade(connection)
        METADATA.create_all(connection)


def _target(url: str | Path) -> URL:
    if isinstance(url, Path):
        return URL.create(_DRIVERS["sqlite"], database=str(url))
    try:
        target = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise SettingError("ledger_url is not a database URL: {url!r}.", _HINT, url=url) from None
    kind = target.get_backend_name()
    if kind not in _DRIVERS:
        raise SettingError("ledger_url names a database of kind {kind!r}.", _HINT, kind=kind)
    return target.set(drivername=_DRIVERS[kind])


_DRIVERS = {
    "sqlite": "sqlite+pysqlite",
    "postgresql": "postgresql+psycopg",
    "postgres": "postgresql+psycopg",
}
_HINT = "Give sqlite:///FILE or postgresql://USER:PASSWORD@HOST/DATABASE, or leave it empty for a file."


def _engine(target: URL, busy_seconds: float) -> Engine:
    is_sqlite = target.get_backend_name() == "sqlite"
    options: dict[str, Any] = (
        {"connect_args": {"timeout": busy_seconds}} if is_sqlite else {"pool_pre_ping": True}
    )
    if is_sqlite and not _is_writable(target):
        options["creator"] = partial(_connect_reading, Path(target.database or ""))
    try:
        engine = sa.create_engine(target, json_serializer=to_json, **options)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "PostgreSQL needs the library {library}.",
            "Install it with: pip install 'quanyu[postgres]'",
            library=error.name,
        ) from None
    if is_sqlite:
        event.listen(engine, "connect", _set_up_sqlite if _is_writable(target) else _set_up_reading)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _set_up_postgres(busy_seconds))
    return engine


def _is_writable(target: URL) -> bool:
    """Say whether SQLite may write: a ledger on read-only storage is only read, without the files it would make."""
    if not target.database or target.database == ":memory:":
        return True
    file = Path(target.database)
    return not file.exists() or (os.access(file, os.W_OK) and os.access(file.parent, os.W_OK))


def _connect_reading(file: Path) -> sqlite3.Connection:
    # What was not brought over from the write-ahead log is found only through it; without one nothing is to be found.
    wal = file.with_name(f"{file.name}-wal")
    alone = "" if wal.exists() and wal.stat().st_size else "&immutable=1"
    return sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro{alone}", uri=True, check_same_thread=False)


def _set_up_reading(connection: DBAPIConnection, _record: object) -> None:
    connection.isolation_level = None


def _set_up_sqlite(connection: DBAPIConnection, _record: object) -> None:
    # The driver must not begin transactions by itself: it would begin them late, after the first read.
    connection.isolation_level = None
    cursor = connection.cursor()
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] == "delete":
        _switch_to_wal(cursor)
    cursor.execute("PRAGMA foreign_keys = ON")
    # FULL, not NORMAL: a record that was acknowledged must survive a power cut, because messages follow it.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.close()


def _switch_to_wal(cursor: Any) -> None:
    # SQLite does not wait when two processes switch at once; whoever is second finds it switched already.
    try:
        cursor.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        cursor.execute("BEGIN IMMEDIATE")
        cursor.execute("COMMIT")
        cursor.execute("PRAGMA journal_mode = WAL")


def _begin_sqlite(connection: Connection) -> None:
    is_reading = connection.get_execution_options().get("is_reading", False)
    connection.exec_driver_sql(f"PRAGMA query_only = {int(is_reading)}")
    connection.exec_driver_sql("BEGIN" if is_reading else "BEGIN IMMEDIATE")


def _set_up_postgres(busy_seconds: float) -> Any:
    def set_up(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"SET lock_timeout = {int(busy_seconds * 1000)}")
        cursor.close()
        connection.commit()

    return set_up
