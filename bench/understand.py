"""RFM and portraits against the same in pandas and polars: `python -m bench.understand [PEOPLE]`.

One shop is drawn with DuckDB: per person 2 identifiers, 3 orders of 2 lines, 20 events in about 5 visits.
Every contestant runs in a process of its own, reads the same Parquet files and writes the same RFM table and the
same 50 traits. `cpu` is the processor time of the process (all threads), `seconds` the time on the clock,
`gigabytes` the most memory held.

Twice: `cold`, when nothing is known, and `day`, when one more day has come: its events, its orders and their lines, and
one earlier order in 500 was refunded. Quanyu keeps visits and facts and takes up what differs; pandas and polars keep
nothing, so they do the whole job again.
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
from quanyu.understand.fact.fact_step import facts
from quanyu.understand.fact.visit_step import visits
from quanyu.understand.rfm.rfm import rfm
from quanyu.understand.trait.portrait import portraits

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

DAY = {
    "events_day": """SELECT 'd' || i AS event_id, 'bench' AS source,
        'cookie:' || ((i // 4) * 2654435761 % {n}) AS id_key,
        ['page_view', 'product_view', 'page_view', 'add_to_cart'][1 + draw(i) % 4] AS name,
        TIMESTAMPTZ '2026-11-18 00:00:00+00' + INTERVAL 1 SECOND * (draw(i // 4) % 86000 + i % 4 * 40)
        AS occurred_at,
        'd' || (i // 4) AS session_id, ['own', 'wechat', 'taobao'][1 + draw(i // 4 * 3) % 3] AS channel
        FROM range(20 * {n} // 380) t(i)""",
    "orders_after": """WITH sold AS (SELECT *, draw(order_id) % 500 = 0 AND status = 'completed' AS is_back
        FROM '{folder}/orders.parquet')
        SELECT * EXCLUDE (is_back) REPLACE (CASE WHEN is_back THEN paid_amount ELSE refund_amount END AS refund_amount,
        CASE WHEN is_back THEN 0 ELSE net_amount END::DECIMAL(18,2) AS net_amount) FROM sold
        UNION ALL SELECT * REPLACE ('d' || order_id AS order_id, 'paid' AS status,
        TIMESTAMPTZ '2026-11-18 00:00:00+00' + INTERVAL 1 SECOND * (draw(order_id) % 86000) AS ordered_at,
        paid_amount AS net_amount) FROM '{folder}/orders.parquet' WHERE draw(order_id || 'x') % 380 = 0""",
    "order_lines_day": """SELECT * REPLACE ('d' || order_id AS order_id) FROM '{folder}/order_lines.parquet'
        WHERE draw(order_id || 'x') % 380 = 0""",
}
"""One more day: its events and order lines, and all orders as they stand after it."""

COLD = {name: (name,) for name in TABLES}
AFTER = {
    **COLD,
    "events": ("events", "events_day"),
    "orders": ("orders_after",),
    "order_lines": ("order_lines", "order_lines_day"),
}
"""The files of every table before and after that day."""


def draw(folder: Path, n: int, more: Mapping[str, str] = MappingProxyType(DAY)) -> None:
    """Write the shop and more tables as Parquet files."""
    with duckdb.connect() as engine:
        engine.execute("CREATE OR REPLACE MACRO draw(x) AS (hash(x) % 2147483647)::BIGINT")
        for name, sql in {**SHOP, **more}.items():
            engine.execute(
                f"COPY ({sql.format(n=n, folder=folder)}) TO '{folder / name}.parquet' (COMPRESSION zstd)"
            )


Files = Mapping[str, list[Path]]


def run_quanyu(folder: Path, files: Files) -> dict[str, Any]:
    """Load the files, untimed, into the workspace of the run before if there is one, and do the four steps."""
    is_cold = not (folder / "shop").exists()
    ws = quanyu.workspace.create(folder / "shop") if is_cold else quanyu.workspace.open(folder / "shop")
    for name in TABLES if is_cold else ("orders",):
        ws.warehouse.replace(name, files[name], by="collect")
    for name in () if is_cold else ("events", "order_lines"):
        ws.warehouse.append(name, files[name][1:], by="collect")
    parts, marks = (visits, rfm, facts, portraits), [(time.perf_counter(), time.process_time())]
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


def run_pandas(folder: Path, files: Files) -> dict[str, Any]:
    return _timed(partial(portraits_pandas.run, is_tuned=False), folder, files)


def run_pandas_tuned(folder: Path, files: Files) -> dict[str, Any]:
    return _timed(partial(portraits_pandas.run, is_tuned=True), folder, files)


def run_polars(folder: Path, files: Files) -> dict[str, Any]:
    return _timed(portraits_polars.run, folder, files)


def _timed(run: Callable[[Path, dt.date, Files], int], folder: Path, files: Files) -> dict[str, Any]:
    started, busy = time.perf_counter(), time.process_time()
    n_buyers = run(folder, AS_OF, files)
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - busy,
        "n_buyers": n_buyers,
    }


def alone(name: str, folder: Path, files: Files) -> dict[str, Any]:
    """Run in a fresh process, in which every library is imported already, and add the most memory it held."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measured, (name, folder, files))


def _measured(name: str, folder: Path, files: Files) -> dict[str, Any]:
    result = globals()[f"run_{name}"](folder, files)
    return result | {"gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    wanted = sys.argv[2:] or ["quanyu", "polars", "pandas", "pandas_tuned"]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        draw(folder, n)
        for turn, tables in (("cold", COLD), ("day", AFTER)):
            read = {table: [folder / f"{name}.parquet" for name in names] for table, names in tables.items()}
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
