"""Connect to a database by its URL, for reading only; what it says of failures is told without its password."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine

from quanyu.collect.pull.declare import DatabaseSource
from quanyu.errors import MissingExtraError, PullError, QuanyuError, SettingError

DRIVERS: Mapping[str, str] = {
    "sqlite": "sqlite+pysqlite",
    "postgres": "postgresql+psycopg",
    "postgresql": "postgresql+psycopg",
    "mysql": "mysql+pymysql",
    "mariadb": "mariadb+pymysql",
}
"""The drivers that Quanyu brings along; a URL may name another, as `mssql+pyodbc`."""
EXTRAS: Mapping[str, str] = {"psycopg": "postgres", "pymysql": "mysql"}
SET_UP: Mapping[str, tuple[str, ...]] = {
    "sqlite": ("PRAGMA query_only = ON",),
    "postgresql": ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY", "SET TIME ZONE 'UTC'"),
    "mysql": ("SET SESSION TRANSACTION READ ONLY", "SET time_zone = '+00:00'"),
    "mariadb": ("SET SESSION TRANSACTION READ ONLY", "SET time_zone = '+00:00'"),
}
"""What is said at the beginning of every connection: nothing is written, and times that know their zone come in UTC."""


def address_of(source: DatabaseSource) -> URL:
    """Return the URL of a source with its driver; raise `SettingError` where it is none."""
    try:
        url = sa.make_url(source.url.get_secret_value())
    except (sa.exc.ArgumentError, ValueError):
        raise SettingError(
            "The source {name}: 'url' is no database URL.",
            "Give sqlite:///FILE, postgresql://USER:PASSWORD@HOST/DATABASE or mysql://USER:PASSWORD@HOST/DATABASE.",
            name=source.name,
        ) from None
    return url.set(drivername=DRIVERS.get(url.drivername, url.drivername))


def place_of(source: DatabaseSource) -> str:
    """Return where the rows are as it may be told: no user, password or option."""
    url = address_of(source)
    host = f"{url.host}{f':{url.port}' if url.port else ''}" if url.host else ""
    kind = url.get_backend_name()
    return f"{kind}://{host}/{url.database or ''}"


@contextmanager
def connected(source: DatabaseSource) -> Iterator[Engine]:
    """Open a source for as long as the block lasts; raise `PullError` for whatever the database refuses meanwhile."""
    url = address_of(source)
    hidden = source.model_copy(
        update={
            "hidden": (
                *source.hidden,
                *filter(None, (str(url.password or ""), *map(str, url.query.values()))),
            )
        }
    )
    _check_file(url)
    engine = _engine(url)
    try:
        yield engine
    except QuanyuError:
        raise
    except sa.exc.SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        raise PullError(
            "The database of {name} says: {cause}",
            "Check the source's file, that the database runs and that its user may read.",
            name=source.name,
            cause=hidden.told(" ".join(str(cause).split()))[:500],
        ) from None
    finally:
        engine.dispose()


def _check_file(url: URL) -> None:
    """Raise `PullError` where a file of SQLite is not there: the driver would make one."""
    if url.get_backend_name() == "sqlite" and not (url.database and Path(url.database).is_file()):
        raise PullError("There is no file {file}.", "Check the name.", file=url.database or "''")


def _engine(url: URL) -> Engine:
    options: dict[str, Any] = {"pool_pre_ping": True}
    if url.get_backend_name() in ("mysql", "mariadb", "postgresql"):
        options["connect_args"] = {"connect_timeout": 10}
    try:
        engine = sa.create_engine(url, **options)
    except ModuleNotFoundError as error:
        extra = EXTRAS.get(error.name or "", "")
        raise MissingExtraError(
            "{kind} needs the library {library}.",
            "Install it with: pip install 'quanyu[{extra}]'"
            if extra
            else "Install it with: pip install {library}",
            kind=url.get_backend_name(),
            library=error.name,
            extra=extra,
        ) from None
    except sa.exc.NoSuchModuleError:
        raise SettingError(
            "There is no kind of database {kind!r}.",
            "Known: {known}.",
            kind=url.drivername,
            known=", ".join(sorted(DRIVERS)),
        ) from None
    event.listen(engine, "connect", _set_up(SET_UP.get(url.get_backend_name(), ())))
    if engine.driver == "psycopg":
        event.listen(engine, "connect", _take_all_times)
    return engine


def _set_up(statements: tuple[str, ...]) -> Any:
    def set_up(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for statement in statements:
            cursor.execute(statement)
        cursor.close()
        connection.commit()

    return set_up


def _take_all_times(connection: Any, _record: object) -> None:
    """Let times that Python does not know, as `infinity`, come as words: the row that has one is judged, the others pass."""
    from psycopg import DataError
    from psycopg.types import datetime as times

    def lenient(base: type[Any]) -> type[Any]:
        class Lenient(base):  # type: ignore[misc]
            def load(self, data: Any) -> Any:
                try:
                    return super().load(data)
                except DataError:
                    return bytes(data).decode()

        return Lenient

    known = {
        "date": times.DateLoader,
        "timestamp": times.TimestampLoader,
        "timestamptz": times.TimestamptzLoader,
    }
    for kind, base in known.items():
        connection.adapters.register_loader(kind, lenient(base))
