"""Identity over many generated identifiers, beside networkx on a sample of the same links.

Run: python bench/collect_identity.py [identifiers, default 10_000_000] [engine]
"""

from __future__ import annotations

import datetime as dt
import resource
import sys
import tempfile
import time
from pathlib import Path

import networkx as nx
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import quanyu.workspace
from quanyu.collect.identity.identity import resolve
from quanyu.tables import contract
from quanyu.workspace import Workspace

KINDS = ("taobao", "jd", "douyin", "youzan", "user", "phone", "email", "cookie", "cookie", "cookie")
"""What one person holds: ten identifiers of nine links; one phone in twelve is shared by two people."""
BATCH = 100_000


def generate(ws: Workspace, n_identifiers: int, seed: int = 1) -> None:
    """Write `links` of about `n_identifiers` identifiers."""
    random = np.random.default_rng(seed)
    schema = contract("links").schema.to_pyarrow()
    at = int(dt.datetime(2026, 1, 1, tzinfo=dt.UTC).timestamp() * 1e6)
    folder = ws.path("tmp", "bench")
    folder.mkdir(parents=True)
    files = []
    for first in range(0, n_identifiers // len(KINDS), BATCH):
        person = np.arange(first, min(first + BATCH, n_identifiers // len(KINDS)))
        phone = np.where(random.random(len(person)) < 1 / 12, person // 2 * 2, person)
        keys = [
            _keys(kind, number, phone if kind == "phone" else person) for number, kind in enumerate(KINDS)
        ]
        left = pa.concat_arrays([keys[number] for number in (0, 1, 2, 3, 4, 4, 4, 4, 4)])
        right = pa.concat_arrays([keys[number] for number in (5, 5, 5, 5, 5, 6, 7, 8, 9)])
        n = len(left)
        times = pa.array(at + random.integers(0, 10**13, n), pa.timestamp("us", "UTC"))
        verified = pa.array(np.arange(n) >= 4 * len(person))
        values = [left, right, pa.array(["bench"] * n), verified, times, times]
        columns = [value.cast(field.type) for value, field in zip(values, schema, strict=True)]
        files.append(folder / f"{first}.parquet")
        pq.write_table(pa.table(columns, schema=schema), files[-1])
    ws.warehouse.append("links", files, by="collect")


def _keys(kind: str, number: int, person: np.ndarray) -> pa.Array:
    token = (
        ((person * 10 + number).astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)) >> np.uint64(2)
        if kind == "cookie"
        else person
    )
    return pa.array(np.char.add(f"{kind}:", token.astype(str)).astype(object), pa.string())


def networkx_rate(ws: Workspace, n_links: int = 500_000) -> float:
    """Return links per second of networkx: links as text in memory, components out."""
    rows = ws.warehouse.read(ws.warehouse.table("links").select("id_key", "other_key").limit(n_links))
    pairs = list(zip(rows.column(0).to_pylist(), rows.column(1).to_pylist(), strict=True))
    start = time.perf_counter()
    parts = sum(1 for _ in nx.connected_components(nx.Graph(pairs)))
    seconds = time.perf_counter() - start
    print(f"networkx: {len(pairs):,} links in {seconds:.1f} s, {parts:,} parts, no guards, no log")
    return len(pairs) / seconds


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    engine = sys.argv[2] if len(sys.argv) > 2 else "duckdb"
    with tempfile.TemporaryDirectory() as folder:
        ws = quanyu.workspace.create(Path(folder) / "shop", engine=engine, memory_limit="3GB")
        generate(ws, n)
        base = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        start, burnt = time.perf_counter(), time.process_time()
        found = resolve(ws, dt.date(2026, 11, 20))
        seconds = time.perf_counter() - start
        burnt = time.process_time() - burnt
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        rate = found.n_links / seconds
        print(
            f"quanyu:   {found.n_identifiers:,} identifiers, {found.n_links:,} links in {seconds:.1f} s on {engine}"
        )
        print(f"          peak memory {peak:.2f} GB, before {base:.2f} GB; {found}")
        start = time.perf_counter()
        resolve(ws, dt.date(2026, 11, 21))
        print(f"again:    {time.perf_counter() - start:.1f} s with nothing new")
        print(f"ratio:    {rate / networkx_rate(ws):.2f} x the links per second of networkx")


if __name__ == "__main__":
    main()
