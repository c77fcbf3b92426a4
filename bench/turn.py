"""One whole turn of the loop: `python -m bench.turn [PEOPLE]`; 1 million people, 3 million orders, 20 million events.

The shop is the one of `bench.understand`; every person is linked by login from a cookie to a Taobao account. The peer
is pandas on RFM and portraits alone, see `bench.understand`: the other steps have no counterpart there.
"""

from __future__ import annotations

import datetime as dt
import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb

import quanyu.workspace
from bench.understand import draw
from quanyu import loop

FACTS = ("orders", "order_lines", "items", "events")
LINKS = """COPY (SELECT 'cookie:' || i AS id_key, 'taobao:' || i AS other_key, 'bench' AS source, true AS is_verified,
    TIMESTAMPTZ '2025-11-01 00:00:00+00' AS first_seen_at, TIMESTAMPTZ '2026-11-01 00:00:00+00' AS last_seen_at
    FROM range({n}) t(i)) TO '{file}' (COMPRESSION zstd)"""
NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        draw(folder, n)
        duckdb.sql(LINKS.format(n=n, file=folder / "links.parquet"))
        ws = quanyu.workspace.create(folder / "shop", clock=lambda: NOW)
        for table in (*FACTS, "links"):
            ws.warehouse.append(table, [folder / f"{table}.parquet"], by="collect")
        started = time.perf_counter()
        ran = loop.run(ws)
        whole = time.perf_counter() - started
        started = time.perf_counter()
        loop.run(ws)
        fresh = time.perf_counter() - started
        counts = {table: ws.warehouse.count(table) for table in (*FACTS, "people", "metrics")}
        ws.close()
    print(" ".join(f"{table} {rows:,};" for table, rows in counts.items()))
    for step in ran:
        print(f"{step.step:<10}{step.seconds:7.1f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"turn      {whole:7.1f} s, peak memory {peak:.2f} GB; again with nothing new {fresh:.2f} s")


if __name__ == "__main__":
    main()
