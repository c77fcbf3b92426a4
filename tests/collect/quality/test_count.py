"""Counts are kept from turn to turn: what came is added, and it is what all rows at once give."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pytest
from tests.conftest import on_duckdb, written_by

from quanyu.collect.quality import count
from quanyu.collect.quality.count import Counts, as_rows, counted, from_rows
from quanyu.collect.quality.outlier import fences, outliers
from quanyu.tables import contract
from quanyu.workspace import Workspace

DAY = dt.date(2026, 11, 20)


def orders(draw: random.Random, n: int, keys: int) -> pa.Table:
    """Return orders with what checks find: words that are not allowed, missing values, days to come, keys that stand twice."""
    rows = [order(draw, draw.randrange(keys)) for _ in range(n)]
    kinds = contract("orders").schema.to_pyarrow()
    fields = pa.schema([kinds.field(name).remove_metadata().with_nullable(True) for name in kinds.names])
    return pa.Table.from_pylist([{**dict.fromkeys(fields.names), **row} for row in rows], fields)


def order(draw: random.Random, key: int) -> dict[str, Any]:
    day = DAY - dt.timedelta(days=draw.choice([-2, 0, 1, 1, 2, 20, 40]))
    return {
        "order_id": f"o{key}", "source": draw.choice("tj"), "id_key": draw.choice([None, "user:1"]),
        "ordered_at": dt.datetime.combine(day, dt.time(4), dt.UTC), "status": draw.choice(["paid", "closed", "?"]),
        "paid_amount": draw.choice([None, -1, 5, 10**6]), "refund_amount": draw.choice([0, 7]), "net_amount": 5,
    }  # fmt: skip


def versions(ws: Workspace) -> Mapping[str, int]:
    return {"orders": ws.warehouse.version("orders")}


def together(ws: Workspace, since: Mapping[str, int], known: Counts | None, day: dt.date = DAY) -> Counts:
    """Count from what is kept, and hold it against all rows at once."""
    summed = counted(ws, contract("orders"), day, since, known)
    assert summed == counted(on_duckdb(ws), contract("orders"), day, {}, None)
    assert from_rows(as_rows({"orders": summed})) == {"orders": summed}
    return summed


@pytest.mark.parametrize("keys", [10**9, 40])
def test_what_came_is_added_to_what_was_counted(workspace: Workspace, keys: int) -> None:
    draw, known, since = random.Random(keys), None, dict[str, int]()
    written = written_by(workspace).warehouse
    for turn in range(4 if workspace.settings.engine == "duckdb" else 2):
        if turn:
            written.append("orders", orders(draw, 12, keys), by="collect")
        else:
            written.replace("orders", orders(draw, 30, keys), by="collect")
        known, since = together(workspace, since, known), versions(workspace)
    assert known
    assert (known.n_keys == known.sums["n_rows"]) == (keys > 40)
    written.merge("orders", orders(draw, 12, 20), by="collect")
    together(workspace, since, known)


def test_a_key_that_comes_again_is_one_key(make_workspace: Any) -> None:
    ws, rows = make_workspace(), orders(random.Random(2), 30, 10**9)
    ws.warehouse.append("orders", rows, by="collect")
    known, since = together(ws, {}, None), versions(ws)
    ws.warehouse.append("orders", rows.slice(4, 3), by="collect")
    again = together(ws, since, known)
    assert (known.n_keys, again.n_keys, again.sums["n_rows"]) == (30, 30, 33)


def test_only_what_came_is_read(make_workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ws, draw, read = make_workspace(), random.Random(1), list[int]()
    ws.warehouse.append("orders", orders(draw, 30, 10**9), by="collect")
    known, since = counted(ws, contract("orders"), DAY, {}, None), versions(ws)
    sums_of = count._counts

    def told(ws: Workspace, examination: Any, columns: Any) -> Any:
        sums, tallies = sums_of(ws, examination, columns)
        read.append(sums["n_rows"])
        return sums, tallies

    monkeypatch.setattr(count, "_counts", told)
    counted(ws, contract("orders"), DAY, since, known)
    ws.warehouse.append("orders", orders(draw, 2, 10**9), by="collect")
    known = counted(ws, contract("orders"), DAY, since, known)
    assert known.sums["n_rows"] == 32
    assert read == [2]
    since = versions(ws)
    first = ws.warehouse.table("orders").order_by("order_id").limit(1).mutate(status=ibis.literal("refunded"))
    ws.warehouse.merge("orders", ws.warehouse.read(first), by="collect")
    monkeypatch.setattr(count, "keys", None)
    assert counted(ws, contract("orders"), DAY, since, known).n_keys == 32
    assert read == [2, 1, 1], "the row as it was, and as it is"


def placed(ws: Workspace, *stores: str | None) -> None:
    """Write orders of stores."""
    rows = orders(random.Random(3), len(stores), 10**9)
    ids, places = (pa.array(some, pa.string()) for some in ([f"o{n}" for n in range(len(stores))], stores))
    rows = rows.set_column(rows.schema.get_field_index("order_id"), "order_id", ids)
    rows = rows.set_column(rows.schema.get_field_index("store_id"), "store_id", places)
    ws.warehouse.append("orders", rows, by="collect")


@pytest.mark.parametrize("before", [("s1",), ("s1", "s2", "s3"), ("s1", "s2")])
@pytest.mark.parametrize("what", ["append", "merge", "replace", "delete", "nothing"])
def test_what_leads_nowhere_follows_what_is_there(
    make_workspace: Any, before: tuple[str, ...], what: str
) -> None:
    """Stores may come and go while the orders that name them stay; an order that comes names one that is there or not."""
    ws = make_workspace("duckdb")
    placed(ws, "s1", "s2", None, "s2")
    ws.warehouse.append("stores", pa.table({"store_id": list(before)}), by="collect")
    known = together(ws, {}, None)
    since = {name: ws.warehouse.version(name) for name in ("orders", "stores")}
    if what == "delete":
        ws.warehouse.delete("stores", lambda t: t.store_id == "s2", by="collect")
    elif what != "nothing":
        getattr(ws.warehouse, what)("stores", pa.table({"store_id": ["s2", "s4"]}), by="collect")
    together(ws, since, known)
    placed(ws, "s2", "s9")
    assert together(ws, since, known).sums["references__store_id__bad"]


def test_stores_that_come_first_and_go_again(make_workspace: Any) -> None:
    ws = make_workspace("duckdb")
    placed(ws, "s1", "s2")
    known, since = together(ws, {}, None), versions(ws)
    assert "references__store_id__bad" not in known.sums
    ws.warehouse.append("stores", pa.table({"store_id": ["s1"]}), by="collect")
    known = together(ws, since, known)
    assert known.sums["references__store_id__bad"] == 1
    since = {name: ws.warehouse.version(name) for name in ("orders", "stores")}
    ws.warehouse.delete("stores", lambda t: t.store_id.notnull(), by="collect")
    assert "references__store_id__bad" not in together(ws, since, known).sums


def test_a_key_without_a_word_is_not_one_with_an_empty_one(make_workspace: Any) -> None:
    """As rows are merged by key, so keys are counted."""
    ws = make_workspace("duckdb")
    ws.warehouse.append(
        "stores", pa.table({"store_id": [None, ""]}, pa.schema({"store_id": pa.string()})), by="collect"
    )
    assert counted(ws, contract("stores"), DAY, {}, None).n_keys == 2


def test_a_value_counts_as_often_as_it_occurs() -> None:
    far = outliers(np.array([900.0, 10.0, 20.0]), np.array([2, 4, 5]))
    assert (far.n, far.n_bad, far.low, far.high) == (11, 2, 1.25, 160)


def test_how_often_numbers_occur_tells_their_outliers(make_workspace: Any) -> None:
    ws, draw = make_workspace("duckdb"), random.Random(5)
    ws.warehouse.append("orders", orders(draw, 200, 10**9), by="collect")
    told = counted(ws, contract("orders"), DAY, {}, None).told(contract("orders"), DAY)
    paid = [
        n for n in ws.warehouse.read(ws.warehouse.table("orders"))["paid_amount"].to_pylist() if n is not None
    ]
    low, high = fences(*np.quantile(np.array(paid, float), [0.25, 0.75]))
    assert told["outliers__paid_amount__fences"] == (low, high)
    assert told["outliers__paid_amount__n"] == len(paid)
    assert told["outliers__paid_amount__bad"] == sum(not low <= n <= high for n in paid)


def test_orders_that_come_and_change_between_two_looks_are_counted_once(make_workspace: Any) -> None:
    """They are among the rows that a merge took away, and were not there when rows were counted."""
    ws, draw = make_workspace(), random.Random(3)
    ws.warehouse.append("orders", orders(draw, 40, 10**9), by="collect")
    known, since = together(ws, {}, None), versions(ws)
    new = orders(draw, 6, 10**9)
    place = new.schema.get_field_index("paid_amount")
    for paid in (range(77, 83), range(87, 93)):
        amounts = pa.array([Decimal(amount) for amount in paid], new.schema.field(place).type)
        ws.warehouse.merge("orders", new.set_column(place, "paid_amount", amounts), by="collect")
    together(ws, since, known)
