"""Loading a 10-column CSV against pandas and polars: `python -m bench.collect [ROWS]`.

Quanyu recognises the file, judges every row, merges by key and commits; the peers read the same file, give
the same columns their types and the times their zone, drop duplicate keys and write Parquet. Each contestant
runs in a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import duckdb

ROWS = 5_000_000
SQL = """SELECT (1000000000000 + i)::VARCHAR AS order_id, 'user:u' || hash(i) % ({n} // 4) AS id_key,
    TIMESTAMP '2023-01-01' + INTERVAL 12 SECOND * i AS ordered_at,
    TIMESTAMP '2023-01-01' + INTERVAL 12 SECOND * i + INTERVAL 1 MINUTE AS paid_at,
    ['paid', 'shipped', 'completed', 'closed'][(1 + hash(i * 3) % 4)::BIGINT] AS status,
    ['taobao', 'own'][(1 + hash(i * 5) % 2)::BIGINT] AS channel,
    (1 + (hash(i * 7) % 100000)::BIGINT / 100)::DECIMAL(18,2) AS gross_amount,
    (1 + (hash(i * 11) % 100000)::BIGINT / 100)::DECIMAL(18,2) AS paid_amount,
    1 + hash(i * 13) % 9 AS n_items, ['浙江', '江苏', '广东'][(1 + hash(i * 17) % 3)::BIGINT] AS region
    FROM range({n}) t(i)"""


def draw(file: Path, n: int) -> None:
    """Write the file; five years of orders at most, so that none lies in the future."""
    with duckdb.connect() as engine:
        engine.execute(f"COPY ({SQL.format(n=n)}) TO '{file}' (HEADER)")


def run_quanyu(file: Path, folder: Path) -> int:
    import quanyu.workspace
    from quanyu.collect.load.load import load

    ws = quanyu.workspace.create(folder, memory_limit="1GB")
    (loaded,) = load(ws, file)
    return loaded.n_taken


def run_pandas(file: Path, folder: Path) -> int:
    import pandas as pd

    rows = pd.read_csv(file, dtype={"order_id": str}, parse_dates=["ordered_at", "paid_at"])
    for column in ("ordered_at", "paid_at"):
        rows[column] = rows[column].dt.tz_localize("Asia/Shanghai").dt.tz_convert("UTC")
    rows = rows.drop_duplicates("order_id", keep="last")
    folder.mkdir()
    rows.to_parquet(folder / "orders.parquet", compression="zstd")
    return len(rows)


def run_polars(file: Path, folder: Path) -> int:
    import polars as pl

    times = [
        pl.col(c).dt.replace_time_zone("Asia/Shanghai").dt.convert_time_zone("UTC")
        for c in ("ordered_at", "paid_at")
    ]
    rows = pl.scan_csv(file, try_parse_dates=True, schema_overrides={"order_id": pl.String}).with_columns(
        times
    )
    folder.mkdir()
    done = rows.unique("order_id", keep="any").collect()
    done.write_parquet(folder / "orders.parquet", compression="zstd")
    return len(done)


CONTESTANTS = {"quanyu": run_quanyu, "pandas": run_pandas, "polars": run_polars}


def contest(name: str, file: Path, folder: Path) -> None:
    """Run one contestant in this process and print what it took."""
    started, busy = time.perf_counter(), time.process_time()
    n = CONTESTANTS[name](file, folder)
    spent, cpu = time.perf_counter() - started, time.process_time() - busy
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"n": n, "seconds": spent, "cpu": cpu, "peak": peak}))


def measure(name: str, file: Path, folder: Path) -> dict[str, Any]:
    command = [sys.executable, "-W", "ignore", "-m", "bench.collect", "--one", name, str(file), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told


def main(n: int = ROWS) -> None:
    """Print rows per second, ratios, and memory at a fifth of the rows and at all of them."""
    with tempfile.TemporaryDirectory() as named:
        folder = Path(named)
        draw(folder / "part.csv", n // 5)
        draw(folder / "whole.csv", n)
        small = measure("quanyu", folder / "part.csv", folder / "small")
        found = {name: measure(name, folder / "whole.csv", folder / name) for name in CONTESTANTS}
    size = f"{n:,} rows of 10 columns"
    print(f"load {size}: CSV to a table, recognised, judged, merged by key")
    for name, told in found.items():
        ratio = found["quanyu"]["seconds"] / told["seconds"]
        print(
            f"{name:8} {told['seconds']:7.1f} s  {n / told['seconds']:>10,.0f} rows/s  {told['cpu']:6.1f} s of CPU"
            f"  {n / told['cpu']:>9,.0f} rows per CPU second  peak {told['peak']:6,.0f} MB  quanyu takes {ratio:.2f} times as long"
        )
    grown = found["quanyu"]["peak"] / small["peak"]
    print(
        f"memory of quanyu: {small['peak']:,.0f} MB at {n // 5:,} rows, {found['quanyu']['peak']:,.0f} MB at {n:,} ({grown:.2f} times)"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        contest(sys.argv[2], Path(sys.argv[3]), Path(sys.argv[4]))
    else:
        main(*(int(argument) for argument in sys.argv[1:]))
