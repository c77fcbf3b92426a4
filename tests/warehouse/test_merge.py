"""A merge equals a dictionary: the last state per key, whatever the order in which rows arrive."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.settings import Settings
from quanyu.warehouse import Warehouse, open_warehouse

DAY = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)
SCHEMA = pa.schema(
    [("order_id", pa.string()), ("source", pa.string()), ("ordered_at", pa.timestamp("us", "UTC")),
     ("status", pa.string()), ("n_items", pa.int64())]
)  # fmt: skip

row = st.fixed_dictionaries(
    {
        "order_id": st.sampled_from(["a", "b", "c", "d"]),
        "source": st.sampled_from(["x", "y"]),
        "ordered_at": st.just(DAY),
        "status": st.sampled_from(["paid", "closed"]),
        "n_items": st.none() | st.integers(0, 3),
    }
)
batches = st.lists(st.lists(row, max_size=5, unique_by=lambda r: (r["order_id"], r["source"])), max_size=4)


def open_in(folder: str) -> Warehouse:
    return open_warehouse(Path(folder, "tables"), Settings(), Path(folder, "tmp"))


@settings(max_examples=15, deadline=None)
@given(batches)
def test_merge_equals_a_dictionary(loads: list[list[dict[str, object]]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        warehouse, state = open_in(folder), {}
        for rows in loads:
            before = dict(state)
            state |= {(r["source"], r["order_id"]): r for r in rows}
            change = warehouse.merge("orders", pa.Table.from_pylist(rows, SCHEMA), by="collect")
            keys = [(r["source"], r["order_id"]) for r in rows]
            assert change.added == sum(key not in before for key in keys)
            assert change.changed == sum(key in before and before[key] != state[key] for key in keys)
            assert change.same == sum(before.get(key) == state[key] for key in keys)
        columns = warehouse.table("orders").select(*SCHEMA.names)
        found = {(r["source"], r["order_id"]): r for r in warehouse.read(columns).to_pylist()}
        assert found == state
        warehouse.close()


@settings(max_examples=10, deadline=None)
@given(st.permutations([("paid", 1), ("closed", 2), ("paid", None), ("shipped", 2)]))
def test_twins_in_one_batch_leave_the_same_row_in_any_order(twins: list[tuple[str, int | None]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        warehouse = open_in(folder)
        rows = [
            {"order_id": "a", "source": "x", "ordered_at": DAY, "status": status, "n_items": n}
            for status, n in twins
        ]
        change = warehouse.merge("orders", pa.Table.from_pylist(rows, SCHEMA), by="collect")
        assert change.added == 1
        kept = warehouse.read(warehouse.table("orders").select("status", "n_items")).to_pylist()
        assert kept == [{"status": "shipped", "n_items": 2}]
        warehouse.close()


def test_append_only_tables_keep_the_first_row(tmp_path: Path) -> None:
    warehouse = open_in(str(tmp_path))

    def event(name: str) -> pa.Table:
        return pa.table({"event_id": ["e1"], "source": ["web"], "name": [name], "occurred_at": [DAY]})

    warehouse.merge("events", event("page_view"), by="collect")
    again = warehouse.merge("events", event("purchase"), by="collect")
    assert (again.added, again.changed, again.same) == (0, 0, 1)
    assert warehouse.read(warehouse.table("events").select("name")).to_pylist() == [{"name": "page_view"}]
    warehouse.close()
