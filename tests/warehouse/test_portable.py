"""One expression means the same on both engines."""

from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq

from quanyu.warehouse.portable import money, row_key
from quanyu.workspace import Workspace

AMOUNTS = {
    64.99 / 2: "32.50",
    -64.99 / 2: "-32.50",
    1.005: "1.01",
    (11.39 + 27.44 + 26.16) / 2: "32.50",
    (26.16 + 27.44 + 11.39) / 2: "32.50",  # the same, added up the other way round: a little above
    0.4149: "0.41",
    100_000_000.125: "100000000.13",
    0.0: "0.00",
}


def test_half_a_cent_is_rounded_up_however_the_amount_was_added_up(workspace: Workspace) -> None:
    file = workspace.path("tmp") / "amounts.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"amount": [*AMOUNTS, None]}), file)
    rows = workspace.warehouse.scan([file])
    found = workspace.warehouse.read(rows.select("amount", money=money(rows.amount))).to_pylist()
    told = {row["amount"]: row["money"] for row in found}
    assert told == {value: Decimal(text) for value, text in AMOUNTS.items()} | {None: None}


def test_rows_have_one_number_only_where_they_say_the_same(workspace: Workspace) -> None:
    file = workspace.path("tmp") / "rows.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    rows = [("x", None), (None, "x"), ("x", "x"), (None, None), ("x", None), (None, None)]
    pq.write_table(pa.table({"a": [a for a, _ in rows], "b": [b for _, b in rows]}), file)
    table = workspace.warehouse.scan([file])
    found = workspace.warehouse.read(table.select("a", "b", key=row_key(table, ["a", "b"]))).to_pylist()
    keys = {(row["a"], row["b"]): row["key"] for row in found}
    assert all(row["key"] == keys[row["a"], row["b"]] is not None for row in found)
    assert len({*keys.values()}) == len(keys) == 4, "a value that moves to the next column is another row"
