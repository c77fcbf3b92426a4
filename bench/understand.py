"""RFM and portraits against the same in pandas and polars: `python bench/understand.py [PEOPLE]`.

One shop is drawn with DuckDB: per person 2 identifiers, 3 orders of 2 lines, 20 events in about 5 visits.
Every contestant reads the same Parquet files and makes the same RFM table and the same core traits; Quanyu
makes all of its traits besides and writes them. pandas and polars run in processes of their own, written the
way a good user writes it.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

import quanyu.workspace
from quanyu.understand.portrait import portraits
from quanyu.understand.rfm import rfm

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


def draw(folder: Path, n: int) -> None:
    """Write the shop as Parquet files."""
    with duckdb.connect() as engine:
        for name, sql in SHOP.items():
            engine.execute("CREATE OR REPLACE MACRO draw(x) AS (hash(x) % 2147483647)::BIGINT")
            engine.execute(f"COPY ({sql.format(n=n)}) TO '{folder / name}.parquet' (COMPRESSION zstd)")


def run_quanyu(folder: Path) -> dict[str, Any]:
    ws = quanyu.workspace.create(folder / "shop")
    for name in TABLES:
        ws.warehouse.replace(name, [folder / f"{name}.parquet"], by="collect")
    started, busy = time.perf_counter(), time.process_time()
    found = rfm(ws, AS_OF)
    after_rfm = time.perf_counter()
    made = portraits(ws, AS_OF)
    spent, cpu = time.perf_counter() - started, time.process_time() - busy
    ws.close()
    return {
        "seconds": spent,
        "cpu": cpu,
        "rfm": after_rfm - started,
        "n_buyers": found["n_buyers"],
        "n_traits": made["n_traits"],
    }


def run_pandas(folder: Path) -> dict[str, Any]:
    import pandas as pd

    started, busy = time.perf_counter(), time.process_time()
    read = {name: pd.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    owner = read["identities"][["id_key", "person_id"]]
    orders = read["orders"].merge(owner, on="id_key")
    money = ["gross_amount", "discount_amount", "paid_amount", "refund_amount", "net_amount"]
    orders[money] = orders[money].astype("float64")
    local = orders.ordered_at.dt.tz_convert("Asia/Shanghai")
    as_of = pd.Timestamp(AS_OF)
    orders["on"] = local.dt.tz_localize(None).dt.normalize()
    sales = orders[orders.status.isin(["paid", "shipped", "completed"])]
    net = orders.groupby("person_id").net_amount.sum()
    facts = sales.groupby("person_id").agg(
        n_orders=("order_id", "size"),
        first_on=("on", "min"),
        last_on=("on", "max"),
        gross=("gross_amount", "sum"),
        discount=("discount_amount", "sum"),
        largest=("net_amount", "max"),
    )
    facts["spend"] = net
    facts["recency"] = (as_of - facts.last_on).dt.days
    for column in ("recency", "n_orders", "spend"):
        cuts = facts[column].quantile([0.2, 0.4, 0.6, 0.8], interpolation="lower")
        facts[f"{column}_score"] = 1 + sum((facts[column] > cut).astype(int) for cut in cuts)
        facts[f"{column}_high"] = facts[column] >= facts[column].median()
    facts["platform"] = _pandas_mode(sales, "channel")
    recent = sales[sales.on > as_of - pd.Timedelta(days=90)]
    facts["n_orders_90d"] = recent.groupby("person_id").size()
    events = read["events"].merge(owner, on="id_key")
    visits = events.groupby(["person_id", "channel", "session_id"], as_index=False).agg(
        began_at=("occurred_at", "min"), ended_at=("occurred_at", "max"), n=("event_id", "size")
    )
    began = visits.began_at.dt.tz_convert("Asia/Shanghai")
    visits["hour"], visits["weekday"] = began.dt.hour, began.dt.weekday
    visits["dwell"] = (visits.ended_at - visits.began_at).dt.total_seconds()
    seen = visits.groupby("person_id").agg(
        n_sessions=("session_id", "size"), dwell=("dwell", "sum"), last_visit=("began_at", "max")
    )
    for action in ("page_view", "product_view", "add_to_cart"):
        seen[action] = events[events.name == action].groupby("person_id").size()
    for column in ("hour", "weekday", "channel"):
        seen[f"favourite_{column}"] = _pandas_mode(visits, column)
    lines = (
        read["order_lines"]
        .merge(sales[["order_id", "person_id"]], on="order_id")
        .merge(read["items"], on="item_id")
    )
    lines["net_amount"] = lines.net_amount.astype("float64")
    taste = lines.groupby("person_id").agg(n_categories=("category", "nunique"), price=("net_amount", "mean"))
    for column in ("category", "brand"):
        spent = lines.groupby(["person_id", column], as_index=False).net_amount.sum()
        taste[column] = (
            spent.sort_values("net_amount")
            .drop_duplicates("person_id", keep="last")
            .set_index("person_id")[column]
        )
    people = read["people"].set_index("person_id").join([facts, seen, taste])
    people.to_parquet(folder / "pandas.parquet")
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - busy,
        "n_buyers": len(facts),
    }


def _pandas_mode(rows: Any, column: str) -> Any:
    counts = rows.groupby(["person_id", column], as_index=False).size()
    return counts.sort_values("size").drop_duplicates("person_id", keep="last").set_index("person_id")[column]


def run_polars(folder: Path) -> dict[str, Any]:
    import polars as pl

    started, busy = time.perf_counter(), time.process_time()
    read = {name: pl.scan_parquet(folder / f"{name}.parquet") for name in TABLES}
    owner = read["identities"].select("id_key", "person_id")
    local = pl.col("ordered_at").dt.convert_time_zone("Asia/Shanghai").dt.date()
    orders = read["orders"].join(owner, on="id_key").with_columns(on=local)
    sales = orders.filter(pl.col("status").is_in(["paid", "shipped", "completed"]))
    by = pl.col("person_id")
    facts = (
        sales.group_by(by)
        .agg(
            n_orders=pl.len(),
            first_on=pl.col("on").min(),
            last_on=pl.col("on").max(),
            gross=pl.col("gross_amount").sum(),
            discount=pl.col("discount_amount").sum(),
            largest=pl.col("net_amount").max(),
            n_orders_90d=(pl.col("on") > AS_OF - dt.timedelta(days=90)).sum(),
        )
        .join(orders.group_by(by).agg(spend=pl.col("net_amount").sum().cast(pl.Float64)), on="person_id")
    )
    facts = facts.with_columns(recency=(pl.lit(AS_OF) - pl.col("last_on")).dt.total_days())
    scored = [
        (1 + sum((pl.col(c) > pl.col(c).quantile(q)).cast(pl.Int64) for q in (0.2, 0.4, 0.6, 0.8))).alias(
            f"{c}_score"
        )
        for c in ("recency", "n_orders", "spend")
    ]
    facts = facts.with_columns(
        *scored,
        *[(pl.col(c) >= pl.col(c).median()).alias(f"{c}_high") for c in ("recency", "n_orders", "spend")],
    )
    events = read["events"].join(owner, on="id_key")
    visits = events.group_by("person_id", "channel", "session_id").agg(
        began_at=pl.col("occurred_at").min(),
        ended_at=pl.col("occurred_at").max(),
        **{a: (pl.col("name") == a).sum() for a in ("page_view", "product_view", "add_to_cart")},
    )
    began = pl.col("began_at").dt.convert_time_zone("Asia/Shanghai")
    visits = visits.with_columns(hour=began.dt.hour(), weekday=began.dt.weekday())
    seen = visits.group_by(by).agg(
        n_sessions=pl.len(),
        dwell=(pl.col("ended_at") - pl.col("began_at")).dt.total_seconds().sum(),
        last_visit=pl.col("began_at").max(),
        **{a: pl.col(a).sum() for a in ("page_view", "product_view", "add_to_cart")},
    )
    lines = (
        read["order_lines"]
        .join(sales.select("order_id", "person_id"), on="order_id")
        .join(read["items"], on="item_id")
    )
    taste = lines.group_by(by).agg(
        n_categories=pl.col("category").n_unique(), price=pl.col("net_amount").mean()
    )
    people = read["people"].join(facts, on="person_id", how="left").join(seen, on="person_id", how="left")
    people = people.join(taste, on="person_id", how="left").join(
        _polars_mode(sales, "channel", pl.len()), on="person_id", how="left"
    )
    for column in ("hour", "weekday", "channel"):
        people = people.join(
            _polars_mode(visits, column, pl.len()), on="person_id", how="left", suffix=f"_{column}"
        )
    for column in ("category", "brand"):
        people = people.join(
            _polars_mode(lines, column, pl.col("net_amount").sum()), on="person_id", how="left", suffix="_l"
        )
    made = people.collect(engine="streaming")
    made.write_parquet(folder / "polars.parquet")
    return {
        "seconds": time.perf_counter() - started,
        "cpu": time.process_time() - busy,
        "n_buyers": made["n_orders"].count(),
    }


def _polars_mode(rows: Any, column: str, weight: Any) -> Any:
    cells = rows.group_by("person_id", column).agg(_n=weight)
    import polars as pl

    return cells.group_by("person_id").agg(pl.col(column).sort_by("_n").last().alias(f"favourite_{column}"))


def alone(run: Callable[[Path], dict[str, Any]], folder: Path) -> dict[str, Any]:
    """Run in a fresh process and add the most memory it held."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measured, (run.__name__, str(folder)))


def _measured(name: str, folder: str) -> dict[str, Any]:
    result = globals()[name](Path(folder))
    return result | {"gigabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6}


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    wanted = sys.argv[2:] or ["quanyu", "polars", "pandas"]
    with tempfile.TemporaryDirectory() as folder:
        draw(Path(folder), n)
        results = {name: alone(globals()[f"run_{name}"], Path(folder)) for name in wanted}
    for name, result in results.items():
        rounded = {
            key: round(value, 2) if isinstance(value, float) else value for key, value in result.items()
        }
        print(f"{name:<8}{json.dumps(rounded)}")
    for name in wanted[1:]:
        wall, cpu = (results[name][unit] / results[wanted[0]][unit] for unit in ("seconds", "cpu"))
        print(f"{name} takes {wall:.1f} times as long as {wanted[0]} and {cpu:.1f} times the processor")


if __name__ == "__main__":
    main()
