"""Attribution against ChannelAttribution, and paths of a million people: `python -m bench.attribution [PEOPLE]`.

The peer is the Python package ChannelAttribution on its own example of 10,000 paths, installed apart because of its
licence: QUANYU_CHANNELATTRIBUTION names the Python it is installed in. Both begin with the paths as text in memory.
The shop is that of `bench.understand` with three ad clicks per person and a day of spend per campaign and day.
`cpu` is processor time of all threads.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.csv
import pyarrow.parquet

import quanyu.workspace
from bench.understand import draw
from quanyu.measure.attribution.attribution import attribution
from quanyu.measure.touch.route import parse
from quanyu.solve.attribution.markov import markov
from quanyu.understand.fact.visit_step import visits

AS_OF = dt.date(2026, 11, 20)
TABLES = ("identities", "orders", "events", "touches", "spend")
"""What is loaded; the table `visits` is joined from the events before the clock starts."""
ENGINES = ("duckdb", "spark")
ORDERS = (1, 2, 3, 4)
RUNS = 7
PEER = """
import contextlib, io, json, sys, time
with contextlib.redirect_stdout(io.StringIO()):
    import pandas
    from ChannelAttribution import markov_model
rows, found = pandas.read_csv(sys.argv[1]), {}
for order in (1, 2, 3, 4):
    best = [1e9, 1e9]
    for _ in range(int(sys.argv[2])):
        wall, cpu = time.perf_counter(), time.process_time()
        with contextlib.redirect_stdout(io.StringIO()):
            made = markov_model(rows, "path", "total_conversions", var_null="total_null", order=order, seed=1234567)
        best = [min(best[0], time.perf_counter() - wall), min(best[1], time.process_time() - cpu)]
    made = made["result"] if isinstance(made, dict) else made
    found[order] = {"seconds": best[0], "cpu": best[1], "credit": dict(zip(made.iloc[:, 0], map(float, made.iloc[:, 1])))}
print(json.dumps(found))
"""
CLICKS = """SELECT 't' || i AS touch_id, 'bench' AS source, 'cookie:' || (draw(i) % {n}) AS id_key,
    TIMESTAMPTZ '2025-11-01 00:00:00+00' + INTERVAL 1 SECOND * (draw(i * 3) % 33000000) AS touched_at,
    ['baidu', 'qianchuan', 'meta_ads', 'google_ads', 'sms', 'mail'][1 + draw(i * 5) % 6] AS channel,
    'c' || (draw(i * 5) % 6) || '-' || (draw(i * 7) % 3) AS campaign_id, 'click' AS kind,
    0.5::DECIMAL(18,2) AS cost_amount FROM range(3 * {n}) t(i)"""
SPEND = """SELECT DATE '2025-11-01' + d::INT AS spent_on, 'bench' AS source, p AS platform, 'search' AS channel,
    'c' || k || '-' || c AS campaign_id, (50 + draw(d * 31 + k) % 100)::DECIMAL(18,2) AS cost_amount
    FROM range(380) t(d), range(3) u(c), (VALUES ('baidu', 0), ('qianchuan', 1), ('meta_ads', 2), ('google_ads', 3)) v(p, k)"""


def chains(file: Path) -> dict[int, dict[str, Any]]:
    """Return best time and credit of every order, from the paths as text."""
    rows = pyarrow.csv.read_csv(file)
    outcomes = rows["total_conversions"].to_numpy().astype(float)[:, None]
    nulls = rows["total_null"].to_numpy().astype(float)
    found = {}
    for order in ORDERS:
        best = [1e9, 1e9]
        for _ in range(RUNS):
            wall, cpu = time.perf_counter(), time.process_time()
            paths, names = parse(rows["path"])
            credit = markov(paths, order).credit(outcomes, nulls)[:, 0]
            best = [min(best[0], time.perf_counter() - wall), min(best[1], time.process_time() - cpu)]
        found[order] = {
            "seconds": best[0],
            "cpu": best[1],
            "credit": dict(zip(names, credit.tolist(), strict=True)),
        }
    return found


def compare(datasets: Path) -> None:
    """Print our times beside the peer's, and how far its simulation is from the exact chain."""
    file = datasets / "channelattribution_pathdata" / "path_data.csv"
    if not file.exists():
        print("paths of ChannelAttribution: skipped, QUANYU_DATASETS names no folder of real data")
        return
    python = os.environ.get("QUANYU_CHANNELATTRIBUTION", "")
    ours = chains(file)
    told = (
        subprocess.run(
            [python, "-c", PEER, str(file), str(RUNS)], capture_output=True, text=True, check=False
        )
        if python
        else None
    )
    peer = {} if told is None or told.returncode else json.loads(told.stdout.strip().splitlines()[-1])
    print(
        "removal effects of 10,000 paths over 12 channels, best of 7 runs; the peer simulates, quanyu solves exactly"
    )
    for order, one in ours.items():
        line = f"order {order}: quanyu {one['seconds'] * 1e3:7.1f} ms ({one['cpu'] * 1e3:7.1f} ms cpu)"
        if other := peer.get(str(order)):
            exact = one["credit"]
            off = max(
                abs(other["credit"].get(name, 0) / value - 1) for name, value in exact.items() if value > 100
            )
            line += (
                f"; ChannelAttribution {other['seconds'] * 1e3:7.1f} ms ({other['cpu'] * 1e3:7.1f} ms cpu), "
            )
            line += f"{other['seconds'] / one['seconds']:.1f} times as long, off by up to {off:.1%} on channels above 100"
        print(line)
    if not peer:
        why = told.stderr.strip().splitlines()[-1] if told else "QUANYU_CHANNELATTRIBUTION names no Python"
        print(f"ChannelAttribution: skipped, {why}")


def run(folder: str, engine: str) -> dict[str, Any]:
    """Run the step on a shop and return what it took."""
    ws = quanyu.workspace.create(Path(folder) / f"shop-{engine}", engine=engine)
    for name in TABLES:
        ws.warehouse.replace(name, [Path(folder) / f"{name}.parquet"], by="collect")
    visits(ws, AS_OF)
    wall, cpu = time.perf_counter(), time.process_time()
    done = attribution(ws, AS_OF)
    spent = {
        "seconds": time.perf_counter() - wall,
        "cpu": time.process_time() - cpu,
        "n_paths": done["n_paths"],
    }
    credits = ws.warehouse.table("credits")
    rows = ws.warehouse.read(
        credits.filter(credits.model == "markov", credits.level == "channel", credits.window == "30d")
    )
    credit = dict(zip(rows["key"].to_pylist(), rows["conversions"].to_pylist(), strict=True))
    ws.close()
    return spent | {"gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, "credit": credit}


def alone(folder: str, engine: str) -> dict[str, Any]:
    """Run in a fresh process, so that memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(run, (folder, engine))


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    compare(Path(os.environ.get("QUANYU_DATASETS", "")))
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder), n, {"touches": CLICKS, "spend": SPEND})
        found = {engine: alone(folder, engine) for engine in ENGINES}
    for engine, one in found.items():
        print(
            f"{n:,} people, {3 * n:,} orders, {3 * n:,} clicks, {20 * n:,} events on {engine}: "
            f"{one['n_paths']:,} distinct paths, nine models, three windows, two levels, 200 refits in "
            f"{one['seconds']:.1f} s ({one['cpu']:.1f} s cpu of this process), {one['gigabytes']:.2f} GB"
        )
    first, second = (found[engine]["credit"] for engine in ENGINES)
    apart = max(abs(first[key] - second[key]) for key in first)
    print(
        f"largest difference between the engines' Markov credits: {apart:g} orders of {sum(np.abs(list(first.values()))):,.0f}"
    )


if __name__ == "__main__":
    main()
