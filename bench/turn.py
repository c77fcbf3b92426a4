"""One whole turn of the loop: `python -m bench.turn [PEOPLE]`; 1 million people, 3 million orders, 20 million events.

The shop is the one of `bench.attribution`, with three ad clicks per person and the spend of four ad channels; every
person is linked by login from a cookie to a Taobao account, and every item has a cost. The audience that the turn
proposes is approved, and a second turn carries it out. The peer is pandas on RFM and portraits alone, see
`bench.understand`: the other steps have no counterpart there.
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
from bench.attribution import CLICKS, SPEND
from bench.understand import draw
from quanyu import ledger, loop
from quanyu.workspace import Workspace

FACTS = ("orders", "order_lines", "items", "events", "touches", "spend")
LINKS = """COPY (SELECT 'cookie:' || i AS id_key, 'taobao:' || i AS other_key, 'bench' AS source, true AS is_verified,
    TIMESTAMPTZ '2025-11-01 00:00:00+00' AS first_seen_at, TIMESTAMPTZ '2026-11-01 00:00:00+00' AS last_seen_at
    FROM range({n}) t(i)) TO '{file}' (COMPRESSION zstd)"""
ITEMS = """SELECT 'i' || i AS item_id, '类目' || (i % 40) AS category, '品牌' || (i % 300) AS brand,
    (2 + draw(i) % 90)::DECIMAL(18,2) AS cost_amount FROM range(2000) t(i)"""
MORE = {"items": ITEMS, "touches": CLICKS, "spend": SPEND}
NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as name:
        ws = loaded(Path(name), n)
        (whole, ran), (fresh, _) = timed(ws), timed(ws)
        for one in ledger.list_decisions(ws.ledger, status="proposed"):
            ledger.decide(ws.ledger, one.decision_id, "approved", who="bench", at=ws.now())
        after, acted = timed(ws)
        counts = {table: ws.warehouse.count(table) for table in (*FACTS, "people", "metrics")}
        ws.close()
    print(" ".join(f"{table} {rows:,};" for table, rows in counts.items()))
    for step in ran:
        print(f"{step.step:<12}{step.seconds:7.1f} s")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(f"turn        {whole:7.1f} s, peak memory {peak:.2f} GB; again with nothing new {fresh:.2f} s")
    done = ", ".join(f"{step.step} {step.seconds:.1f} s" for step in acted if step.status == "done")
    print(f"the turn after the audience was approved {after:.1f} s: {done}")


def loaded(folder: Path, n: int) -> Workspace:
    """Return a workspace with the files of a shop of `n` people, before its first turn."""
    draw(folder, n, MORE)
    duckdb.sql(LINKS.format(n=n, file=folder / "links.parquet"))
    ws = quanyu.workspace.create(folder / "shop", clock=lambda: NOW)
    for table in (*FACTS, "links"):
        ws.warehouse.append(table, [folder / f"{table}.parquet"], by="collect")
    return ws


def timed(ws: Workspace) -> tuple[float, list[loop.Ran]]:
    """Do a turn; return its seconds and what it did."""
    started = time.perf_counter()
    ran = loop.run(ws)
    return time.perf_counter() - started, ran


if __name__ == "__main__":
    main()
