"""Files on disk hold the contract's types, whatever type the engine computed in."""

from __future__ import annotations

import ibis
import pyarrow as pa
import pyarrow.parquet as pq

from quanyu.workspace import Workspace


def test_a_sum_of_integers_is_stored_as_an_integer(workspace: Workspace) -> None:
    source = pa.table({"key": ["a", "a"], "n": pa.array([2, 3], pa.int64())})
    file = workspace.path("tmp") / "source.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(source, file)
    rows = workspace.warehouse.scan([file])
    added = rows.group_by(person_id="key").aggregate(n_orders=rows.n.sum())
    added = added.mutate(as_of=ibis.literal("2026-11-20").cast("date"))
    workspace.warehouse.replace("portraits", added, by="understand")
    (written,) = (workspace.root / "tables" / "portraits").glob("*.parquet")
    assert pq.read_schema(written).field("n_orders").type == pa.int64()
