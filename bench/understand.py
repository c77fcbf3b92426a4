"""RFM and portraits against the same in pandas and polars: `python -m bench.understand [PEOPLE]`.

One shop is drawn with DuckDB: per person 2 identifiers, 3 orders of 2 lines, 20 events in about 5 visits.
Every contestant runs in a process of its own, reads the same Parquet files and writes the same RFM table and the
same 50 traits. `cpu` is the processor time of the process (all threads), `seconds` the time on the clock,
`gigabytes` the most memory held.

Twice: `cold`, when nothing is known, and `day`, when the events of one more day have come. Quanyu keeps visits and takes
up only the new events; pandas and polars keep nothing, so they do the whole job again.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import duckdb

import quanyu.workspace
from bench import portraits_pandas, portraits_polars
from quanyu.understand.portrait import portraits
from quanyu.understand.rfm import rfm
from quanyu.understand.upkeep import visits

AS_OF = dt.date(2026, 11, 20)
TABLES = ("people", "identities", "orders", "order_lines", "items", "events")

SHOP = {
    "people": """SELECT 'p' || i AS person_id, CASE WHEN draw(i) % 2 = 0 THEN 'female' ELSE 'male' END AS sex,
        DATE '1970-01-01' + (draw(i) % 13000)::INT AS born_on, '上海' AS region, '上海市' AS city,
        2 AS n_identifiers FROM range({n}) t(i)""",
    "identities": """SELECT k || ':' || i AS id_key, k AS kind, 'p' || i AS person_id
        FROM range({n}) t(i), (VALUES ('cookie'), ('taobao')) v(k)""",
    "orders": """SELECT 'o' || i AS order_id, 'bench' AS source, 'taobao:' || (draw(i) % {n}) AS id_key,
        TIMESTAMPTZ '2025-11-01 00:00:00+00' + INTERVAL 1 MINUTE * (draw(i * 7) % 550000) AS ordered_at,
        ['completed', 'completed', 'paid', 'closed'][1 + draw(i * 3) % 4] AS status,
        ['taobao', 'jd', 'douyin'][1 + draw(i * 5) % 3] AS channel,
        (10 + draw(i * 11) % 50000 / 100)::DECIMAL(18,2) AS gross_amount,
        (draw(i * 13) % 300 / 100)::DECIMAL(18,2) AS discount_amount,
        (10 + draw(i * 11) % 50000 / 100)::DECIMAL(18,2) AS paid_amount, 0::DECIMAL(18,2) AS refund_amount,
        (CASE WHEN draw(i * 3) % 4 < 3 THEN 10 + draw(i * 11) % 50000 / 100 ELSE 0 END)::DECIMAL(18,2)
        AS net_amount,
        2::BIGINT AS n_items FROM range(3 * {n}) t(i)""",
    "order_lines": """SELECT 'o' || (i // 2) AS order_id, 1 + i % 2 AS line_no, 'bench' AS source,
        'i' || (draw(i) % 2000) AS item_id, 1::BIGINT AS n_items,
        (5 + draw(i * 11) % 25000 / 100)::DECIMAL(18,4) AS unit_price_amount,
        (5 + draw(i * 11) % 25000 / 100)::DECIMAL(18,2) AS net_amount FROM range(6 * {n}) t(i)""",
    "items": """SELECT 'i' || i AS item_id, '类目' || (i % 40) AS category, '品牌' || (i % 300) AS brand
        FROM range(2000) t(i)""",
    "events": """SELECT 'e' || i AS event_id, 'bench' AS source,
        'cookie:' || ((i // 4) * 2654435761 % {n}) AS id_key,
        ['page_view', 'product_view', 'page_view', 'add_to_cart'][1 + draw(i) % 4] AS name,
        TIMESTAMPTZ '2025-11-01 00:00:00+00' + INTERVAL 1 SECOND * (draw(i // 4) % 33000000 + i % 4 * 40)
        AS occurred_at,
        's' || (i // 4) AS session_id, ['own', 'wechat', 'taobao'][1 + draw(i // 4 * 3) % 3] AS channel
        FROM range(20 * {n}) t(i)""",
}

DAY = """SELECT 'd' || i AS event_id, 'bench' AS source, 'cookie:' || ((i // 4) * 2654435761 % {n}) AS id_key,
        ['page_view', 'product_view', 'page_view', 'add_to_cart'][1 + draw(i) % 4] AS name,
        TIMESTAMPTZ '2026-11-18 00:00:00+00' + INTERVAL 1 SECOND * (draw(i // 4) % 86000 + i % 4 * 40) AS occurred_at,
        'd' || (i // 4) AS session_id, ['own', 'wechat', 'taobao'][1 + draw(i // 4 * 3) % 3] AS channel
        FROM range(20 * {n} // 380) t(i)"""
"""The events of one more day."""


def draw(folder: Path, n: int, more: Mapping[str, str] = MappingProxyType({"day": DAY})) -> None:
    """Write the shop and more tables as Parquet files."""
    with duckdb.connect() as engine:
        engine.execute("CREATE OR REPLACE MACRO draw(x) AS (hash(x) % 2147483647)::BIGINT")
        for name, sql in {**SHOP, **more}.items():
            engine.execute(f"COPY ({sql.format(n=n)}) TO '{folder / name}.parquet' (COMPRESSION zstd)")


def run_quanyu(folder: Path, files: list[Path]) -> dict[str, Any]:
    """Load the files, untimed, into the workspace of the run before if there is one, and do the three steps."""
    is_cold = not (folder / "shop").exists()
    ws = quanyu.workspace.create(folder / "shop") if is_cold else quanyu.workspace.open(folder / "shop")
    for name in TABLES if is_cold else ():
        ws.warehouse.replace(name, [folder / f"{name}.parquet"], by="collect")
    if not is_cold:
        ws.warehouse.append("events", files[-1:], by="collect")
    parts, marks = (visits, rfm, portraits), [(time.perf_counter(), time.process_time())]
    found: dict[str, Any] = {}
    for step in parts:
        found |= step(ws, AS_OF)
        marks.append((time.perf_counter(), time.process_time()))
    ws.close()
    spent = {
        f"{step.__name__}_cpu": later[1] - earlier[1]
        for step, earlier, later in zip(parts, marks, marks[1:], strict=False)
    }
    whole = {"seconds": marks[-1][0] - marks[0][0], "cpu": marks[-1][1] - marks[0][1]}
    return whole | spent | {name: found[name] for name in ("n_buyers", "n_traits", "n_visits")}


def run_pandas(folder: Path, files: list[Path]) -> dict[str, Any]:
    return _timed(partial(portraits_pandas.run, is_tuned=False), folder, files)


def run_pandas_tuned(folder: Path, files: list[Path]) -> dict[str, Any]:
    return _timed(partial(portraits_pandas.run, is_tuned=True), folder, files)


def run_polars(folder: Path, files: list[Path]) -> dict[str, Any]:
    return _timed(portraits_polars.run, folder, files)


def _timed(
    run: Callable[[Path, dt.date, list[Path]], int], folder: Path, files: list[Path]
) -> dict[str, Any]:
    started, busy = time.perf_counter(), time.process_time()
    n_buyers = run(folder, AS_OF, files)
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - busy,
        "n_buyers": n_buyers,
    }


def alone(name: str, folder: Path, files: list[Path]) -> dict[str, Any]:
    """Run in a fresh process, in which every library is imported already, and add the most memory it held."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measured, (name, folder, files))


def _measured(name: str, folder: Path, files: list[Path]) -> dict[str, Any]:
    result = globals()[f"run_{name}"](folder, files)
    return result | {"gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    wanted = sys.argv[2:] or ["quanyu", "polars", "pandas", "pandas_tuned"]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        draw(folder, n)
        files = [folder / "events.parquet", folder / "day.parquet"]
        for turn, read in (("cold", files[:1]), ("day", files)):
            results = {name: alone(name, folder, read) for name in wanted}
            for name, result in results.items():
                rounded = {k: round(v, 2) if isinstance(v, float) else v for k, v in result.items()}
                print(f"{turn:<5}{name:<14}{json.dumps(rounded)}", flush=True)
            for name in wanted[1:]:
                wall, cpu = (results[name][unit] / results[wanted[0]][unit] for unit in ("seconds", "cpu"))
                print(
                    f"{turn:<5}{name} takes {wall:.1f} times as long as {wanted[0]} and {cpu:.1f} times the processor"
                )


if __name__ == "__main__":
    main()
