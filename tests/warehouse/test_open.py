"""The warehouse keeps its promises on both engines."""

from __future__ import annotations

import datetime as dt
import math
from decimal import Decimal

import ibis
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quanyu.errors import ColumnError, OwnershipError, QueryError, UnknownTableError
from quanyu.warehouse.portable import days_between, local_day, local_time, seconds
from quanyu.workspace import Workspace

FIRST = dt.datetime(2024, 1, 1, 15, 30, tzinfo=dt.UTC)


def orders(n: int, start: int = 0, status: str = "paid") -> pa.Table:
    numbers = range(start, start + n)
    return pa.table(
        {
            "order_id": [f"o{i}" for i in numbers],
            "source": ["test"] * n,
            "id_key": [None if i % 3 == 0 else f"user:{i}" for i in numbers],
            "ordered_at": [FIRST + dt.timedelta(hours=i) for i in numbers],
            "status": [status] * n,
            "net_amount": [Decimal(i) / 100 for i in numbers],
        }
    )


def test_the_whole_life_of_a_table(workspace: Workspace) -> None:
    warehouse = workspace.warehouse
    assert not warehouse.exists("orders")
    assert warehouse.read(warehouse.table("orders")).num_rows == 0

    first = warehouse.merge("orders", orders(10), by="collect")
    assert (first.added, first.changed, first.same) == (10, 0, 0)
    pinned = warehouse.table("orders")

    again = warehouse.merge("orders", orders(10), by="collect")
    assert (again.added, again.changed, again.same, again.version) == (0, 0, 10, first.version)

    later = warehouse.merge("orders", orders(6, start=8, status="shipped"), by="collect")
    assert (later.added, later.changed, later.same) == (4, 2, 0)
    assert warehouse.count("orders") == 14
    assert warehouse.read(pinned).num_rows == 10, "an expression is pinned to its version"

    rows = warehouse.table("orders")
    by_day = rows.group_by(on=local_day(rows.ordered_at, "Asia/Shanghai")).agg(
        n=rows.count(), net=rows.net_amount.sum()
    )
    assert warehouse.read(by_day.order_by("on")).to_pylist() == [
        {"on": dt.date(2024, 1, 1), "n": 1, "net": Decimal("0.00")},
        {"on": dt.date(2024, 1, 2), "n": 13, "net": Decimal("0.91")},
    ]

    gone = warehouse.delete("orders", lambda t: t.id_key == "user:1", by="collect")
    assert gone.changed == 1
    assert warehouse.count("orders") == 13, "rows where the predicate is null stay"
    answer = warehouse.query("SELECT count(*) AS n, min(ordered_at) AS first FROM orders").to_pylist()
    assert answer == [{"n": 13, "first": FIRST}]
    assert warehouse.vacuum("orders") > 0
    assert warehouse.count("orders") == 13


def test_a_table_that_came_out_the_same_may_say_what_it_is_made_of_now(workspace: Workspace) -> None:
    warehouse = workspace.warehouse
    warehouse.replace(
        "people", pa.table({"person_id": ["ann"]}), by="collect", about={"made_of": {"orders": 1}}
    )
    for _ in range(2):
        warehouse.confirm("people", {"made_of": {"orders": 2}})
    assert warehouse.about("people")["made_of"] == {"orders": 2}
    assert warehouse.about("people")["stage"] == "collect"
    assert (warehouse.version("people"), warehouse.newest("people"), warehouse.count("people")) == (0, 1, 1)


def test_open_tables_may_change_their_columns(workspace: Workspace) -> None:
    day = dt.date(2024, 1, 1)
    small = pa.table({"person_id": ["p1"], "as_of": [day], "n_orders": [3]})
    large = pa.table({"person_id": ["p1"], "as_of": [day], "n_orders": [3.5], "sex": ["female"]})
    for rows in (small, large):
        workspace.warehouse.replace("portraits", rows, by="understand")
    assert workspace.warehouse.read(workspace.warehouse.table("portraits")).to_pylist() == large.to_pylist()


def test_local_time_follows_daylight_saving(workspace: Workspace) -> None:
    winter, summer = (
        dt.datetime(2024, 1, 15, 23, 30, tzinfo=dt.UTC),
        dt.datetime(2024, 7, 15, 23, 30, tzinfo=dt.UTC),
    )
    workspace.warehouse.append(
        "fx_rates",
        pa.table({"on": [summer.date()], "currency": ["GBP"], "into": ["CNY"], "rate": [9.1]}),
        by="collect",
    )
    two = pa.table(
        {"order_id": ["w", "s"], "source": ["t", "t"], "ordered_at": [winter, summer], "status": ["paid"] * 2}
    )
    workspace.warehouse.append("orders", two, by="collect")
    rows = workspace.warehouse.table("orders")
    local = rows.select(
        "order_id",
        at=local_time(rows.ordered_at, "Europe/London"),
        age=days_between(dt.date(2024, 7, 20), local_day(rows.ordered_at, "Europe/London")),
    )
    assert workspace.warehouse.read(
        local.order_by("order_id").select("order_id", "age", hour=ibis._.at.hour())
    ).to_pylist() == [
        {"order_id": "s", "age": 4, "hour": 0},
        {"order_id": "w", "age": 187, "hour": 23},
    ]


@pytest.mark.parametrize(
    "sql",
    [
        "DROP TABLE orders",
        "SELECT 1; SELECT 2",
        "COPY orders TO 'x.csv'",
        "SELECT * FROM read_csv('/etc/passwd')",
        "SELECT * FROM read_text('/etc/passwd')",
        "SELECT * FROM '/etc/passwd'",
        "ATTACH 'x.db'",
        "SET memory_limit = '1TB'",
        "SELECT * FROM nowhere",
        "SELECT FROM WHERE",
        "",
    ],
)
def test_queries_only_read_tables(workspace: Workspace, sql: str) -> None:
    with pytest.raises(QueryError):
        workspace.warehouse.query(sql)


def test_contracts_are_kept(workspace: Workspace) -> None:
    with pytest.raises(OwnershipError, match="belongs to 'collect'"):
        workspace.warehouse.merge("orders", orders(1), by="measure")
    with pytest.raises(ColumnError, match="unknown"):
        workspace.warehouse.merge(
            "orders", orders(1).append_column("colour", pa.array(["red"])), by="collect"
        )
    with pytest.raises(ColumnError, match="miss"):
        workspace.warehouse.merge("orders", orders(1).drop_columns(["status"]), by="collect")
    with pytest.raises(UnknownTableError, match="no table"):
        workspace.warehouse.table("order")


def test_seconds_are_whole_on_both_engines(workspace: Workspace) -> None:
    moments = [
        dt.datetime(2026, 11, 11, 15, 59, 59, 999_999, dt.UTC),
        dt.datetime(2026, 11, 11, tzinfo=dt.UTC),
        dt.datetime(1969, 12, 31, 23, 59, 59, 999_999, dt.UTC),
        dt.datetime(1900, 1, 1, 0, 0, 0, 1, dt.UTC),
        None,
    ]
    file = workspace.path("moments.parquet")
    pq.write_table(pa.table({"at": pa.array(moments, pa.timestamp("us", "UTC"))}), file)
    rows = workspace.warehouse.scan([file])
    found = workspace.warehouse.read(rows.select(second=seconds(rows["at"])))["second"].to_pylist()
    assert sorted(found, key=str) == sorted(
        [math.floor(at.timestamp()) if at else None for at in moments], key=str
    )
    assert all(one is None or isinstance(one, int) for one in found)
