"""Fifty segments of a large shop: `python -m bench.segment [PEOPLE]`; 1 million people, 3 million orders, 20 million events.

The shop and its day are those of `bench.day`, after its first turn. The step `segments` works out all fifty at once, then
again after one more day. The peer is one hand-written DuckDB statement for the same fifty over the same files, which reads
each table once and writes the members to Parquet; it keeps no entries, exits and sizes. Live counts are those of the console:
one rule, from its text to the number, the tables warm.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path

import duckdb
from deltalake import DeltaTable

import quanyu.workspace
from bench import day
from bench.turn import LINKS, MORE
from bench.understand import draw
from quanyu import ledger, loop
from quanyu.part.day import as_of
from quanyu.rule import Asking, members, parse
from quanyu.workspace import Workspace

EVENTS = ("page_view", "product_view", "add_to_cart", "search", "favourite")
CHANNELS = ("own", "wechat", "taobao")
RULES = {
    **{f"tier {n}": f"frequency >= {n}" for n in range(1, 8)},
    **{f"money {n}": f"monetary_amount >= {n}00; recency_days <= {n}0" for n in range(1, 7)},
    **{f"top {n}": f"monetary_amount in top {n}0%" for n in (1, 2)},
    **{f"viewed {n}": f"did product_view >= {n} times in last {10 * n} days" for n in range(1, 7)},
    **{
        f"carts {n}": f"did add_to_cart in last {15 * n} days; never did purchase in last {15 * n} days"
        for n in range(1, 5)
    },
    **{f"days {n}": f"visited on >= {n} days in last 60 days" for n in (2, 3)},
    **{f"visited {name}": f"visited {name} in last 30 days" for name in CHANNELS},
    **{f"bought {n}": f"bought >= {n} times in last {90 * n} days" for n in range(1, 5)},
    **{f"spent {n}": f"bought with total net_amount >= {n}00 in last 180 days" for n in range(1, 4)},
    **{f"lapsed {n}": f"bought; not bought in last {30 * n} days" for n in range(1, 4)},
    "first": "first bought in last 60 days",
    "last": "last bought more than 120 days ago",
    "taobao": "last bought with channel = taobao",
    "large": "bought where (paid_amount >= 300) in last 365 days",
    "refund": "got_refund",
    "left": "did add_to_cart then not bought within 3 days in last 30 days",
    "then": "did product_view then did add_to_cart within 1 days in last 14 days",
    "either": "in segment \"viewed 3\" or in segment \"bought 2\"",
    "both": "in segment \"lapsed 2\" and in segment \"tier 2\" and not in segment either",
    "lot": "in random 10% of autumn",
}  # fmt: skip
LIVE = {
    "a trait": "frequency >= 3; monetary_amount >= 300",
    "an event": "did product_view >= 3 times in last 30 days",
}


def shop(folder: Path, n: int) -> Path:
    """Draw the shop and its day, do the first turn, define the segments; return the workspace."""
    draw(folder, n, {**MORE, **day.NEXT})
    duckdb.sql(LINKS.format(n=n, file=folder / "links.parquet"))
    ws = quanyu.workspace.create(folder / "shop", clock=lambda: day.TODAY)
    day.load(ws, folder)
    loop.run(ws)
    define(ws)
    ws.close()
    return folder / "shop"


def define(ws: Workspace) -> None:
    for name, rule in RULES.items():
        ledger.save_segment(ws.ledger, name, rule, "", who="bench", at=ws.now())


def alone(root: Path, is_next: bool) -> dict[str, float]:
    """Do the step in a fresh process; after one more day where it `is_next`."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(worked, (root, is_next))


def worked(root: Path, is_next: bool) -> dict[str, float]:
    now = day.TODAY + (day.A_DAY if is_next else dt.timedelta())
    ws = quanyu.workspace.open(root, clock=lambda: now)
    if is_next:
        day.load_day(ws, root.parent)
        for step in ("identity", "visits", "facts", "portraits", "rfm", "lifetimes"):
            loop.run(ws, only=step)
    parse("frequency >= 1")
    started, cpu = time.perf_counter(), time.process_time()
    loop.run(ws, only="segments")
    taken = {"seconds": time.perf_counter() - started, "cpu": time.process_time() - cpu}
    taken["gigabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    taken["n_members"] = float(ws.warehouse.count("segment_members"))
    for name, rule in LIVE.items():
        for _ in range(3):
            begun = time.perf_counter()
            found = members(parse(rule), Asking.of(ws, as_of(ws)))
            ws.warehouse.read(found.count())
            taken[name] = time.perf_counter() - begun
    ws.close()
    return taken


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as place:
        root = shop(Path(place), n)
        report(n, alone(root, False), alone(root, True), by_hand(root))


def report(n: int, first: dict[str, float], second: dict[str, float], peer: tuple[float, float]) -> None:
    for what, taken in (("first", first), ("one more day", second)):
        print(
            f"{len(RULES)} segments of {n:,} people, {what}: {taken['seconds']:.1f} s ({taken['cpu']:.1f} s of CPU), "
            f"{taken['n_members']:,.0f} members, peak memory {taken['gigabytes']:.2f} GB"
        )
    print(
        f"DuckDB by hand: {peer[0]:.1f} s ({peer[1]:.1f} s of CPU); ratio {first['cpu'] / peer[1]:.2f} of CPU"
    )
    for name in LIVE:
        print(f"live count of {name}: {1000 * first[name]:.0f} ms")
    told = {"people": n, "first_cpu": first["cpu"], "second_cpu": second["cpu"], "by_hand_cpu": peer[1]}
    print(json.dumps({name: round(value, 3) for name, value in told.items()}))


AT = "TIMESTAMPTZ '2026-11-18 16:00:00+00'"
"""The start of the day that the first turn speaks of, in the workspace's zone."""


def by_hand(root: Path) -> tuple[float, float]:
    """Work out the same fifty by one DuckDB statement in a process of its own; return its seconds, and those of CPU."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(stated, (root,))


def stated(root: Path) -> tuple[float, float]:
    duckdb.sql("SET enable_progress_bar = false")
    for table in ("people", "identities", "events", "orders", "rfm"):
        files = DeltaTable(root / "tables" / table).file_uris()
        duckdb.sql(f"CREATE VIEW {table} AS SELECT * FROM read_parquet({files})")
    started, cpu = time.perf_counter(), time.process_time()
    duckdb.sql(statement(root.parent / "members.parquet"))
    return time.perf_counter() - started, time.process_time() - cpu


def days(n: int, column: str = "t") -> str:
    return f"{column} >= {AT} - INTERVAL {n} DAY"


def statement(into: Path) -> str:
    """Return the statement: one pass over events, one over orders, sequences over the rows of their month."""
    sold = (
        "status IN ('paid', 'shipped', 'completed') AND greatest(gross_amount, paid_amount, net_amount) > 0"
    )
    events = {
        **{
            f"viewed_{n}": f"count(*) FILTER (WHERE name = 'product_view' AND {days(10 * n)})"
            for n in range(1, 7)
        },
        **{
            f"added_{n}": f"count(*) FILTER (WHERE name = 'add_to_cart' AND {days(15 * n)})"
            for n in range(1, 5)
        },
        **{f"paid_{n}": f"count(*) FILTER (WHERE name = 'purchase' AND {days(15 * n)})" for n in range(1, 5)},
        "n_days": f"count(DISTINCT (t + INTERVAL 8 HOUR)::DATE) FILTER (WHERE {days(60)})",
        **{f"on_{name}": f"count(*) FILTER (WHERE channel = '{name}' AND {days(30)})" for name in CHANNELS},
    }
    orders = {
        **{f"n_{n}": f"count(*) FILTER (WHERE sold AND {days(90 * n)})" for n in range(1, 5)},
        **{f"since_{n}": f"count(*) FILTER (WHERE sold AND {days(30 * n)})" for n in range(1, 4)},
        "n": "count(*) FILTER (WHERE sold)", "spent": f"sum(net_amount) FILTER (WHERE sold AND {days(180)})",
        "first_at": "min(t) FILTER (WHERE sold)", "last_at": "max(t) FILTER (WHERE sold)",
        "last_on": "arg_max(channel, t) FILTER (WHERE sold)",
        "n_large": f"count(*) FILTER (WHERE sold AND paid_amount >= 300 AND {days(365)})",
        "n_back": "count(*) FILTER (WHERE refund_amount > 0)",
    }  # fmt: skip
    claims = {
        **{f"tier {n}": f"frequency >= {n}" for n in range(1, 8)},
        **{f"money {n}": f"monetary_amount >= {n}00 AND recency_days <= {n}0" for n in range(1, 7)},
        **{f"top {n}": f"place <= {n / 10} * known" for n in (1, 2)},
        **{f"viewed {n}": f"coalesce(viewed_{n}, 0) >= {n}" for n in range(1, 7)},
        **{f"carts {n}": f"coalesce(added_{n}, 0) >= 1 AND coalesce(paid_{n}, 0) = 0" for n in range(1, 5)},
        **{f"days {n}": f"n_days >= {n}" for n in (2, 3)},
        **{f"visited {name}": f"on_{name} >= 1" for name in CHANNELS},
        **{f"bought {n}": f"n_{n} >= {n}" for n in range(1, 5)},
        **{f"spent {n}": f"spent >= {n}00" for n in range(1, 4)},
        **{f"lapsed {n}": f"n >= 1 AND since_{n} = 0" for n in range(1, 4)},
        "first": days(60, "first_at"), "last": f"last_at < {AT} - INTERVAL 120 DAY", "taobao": "last_on = 'taobao'",
        "large": "n_large >= 1", "refund": "n_back >= 1", "left": "is_left", "then": "is_then",
        "either": "viewed_3 >= 3 OR n_2 >= 2",
        "both": "n >= 1 AND since_2 = 0 AND frequency >= 2 AND NOT coalesce(viewed_3 >= 3 OR n_2 >= 2, false)",
        "lot": "substr(sha256('salt' || person_id), 1, 16) < '1999999999999999'",
    }  # fmt: skip
    told = [
        f"SELECT '{name}' AS segment_id, person_id FROM wide WHERE {claim}" for name, claim in claims.items()
    ]
    aggregated = {"ev": events, "od": orders}
    figures = {
        name: ", ".join(f"{value} AS {key}" for key, value in kept.items())
        for name, kept in aggregated.items()
    }
    return f"""COPY (WITH ids AS MATERIALIZED (SELECT id_key, person_id FROM identities),
    e AS MATERIALIZED (SELECT id_key, name, channel, occurred_at AS t FROM events WHERE {days(60, "occurred_at")}),
    o AS MATERIALIZED (SELECT id_key, ordered_at AS t, channel, net_amount, paid_amount, refund_amount, {sold} AS sold FROM orders),
    ev AS (SELECT person_id, {figures["ev"]} FROM e JOIN ids USING (id_key) GROUP BY 1),
    od AS (SELECT person_id, {figures["od"]} FROM o JOIN ids USING (id_key) GROUP BY 1),
    month AS MATERIALIZED (SELECT person_id, t, name = 'add_to_cart' AS added, name = 'product_view' AS viewed, false AS sold
        FROM e JOIN ids USING (id_key) WHERE {days(30)} AND name IN ('add_to_cart', 'product_view')
        UNION ALL SELECT person_id, t, false, false, true FROM o JOIN ids USING (id_key) WHERE sold AND {days(30)}),
    later AS (SELECT *, min(CASE WHEN sold THEN t END) OVER w AS next_sale, min(CASE WHEN added THEN t END) OVER w AS next_added
        FROM month WINDOW w AS (PARTITION BY person_id ORDER BY t ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING)),
    sq AS (SELECT person_id, bool_or(added AND t + INTERVAL 3 DAY <= {AT}
            AND (next_sale IS NULL OR next_sale > t + INTERVAL 3 DAY)) AS is_left,
        bool_or(viewed AND {days(14)} AND next_added <= t + INTERVAL 1 DAY) AS is_then FROM later GROUP BY 1),
    tr AS (SELECT person_id, frequency, monetary_amount, recency_days, count(*) OVER () AS known,
        row_number() OVER (ORDER BY monetary_amount DESC, person_id) AS place FROM rfm),
    wide AS MATERIALIZED (SELECT * FROM people LEFT JOIN tr USING (person_id) LEFT JOIN ev USING (person_id)
        LEFT JOIN od USING (person_id) LEFT JOIN sq USING (person_id))
    {" UNION ALL ".join(told)}) TO '{into}' (COMPRESSION zstd)"""


if __name__ == "__main__":
    main()
