"""Reading an experiment against pandas with SciPy, and against tea-tasting: `python -m bench.measure_experiment [PEOPLE]`.

One experiment: people in two arms with 4 metrics and the same 4 before. Every contestant runs in a process of its own on
the same Parquet file and gives lift, interval and p-value per metric, adjusted by the past (CUPED). Quanyu and
pandas adjust every metric by all 4 columns, tea-tasting by the metric's own. tea-tasting runs where
QUANYU_BENCH_TEA names a Python that has it (with ibis-framework[duckdb]); it is no dependency.

Then the loop step `lifts` on a shop: 5 campaigns, each with all people of the shop in it, from orders to the table.
`cpu` is the processor time of the process (all threads), `seconds` the time on the clock.
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

import duckdb

import quanyu.workspace
from quanyu.measure.experiment.contrast import Contrast, lifts_of
from quanyu.measure.experiment.experiment import lifts
from quanyu.method import fit

METRICS = ("conversion", "orders", "revenue", "margin")
BEFORE = tuple(f"{name}_before" for name in METRICS)
AS_OF = dt.date(2026, 11, 20)
DRAW = "CREATE OR REPLACE MACRO draw(x) AS (hash(x) % 2147483647)::DOUBLE / 2147483647"

PEOPLE = """WITH p AS (SELECT i, draw(i) < 0.2 AS is_control, exp(1.5 * (draw(i * 3) + draw(i * 5) - 1)) AS taste
        FROM range({n}) t(i)),
    o AS (SELECT i, is_control, (draw(i * 7) < 0.3 * taste)::INT * (1 + (draw(i * 11) * 3)::INT) AS after,
        (draw(i * 13) < 0.4 * taste)::INT * (1 + (draw(i * 17) * 4)::INT) AS before, taste,
        80 * taste * (0.5 + draw(i * 19)) AS money, 80 * taste * (0.5 + draw(i * 23)) AS money_before FROM p)
    SELECT 'spring' AS experiment, CASE WHEN is_control THEN 'control' ELSE 'treated' END AS arm,
        (after > 0)::DOUBLE AS conversion, after::DOUBLE AS orders, after * money AS revenue, after * money / 3 AS margin,
        (before > 0)::DOUBLE AS conversion_before, before::DOUBLE AS orders_before,
        before * money_before AS revenue_before, before * money_before / 3 AS margin_before FROM o"""

SHOP = {
    "deliveries": """SELECT c || ':' || i AS send_id, c AS campaign_id, '1' AS step,
        CASE WHEN draw(i * 31 + length(c)) < 0.2 THEN 'control' ELSE 'treated' END AS arm, 'p' || i AS person_id,
        'delivered' AS status, TIMESTAMPTZ '2026-09-01 00:00:00+00' + INTERVAL 1 DAY * length(c) AS sent_at
        FROM range({n}) t(i), (VALUES ('c'), ('cc'), ('ccc'), ('cccc'), ('ccccc')) v(c)""",
    "identities": "SELECT 'user:' || i AS id_key, 'user' AS kind, 'p' || i AS person_id FROM range({n}) t(i)",
    "orders": """SELECT 'o' || i AS order_id, 'bench' AS source, 'user:' || (draw(i) * {n})::BIGINT AS id_key,
        TIMESTAMPTZ '2026-01-01 00:00:00+00' + INTERVAL 1 MINUTE * (draw(i * 7) * 450000)::BIGINT AS ordered_at,
        'completed' AS status, (10 + draw(i * 11) * 300)::DECIMAL(18,2) AS gross_amount,
        (10 + draw(i * 11) * 300)::DECIMAL(18,2) AS paid_amount, (10 + draw(i * 11) * 300)::DECIMAL(18,2) AS net_amount,
        (3 + draw(i * 11) * 100)::DECIMAL(18,2) AS margin_amount FROM range(3 * {n}) t(i)""",
}

TEA = """
import json, resource, sys, time, ibis, tea_tasting as tt
started, busy = time.perf_counter(), time.process_time()
con = ibis.duckdb.connect()
con.raw_sql("SET enable_progress_bar = false")
data = con.read_parquet(sys.argv[1]).mutate(variant=(ibis._.arm == "treated").cast("int64"))
names = ("conversion", "orders", "revenue", "margin")
metrics = {name: tt.Mean(name, covariate=f"{name}_before") for name in names}
found = tt.Experiment(metrics).analyze(data)
print(json.dumps({"seconds": time.perf_counter() - started, "cpu": time.process_time() - busy,
    "lift": {name: found[name].effect_size for name in names},
    "gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}))
"""


def draw(folder: Path, name: str, sql: str, n: int) -> Path:
    """Write the rows of a query as a Parquet file."""
    with duckdb.connect() as engine:
        engine.execute(DRAW)
        engine.execute("SET enable_progress_bar = false")
        file = folder / f"{name}.parquet"
        engine.execute(f"COPY ({sql.format(n=n)}) TO '{file}' (COMPRESSION zstd)")
    return file


def run_quanyu(file: Path) -> dict[str, Any]:
    ws = quanyu.workspace.create(file.parent / "shop")
    started, busy = time.perf_counter(), time.process_time()
    found = fit(
        Contrast(METRICS, BEFORE, hinge="conversion"), ws.warehouse.scan([file]), reduce=ws.warehouse.read
    )
    told = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - busy}
    ws.close()
    return told | {"lift": {one["metric"]: one["lift"] for _, one in lifts_of(found)}}


def run_pandas(file: Path) -> dict[str, Any]:
    import numpy as np
    import pandas as pd
    from scipy.stats import ttest_ind_from_stats

    started, busy = time.perf_counter(), time.process_time()
    rows = pd.read_parquet(file)
    covariates = rows[list(BEFORE)].to_numpy()
    covariates = covariates - covariates.mean(axis=0)
    spread, is_treated, lift = covariates.T @ covariates, (rows["arm"] == "treated").to_numpy(), {}
    for name in METRICS:
        value = rows[name].to_numpy()
        theta = np.linalg.lstsq(spread, covariates.T @ (value - value.mean()), rcond=None)[0]
        left = value - covariates @ theta
        sides = [left[is_treated], left[~is_treated]]
        stats = [number for side in sides for number in (side.mean(), side.std(ddof=1), len(side))]
        assert 0 <= ttest_ind_from_stats(*stats, equal_var=False).pvalue <= 1
        lift[name] = float(sides[0].mean() - sides[1].mean())
    return {"seconds": time.perf_counter() - started, "cpu": time.process_time() - busy, "lift": lift}


def run_lifts(folder: Path) -> dict[str, Any]:
    ws = quanyu.workspace.create(folder / "shop")
    for name in SHOP:
        ws.warehouse.replace(
            name, [folder / f"{name}.parquet"], by="act" if name == "deliveries" else "collect"
        )
    started, busy = time.perf_counter(), time.process_time()
    found = lifts(ws, AS_OF)
    told = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - busy}
    ws.close()
    return told | {"n_lifts": found["n_lifts"]}


def alone(name: str, place: Path) -> dict[str, Any]:
    """Run in a fresh process and add the most memory it held."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (name, str(place)))


def _measured(name: str, place: str) -> dict[str, Any]:
    result = globals()[f"run_{name}"](Path(place))
    return result | {"gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}


def tea(file: Path) -> dict[str, Any] | None:
    """Run tea-tasting where there is a Python that has it."""
    python = os.environ.get("QUANYU_BENCH_TEA")
    if not python:
        return None
    done = subprocess.run([python, "-c", TEA, str(file)], stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def told(name: str, result: dict[str, Any]) -> str:
    lift = ", ".join(f"{value:+.6f}" for value in result["lift"].values())
    return f"{name:<12}{result['seconds']:6.2f} s {result['cpu']:6.2f} s of CPU, peak {result['gigabytes']:.2f} GB; lifts {lift}"


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    with tempfile.TemporaryDirectory() as folder:
        file = draw(Path(folder), "people", PEOPLE, n)
        results = {name: alone(name, file) for name in ("quanyu", "pandas")}
        results |= {"tea-tasting": found} if (found := tea(file)) else {}
    print(f"{n:,} people, 4 metrics adjusted by the 4 before")
    for name, result in results.items():
        print(told(name, result))
    for name in [name for name in results if name != "quanyu"]:
        wall, cpu = (results[name][unit] / results["quanyu"][unit] for unit in ("seconds", "cpu"))
        print(f"{name} takes {wall:.1f} times as long as quanyu and {cpu:.1f} times the processor")
    small = n // 10
    with tempfile.TemporaryDirectory() as folder:
        for name, sql in SHOP.items():
            draw(Path(folder), name, sql, small)
        found = alone("lifts", Path(folder))
    print(
        f"step lifts: 5 campaigns of {small:,} people, {3 * small:,} orders, {found['n_lifts']} lifts in "
        f"{found['seconds']:.1f} s, {found['cpu']:.1f} s of CPU, peak {found['gigabytes']:.2f} GB"
    )


if __name__ == "__main__":
    main()
