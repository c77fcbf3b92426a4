"""What one more day costs: `python -m bench.day [PEOPLE]`; 1 million people, 3 million orders, 20 million events.

The shop is the one of `bench.turn`. After its first turn one more day comes in by the ways that files do: its events,
its orders and their lines, its touches and spend; of the orders of the month before that were completed one in 50 is
refunded, of those before one in 200,000. Each turn has a process of its own, in which every library is imported
already. Per step: processor time of all threads, and the bytes of the files of tables that it wrote. The last line is
JSON; `share` is the second turn's processor time as a share of the first's.
"""

from __future__ import annotations

import datetime as dt
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

import duckdb

import quanyu.workspace
from bench.turn import FACTS, LINKS, MORE
from bench.understand import draw
from quanyu import loop
from quanyu.workspace import Workspace

TODAY = dt.datetime(2026, 11, 19, 4, tzinfo=dt.UTC)
A_DAY = dt.timedelta(days=1)
NEXT = {
    "events_day": """SELECT 'd' || i AS event_id, 'bench' AS source, 'cookie:' || ((i // 4) * 2654435761 % {n}) AS id_key,
        ['page_view', 'product_view', 'page_view', 'add_to_cart'][1 + draw(i) % 4] AS name,
        TIMESTAMPTZ '2026-11-18 00:00:00+00' + INTERVAL 1 SECOND * (draw(i // 4) % 86000 + i % 4 * 40) AS occurred_at,
        'd' || (i // 4) AS session_id, ['own', 'wechat', 'taobao'][1 + draw(i // 4 * 3) % 3] AS channel
        FROM range(20 * {n} // 380) t(i)""",
    "orders_day": """SELECT * REPLACE (paid_amount AS refund_amount, 0::DECIMAL(18,2) AS net_amount)
        FROM '{folder}/orders.parquet' WHERE status = 'completed'
        AND draw(order_id || 'back') % CASE WHEN ordered_at >= '2026-10-19' THEN 50 ELSE 200000 END = 0
        UNION ALL SELECT * REPLACE ('d' || order_id AS order_id, 'paid' AS status, paid_amount AS net_amount,
        TIMESTAMPTZ '2026-11-18 00:00:00+00' + INTERVAL 1 SECOND * (draw(order_id) % 86000) AS ordered_at)
        FROM '{folder}/orders.parquet' WHERE draw(order_id || 'x') % 380 = 0""",
    "order_lines_day": """SELECT * REPLACE ('d' || order_id AS order_id) FROM '{folder}/order_lines.parquet'
        WHERE draw(order_id || 'x') % 380 = 0""",
    "touches_day": """SELECT * REPLACE ('d' || touch_id AS touch_id,
        TIMESTAMPTZ '2026-11-18 00:00:00+00' + INTERVAL 1 SECOND * (draw(touch_id) % 86000) AS touched_at)
        FROM '{folder}/touches.parquet' WHERE draw(touch_id || 'x') % 380 = 0""",
    "spend_day": """SELECT * REPLACE (DATE '2026-11-18' AS spent_on) FROM '{folder}/spend.parquet'
        WHERE spent_on = DATE '2026-11-10'""",
}
"""One more day: what is new, and the orders that changed."""
DAILY = ("events", "order_lines", "touches", "spend")
"""Tables that only grow in a day."""

Spent = Mapping[str, tuple[float, float]]
"""The processor time in seconds and the megabytes written of every step."""


def main() -> None:
    n = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with tempfile.TemporaryDirectory() as place:
        draw(Path(place), n, {**MORE, **NEXT})
        duckdb.sql(LINKS.format(n=n, file=Path(place) / "links.parquet"))
        first, second = alone(place, "load"), alone(place, "load_day")
    print(f"{'':<22}{'first turn':>19}{'one more day':>21}")
    for step, (cpu, megabytes) in first.items():
        later, more = second[step]
        print(f"{step:<22}{cpu:7.2f} s {megabytes:7.2f} MB  {later:7.2f} s {more:7.2f} MB")
    (first_cpu, _), (second_cpu, written) = (
        map(sum, zip(*turn.values(), strict=True)) for turn in (first, second)
    )
    share = second_cpu / first_cpu
    told = {"first_cpu": first_cpu, "second_cpu": second_cpu, "share": share, "written_mb": written}
    print(json.dumps({"people": n, **{name: round(figure, 3) for name, figure in told.items()}}))


def alone(place: str, load: str) -> Spent:
    """Load, then do a turn, in a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(turned, (place, load))


def turned(place: str, load: str) -> Spent:
    """Load what has come, then do a turn; return what the turn took."""
    now = TODAY + (A_DAY if load == "load_day" else dt.timedelta())
    shop = Path(place) / "shop"
    make = quanyu.workspace.open if shop.exists() else quanyu.workspace.create
    ws = make(shop, clock=lambda: now)
    globals()[load](ws, Path(place))
    spent = measured(ws)
    ws.close()
    return spent


def load(ws: Workspace, place: Path) -> None:
    for table in (*FACTS, "links"):
        ws.warehouse.append(table, [place / f"{table}.parquet"], by="collect")


def load_day(ws: Workspace, place: Path) -> None:
    for table in (*DAILY, "orders"):
        ws.warehouse.merge(table, [place / f"{table}_day.parquet"], by="collect")


def measured(ws: Workspace) -> Spent:
    """Do a turn and return what each step took."""
    marks: list[tuple[str, float, float]] = []

    def mark(name: str) -> None:
        written = sum(file.stat().st_size for file in ws.warehouse.root.rglob("*.parquet"))
        marks.append((name, time.process_time(), written / 1e6))

    loop.run(ws, progress=lambda step, *_: mark(step.name))
    mark("")
    return {name: (later[1] - cpu, later[2] - before) for (name, cpu, before), later in pairwise(marks)}


if __name__ == "__main__":
    main()
