"""All quality checks of events in one scan, beside one plain count of the same files by the same engine.

Run: python bench/collect_quality.py [events, default 20_000_000] [engine]
"""

from __future__ import annotations

import datetime as dt
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

import quanyu.workspace
from quanyu.collect.quality.quality import check, read_findings
from quanyu.tables import contract
from quanyu.workspace import Workspace

BATCH = 1_000_000
TODAY = dt.date(2026, 11, 20)


def generate(ws: Workspace, n: int) -> None:
    """Write `events` of 400 days."""
    random = np.random.default_rng(1)
    schema = contract("events").schema.to_pyarrow()
    folder = ws.path("tmp", "bench")
    folder.mkdir(parents=True)
    last = int(dt.datetime(2026, 11, 19, tzinfo=dt.UTC).timestamp() * 1e6)
    names = pa.array(["page_view", "product_view", "add_to_cart", "purchase"])
    for first in range(0, n, BATCH):
        number = np.arange(first, min(first + BATCH, n))
        given = {
            "event_id": pa.array(np.char.add("e", number.astype(str)).astype(object), pa.string()),
            "source": pa.array(["web"] * len(number)),
            "id_key": pa.array(np.char.add("cookie:", (number % 1_000_003).astype(str)).astype(object), pa.string()),
            "name": names.take(pa.array(random.integers(0, 4, len(number)))),
            "occurred_at": pa.array(last - random.integers(0, 400 * 86_400 * 10**6, len(number)), schema.field("occurred_at").type),
            "channel": names.take(pa.array(number % 4)),
            "value_amount": pa.array(random.lognormal(4, 1, len(number)).round(2)).cast(pa.decimal128(18, 2), safe=False),
            "n_items": pa.array(random.integers(1, 5, len(number))),
        }  # fmt: skip
        columns = [given.get(f.name, pa.nulls(len(number), f.type)).cast(f.type) for f in schema]
        pq.write_table(pa.table(columns, schema=schema), folder / f"{first}.parquet")
    ws.warehouse.append("events", sorted(folder.glob("*.parquet")), by="collect")


def polars_seconds(ws: Workspace) -> float:
    """Time the same measures (nulls, distinct keys, quartiles, newest) written one by one in polars."""
    rows = pl.scan_parquet([str(file) for file in ws.warehouse.folder("events").glob("*.parquet")])
    key = pl.concat_str("source", "event_id")
    start = time.perf_counter()
    rows.select(pl.all().null_count()).collect()
    rows.select(key.n_unique()).collect()
    for name in ("value_amount", "n_items"):
        value = pl.col(name).cast(pl.Float64)
        rows.select([value.quantile(p).alias(str(p)) for p in (0.25, 0.5, 0.75, 0.99, 0.999)]).collect()
    rows.group_by(pl.col("occurred_at").dt.date()).len().collect()
    return time.perf_counter() - start


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000_000
    engine = sys.argv[2] if len(sys.argv) > 2 else "duckdb"
    with tempfile.TemporaryDirectory() as folder:
        ws = quanyu.workspace.create(Path(folder) / "shop", engine=engine, memory_limit="3GB")
        generate(ws, n)
        start, burnt = time.perf_counter(), time.process_time()
        check(ws, TODAY)
        seconds, burnt = time.perf_counter() - start, time.process_time() - burnt
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        n_checks = len(read_findings(ws))
        print(
            f"quanyu: {n_checks} checks of {n:,} events in {seconds:.1f} s ({burnt:.1f} s of CPU) on {engine}"
        )
        print(f"        peak memory {peak:.2f} GB")
        other = polars_seconds(ws)
        print(f"polars: a third of the checks, one query each, in {other:.1f} s; ratio {other / seconds:.2f}")


if __name__ == "__main__":
    main()
