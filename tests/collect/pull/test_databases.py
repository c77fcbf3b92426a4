"""Pulling from PostgreSQL and MariaDB: kinds of values, zones, names, cursors of every kind."""

from __future__ import annotations

import gc
import itertools
import json

import pytest
import sqlalchemy as sa
from tests.collect.pull.shop import source_of, taken

from quanyu import ledger
from quanyu.collect.pull import pull
from quanyu.collect.pull.database import open_reading
from quanyu.errors import PullError

NUMBERS = itertools.count()
POSTGRES, MARIADB = "postgresql", "mariadb"
TABLES = {
    POSTGRES: """
        CREATE TABLE "order" (
            order_id UUID PRIMARY KEY, ordered_at TIMESTAMPTZ, status TEXT, paid_amount NUMERIC(18, 2),
            updated_at TIMESTAMPTZ, "Made" TIMESTAMP, extra JSONB, tags TEXT[], big BIGINT, is_gift BOOLEAN)""",
    MARIADB: """
        CREATE TABLE `order` (
            order_id VARCHAR(40) PRIMARY KEY, ordered_at TIMESTAMP NULL, status TEXT, paid_amount DECIMAL(18, 2),
            updated_at DATETIME(6), Made DATETIME NULL, extra JSON, tags BLOB, big BIGINT UNSIGNED, is_gift BIT(1))""",
}


def uuid(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012}"


class Server:
    """A database of one server, for one test."""

    def __init__(self, kind: str, url: sa.URL) -> None:
        name = f"shop_{next(NUMBERS)}"
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.exec_driver_sql(f"CREATE DATABASE {name}")
        engine.dispose()
        self.kind, self.url = kind, url.set(database=name)
        self.engine = sa.create_engine(self.url)

    @property
    def text(self) -> str:
        return self.url.render_as_string(hide_password=False)

    def do(self, sql: str, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(sql), values)

    def put(self, number: int, minute: int, amount: str = "0.10") -> None:
        self.do(f"DELETE FROM {self.table} WHERE order_id = :id", id=uuid(number))
        self.do(
            f"INSERT INTO {self.table} (order_id, ordered_at, status, paid_amount, updated_at) "
            "VALUES (:id, '2026-11-01 02:00:00', 'paid', :amount, :at)",
            id=uuid(number), amount=amount, at=f"2026-11-11 {minute // 60:02}:{minute % 60:02}:00",
        )  # fmt: skip

    @property
    def table(self) -> str:
        return '"order"' if self.kind == POSTGRES else "`order`"


@pytest.fixture(params=[pytest.param(POSTGRES, marks=pytest.mark.postgres), MARIADB])
def server(request):
    made = Server(
        request.param,
        request.getfixturevalue(f"{'postgres' if request.param == POSTGRES else 'mariadb'}_url"),
    )
    made.do(TABLES[made.kind])
    yield made
    made.engine.dispose()


@pytest.fixture
def source(server, tmp_path):
    return lambda **entries: source_of(
        tmp_path, server.text, **{"table": "order", "timezone": "UTC", **entries}
    )


def test_what_is_new_is_taken_in_order(embedded, server, source) -> None:
    for number in range(6):
        server.put(number, number // 3)
    assert pull(embedded, source(batch=4)).n_rows == 6
    server.put(2, 30, "33.10")
    server.put(7, 31)
    second = pull(embedded, source(batch=4)).changes["orders"]
    assert (second.added, second.changed) == (1, 1)
    assert taken(embedded)[uuid(2)] == "33.10"
    (row,) = embedded.warehouse.query(
        "SELECT DISTINCT CAST(ordered_at AS VARCHAR) AS at FROM orders"
    ).to_pylist()
    assert row["at"].startswith("2026-11-01 02:00:00"), "moments are moments, in whatever zone the server is"


def test_every_kind_of_value_is_what_the_database_says(server, source) -> None:
    server.put(1, 1, "12345678901234.10")
    extra = json.dumps({"颜色": "红", "n": 1.10})
    big = 2**63 - 1 if server.kind == POSTGRES else 2**64 - 1
    tags = "ARRAY['a', 'b']" if server.kind == POSTGRES else "'中'"
    gift = "TRUE" if server.kind == POSTGRES else "b'1'"
    made = '"Made"' if server.kind == POSTGRES else "Made"
    server.do(
        f"UPDATE {server.table} SET extra = :extra, big = :big, tags = {tags}, is_gift = {gift}, "
        f"{made} = '2026-11-01 10:00:00'",
        extra=extra, big=big,
    )  # fmt: skip
    with open_reading(source()) as reading:
        (batch,) = reading.batches(None, {})
    (row,) = batch.table().to_pylist()
    assert row["paid_amount"] == "12345678901234.10" and row["big"] == str(big)
    assert row["ordered_at"] == "2026-11-01 02:00:00+00:00" and row["Made"] == "2026-11-01 10:00:00"
    assert json.loads(row["extra"])["颜色"] == "红"
    assert row["tags"] == ('["a", "b"]' if server.kind == POSTGRES else "中")
    assert row["is_gift"] == ("true" if server.kind == POSTGRES else "1")


def test_times_without_a_zone_need_one(embedded, server, source) -> None:
    server.put(1, 1)
    made = '"Made"' if server.kind == POSTGRES else "Made"
    server.do(f"UPDATE {server.table} SET {made} = '2026-11-01 10:00:00'")
    query = f"SELECT order_id, {made} AS ordered_at, status, paid_amount FROM {server.table}"
    given = {"table": None, "query": query, "cursor": None}
    with pytest.raises(PullError, match="'ordered_at' of shop holds times without a time zone"):
        pull(embedded, source(timezone=None, **given))
    gc.collect()  # a connection that stayed open would say so here
    pull(embedded, source(timezone="Europe/Berlin", **given))
    (row,) = embedded.warehouse.query("SELECT CAST(ordered_at AS VARCHAR) AS at FROM orders").to_pylist()
    assert row["at"].startswith("2026-11-01 09:00:00")


def test_a_position_of_any_kind_goes_on_where_it_was(server, source) -> None:
    for number in range(5):
        server.put(number, number, f"{number}.10")
    server.do(f"UPDATE {server.table} SET big = 3000000000")
    for cursor, key in (
        ("updated_at", ()),
        ("order_id", ()),
        ("paid_amount", ()),
        ("big", "order_id"),
        ("ordered_at", "order_id"),
    ):
        with open_reading(source(cursor=cursor, key=key or None, batch=2)) as reading:
            first = next(iter(reading.batches(None, {})))
            position = json.loads(json.dumps(first.position))
            rest = [row for batch in reading.batches(position, {}) for row in batch.rows]
        assert len({row[0] for row in (*first.rows, *rest[:3])}) == 5, cursor


def test_nothing_is_written(server, source) -> None:
    with (
        pytest.raises(PullError, match=r"(?i)read.only"),
        open_reading(source()) as reading,
        reading.engine.begin() as connection,
    ):
        connection.exec_driver_sql(f"DELETE FROM {server.table}")


def test_a_query_is_taken_as_it_stands(server, source) -> None:
    server.put(1, 1)
    cast = "'a:b'::text" if server.kind == POSTGRES else "'a:b'"
    query = f"SELECT order_id, {cast} AS words, '100%' AS share, updated_at FROM {server.table} WHERE status LIKE 'p%' -- :all;"
    with open_reading(source(table=None, query=query, key="order_id")) as reading:
        (batch,) = reading.batches(None, {})
    assert batch.rows[0][1:3] == ("a:b", "100%")


@pytest.mark.postgres
def test_times_without_end_do_not_stop_the_others(postgres_url, tmp_path) -> None:
    server = Server(POSTGRES, postgres_url)
    times = "TIMESTAMPTZ 'infinity' AS a, TIMESTAMP '-infinity' AS b, DATE '0044-03-15 BC' AS c"
    query = f"SELECT 1 AS id, {times} UNION ALL SELECT 2, '2026-11-01 UTC', '2026-11-01', '2026-11-01'"
    with open_reading(source_of(tmp_path, server.text, table=None, query=query, cursor=None)) as reading:
        (batch,) = reading.batches(None, {})
    assert batch.table().to_pylist()[0] == {
        "id": "1",
        "a": "infinity",
        "b": "-infinity",
        "c": "0044-03-15 BC",
    }
    assert batch.table().to_pylist()[1]["a"] == "2026-11-01 00:00:00+00:00"
    server.engine.dispose()


@pytest.mark.postgres
def test_schemas_views_and_two_columns_of_one_name(postgres_url, tmp_path, embedded) -> None:
    server = Server(POSTGRES, postgres_url)
    server.do("CREATE SCHEMA sales")
    server.do(
        "CREATE VIEW sales.\"All Orders\" AS SELECT 'A' AS order_id, TIMESTAMPTZ '2026-11-01' AS ordered_at, 'paid' AS status"
    )
    given = {"table": "sales.All Orders", "cursor": "ordered_at"}
    assert pull(embedded, source_of(tmp_path, server.text, **given)).n_taken == 1
    query = {"table": None, "query": "SELECT 1 AS a, 2 AS a", "cursor": None}
    with pytest.raises(PullError, match="two columns 'a'"):
        pull(embedded, source_of(tmp_path, server.text, **query))
    server.engine.dispose()


def test_days_that_are_none_are_refused_and_the_others_taken(embedded, mariadb_url, tmp_path) -> None:
    server = Server(MARIADB, mariadb_url)
    server.do(TABLES[MARIADB])
    for number in range(3):
        server.put(number, number)
    server.do("SET SESSION sql_mode = ''")
    for number, day in ((0, "0000-00-00 00:00:00"), (1, "2026-00-15 00:00:00")):
        with server.engine.begin() as connection:
            connection.exec_driver_sql("SET SESSION sql_mode = 'ALLOW_INVALID_DATES'")
            connection.execute(
                sa.text("UPDATE `order` SET Made = :day WHERE order_id = :id"),
                {"day": day, "id": uuid(number)},
            )
    server.do("UPDATE `order` SET Made = '2026-11-01 00:00:00' WHERE order_id = :id", id=uuid(2))
    query = "SELECT order_id, Made AS ordered_at, status, paid_amount, updated_at FROM `order`"
    source = source_of(tmp_path, server.text, table=None, query=query, key="order_id", timezone="UTC")
    done = pull(embedded, source)
    assert (done.n_taken, done.n_refused) == (1, 2)
    server.engine.dispose()


def test_a_password_is_told_to_nobody(embedded, mariadb_url, tmp_path, monkeypatch, caplog) -> None:
    server = Server(MARIADB, mariadb_url)
    secret = "p@ss/wörd:1"
    server.do("CREATE USER reader IDENTIFIED BY 'another'")
    monkeypatch.setenv("SHOP_PASSWORD", secret)
    url = server.text.replace("root@", "reader:${SHOP_PASSWORD}@")
    source = source_of(tmp_path, url)
    with pytest.raises(PullError, match="Access denied for user 'reader'") as told:
        pull(embedded, source)
    state = ledger.find_pull(embedded.ledger, "shop")
    said = f"{told.value} {source!r} {vars(state) if state else ''} {caplog.text}"
    assert "ss/w" not in said and "ss%2Fw" not in said
    server.engine.dispose()
