"""Counts are kept from turn to turn: what came is added, and it is what all rows at once give."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest

from quanyu.collect.quality import count
from quanyu.collect.quality.count import Counts, as_rows, counted, from_rows
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
    assert summed == counted(ws, contract("orders"), day, {}, None)
    assert from_rows(as_rows({"orders": summed})) == {"orders": summed}
    return summed


@pytest.mark.parametrize("keys", [10**9, 40])
def test_what_came_is_added_to_what_was_counted(workspace: Workspace, keys: int) -> None:
    draw, known, since = random.Random(keys), None, dict[str, int]()
    for turn in range(4):
        if turn:
            workspace.warehouse.append("orders", orders(draw, 12, keys), by="collect")
        else:
            workspace.warehouse.replace("orders", orders(draw, 30, keys), by="collect")
        known, since = together(workspace, since, known), versions(workspace)
    assert known
    assert (known.n_keys == known.sums["n_rows"]) == (keys > 40)
    workspace.warehouse.merge("orders", orders(draw, 12, 20), by="collect")
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

    def told(ws: Workspace, examination: Any) -> Any:
        sums, days = sums_of(ws, examination)
        read.append(sums["n_rows"])
        return sums, days

    monkeypatch.setattr(count, "_counts", told)
    counted(ws, contract("orders"), DAY, since, known)
    ws.warehouse.append("orders", orders(draw, 2, 10**9), by="collect")
    assert counted(ws, contract("orders"), DAY, since, known).sums["n_rows"] == 32
    assert read == [2]
