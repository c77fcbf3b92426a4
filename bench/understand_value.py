"""Customer value against lifetimes and PyMC-Marketing, and alone: `python -m bench.understand_value [CUSTOMERS]`.

First the full CDNOW cohort (23,570 customers, 69,659 lines) from its log to a fitted BG/NBD. The log is that of the
folder named by QUANYU_DATASETS. Peers run in an environment of their own, which they need and Quanyu does not:

    python -m venv peers && peers/bin/pip install lifetimes pymc-marketing pyarrow
    QUANYU_PEERS=peers/bin/python python -m bench.understand_value

They are left out where QUANYU_PEERS names none. Then so many customers (10 million) of a simulated BG/NBD over two
years: three models with their holdout, the worth of an order, and all scores written. `cpu` is the processor time of
the process, `seconds` the time on the clock.
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

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import quanyu.workspace
from quanyu.method import Fit, fit
from quanyu.understand.lifetime.history import histories, orders_until, purchase_days, trade
from quanyu.understand.lifetime.lifetime import Lifetime
from quanyu.understand.lifetime.order_value import OrderValue

CUT = dt.date(1997, 9, 30)
DAYS, HOLDOUT = 730, 240
HERE = Path(__file__).parent


def load(folder: Path, log: Path) -> quanyu.workspace.Workspace:
    """Return a workspace with the log as orders, each worth 1, at noon."""
    ws = quanyu.workspace.create(folder / "shop", timezone="America/New_York", currency="USD")
    lines = ws.warehouse.scan([log])
    at = (lines.date.cast("timestamp") + ibis.interval(hours=17)).cast("timestamp('UTC')")
    orders = lines.select(
        order_id=ibis.row_number().cast("string"), source=ibis.literal("cdnow"), ordered_at=at,
        id_key=ibis.literal("cdnow:").concat(lines.customer_id), status=ibis.literal("completed"),
        net_amount=ibis.literal(1).cast("decimal(18, 2)"),
    )  # fmt: skip
    ws.warehouse.replace("orders", orders, by="collect")
    keys = ws.warehouse.table("orders").select("id_key").distinct()
    known = keys.mutate(kind=ibis.literal("cdnow"), person_id=keys.id_key.substr(6))
    ws.warehouse.replace("identities", known, by="collect")
    return ws


def run_cdnow(folder: Path, log: Path) -> dict[str, Any]:
    """From the loaded orders to the fitted model; the second run is the one told, as with every peer's imports."""
    ws = load(folder, log)
    for _ in range(2):
        started, busy = time.perf_counter(), time.process_time()
        orders = orders_until(ws, CUT)
        rows = histories(purchase_days(ws, orders, trade(ws, orders)), CUT, 0)
        card = fit(Lifetime(model="bg_nbd"), rows, reduce=ws.warehouse.read)
        spent, cpu = time.perf_counter() - started, time.process_time() - busy
    assert isinstance(card, Fit)
    found = card.parameters["parameters"] | {"alpha": card.parameters["parameters"]["alpha"] / 7}
    told = {"n_buyers": card.diagnostics["n_buyers"], "seconds": round(spent, 2), "cpu": round(cpu, 2)}
    return told | {name: round(found[name], 4) for name in ("r", "alpha", "a", "b")}


def run_peer(name: str, log: Path) -> dict[str, Any] | str:
    peer = os.environ.get("QUANYU_PEERS", "")
    if not peer:
        return "left out: QUANYU_PEERS names no Python with it"
    command = [peer, "-W", "ignore", str(HERE / "value_peers.py"), name, str(log)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    return (
        json.loads(lines[-1]) if done.returncode == 0 and lines else f"left out: {done.stderr.strip()[-200:]}"
    )


def drawn(rng: np.random.Generator, n: int) -> pa.Table:
    """Histories of `n` customers with r .9, alpha 60 days, a 1.2, b 8, whole and as known before the holdout."""
    rate, coin = rng.gamma(0.9, 1 / 60, n), rng.beta(1.2, 8.0, n)
    age = rng.integers(1, DAYS, n)
    cut = age - HOLDOUT
    x, last, early, early_last, day = (np.zeros(n, dtype=np.int64) for _ in range(5))
    now, alive = np.zeros(n), np.arange(n)
    while len(alive):
        now[alive] += rng.exponential(1 / np.maximum(rate[alive], 1e-9))
        alive = alive[now[alive] < age[alive]]
        today = np.ceil(now[alive]).astype(np.int64)
        fresh = today > day[alive]
        x[alive] += fresh
        last[alive] = day[alive] = today
        before = today <= cut[alive]
        early[alive] += fresh & before
        early_last[alive] = np.where(before, today, early_last[alive])
        alive = alive[rng.random(len(alive)) > coin[alive]]
    unknown = cut < 0
    worth = rng.gamma(6.0 * (x + 1)) / (x + 1) / rng.gamma(4.0, 1 / 15.0, n)
    known = {
        "early_repeats": early,
        "early_span_days": early_last,
        "early_age_days": cut,
        "late_orders": x - early,
    }
    return pa.table(
        {
            "n_repeats": x, "span_days": last, "age_days": age, "n_orders": x + 1,
            "mean_amount": np.round(worth * 100) / 100,
            **{name: pa.array(values, mask=unknown) for name, values in known.items()},
        }
    )  # fmt: skip


def draw(file: Path, n: int) -> None:
    rng = np.random.default_rng(20261111)
    block, first = 1_000_000, 0
    with pq.ParquetWriter(file, drawn(rng, 1).schema) as writer:
        while first < n:
            rows = drawn(rng, min(block, n - first))
            writer.write_table(rows)
            first += len(rows)


def run_many(folder: Path, n: int) -> dict[str, Any]:
    """Fit and score customers that are one row each already."""
    file = folder / "many.parquet"
    drawing = multiprocessing.get_context("spawn").Process(target=draw, args=(file, n))
    drawing.start()
    drawing.join()
    ws = quanyu.workspace.create(folder / "many")
    rows = ws.warehouse.scan([file])
    rows = rows.mutate(person_id=ibis.literal("p").concat(ibis.row_number().cast("string")))
    started, busy = time.perf_counter(), time.process_time()
    spec = Lifetime(holdout_days=HOLDOUT)
    card = fit(spec, rows, reduce=ws.warehouse.read)
    fitted = time.perf_counter()
    worth = fit(OrderValue(), rows, reduce=ws.warehouse.read)
    valued = time.perf_counter()
    assert isinstance(card, Fit)
    assert isinstance(worth, Fit)
    scored = OrderValue().score(worth, spec.score(card, rows))
    table = scored.select(
        "person_id", "n_repeats", "span_days", "age_days", "p_alive", "expected_orders", "orders_low", "orders_high",
        clv_amount=(scored.discounted_orders * scored.expected_order_amount).round(2).cast("decimal(18, 2)"),
        as_of=ibis.literal(dt.date(2026, 11, 20)), fit_id=ibis.literal(card.fit_id),
    )  # fmt: skip
    ws.warehouse.replace("lifetimes", table, by="understand")
    ended = time.perf_counter()
    return {
        "fit": round(fitted - started, 1), "order_value": round(valued - fitted, 1), "score": round(ended - valued, 1),
        "seconds": round(ended - started, 1), "cpu": round(time.process_time() - busy, 1),
        "gigabytes": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2),
        "model": card.parameters["model"], "parameters": card.parameters["parameters"],
        "standard_errors": card.diagnostics["standard_errors"], "ratio": card.diagnostics["holdout"]["ratio"],
    }  # fmt: skip


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
    data = os.environ.get("QUANYU_DATASETS", "")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        log = Path(data) / "cdnow" / "cdnow_master.parquet"
        if data and log.exists():
            print("from the log of CDNOW to a fitted BG/NBD, 23,570 customers, parameters in weeks")
            ours = run_cdnow(folder, log)
            print(f"quanyu          {json.dumps(ours)}")
            for peer in ("lifetimes", "pymc-marketing"):
                told = run_peer(peer, log)
                print(f"{peer:<15} {json.dumps(told) if isinstance(told, dict) else told}")
                if isinstance(told, dict):
                    print(f"{peer} takes {told['seconds'] / ours['seconds']:.1f} times as long as quanyu"
                          f" and {told['cpu'] / ours['cpu']:.1f} times the processor")  # fmt: skip
        else:
            print("left out: QUANYU_DATASETS names no folder with cdnow/cdnow_master.parquet")
        print(f"alone: {n:,} customers of a simulated BG/NBD (r .9, alpha 60, a 1.2, b 8)")
        for key, value in run_many(folder, n).items():
            print(f"{key:<15} {json.dumps(value)}")


if __name__ == "__main__":
    main()
