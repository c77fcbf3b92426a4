"""Sessions, bounces, views and visitors are what plain Python counts over the events."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest

from quanyu.measure.metric.compute import metrics
from quanyu.tables.metric.period import first_of
from quanyu.understand.fact.visit_step import visits
from quanyu.workspace import Workspace

AS_OF = dt.date(2026, 11, 20)
ZONE = ZoneInfo("Asia/Shanghai")
PEOPLE = {"cookie:1": "p1", "user:1": "p1", "cookie:2": "p2"}
Event = dict[str, Any]


def draw_events(seed: int, n: int = 160) -> list[Event]:
    """Return events of known and unknown people in sessions that may be shared, last over midnight, or miss."""
    draw = random.Random(seed)
    found = []
    for number in range(n):
        at = dt.datetime(2026, 10, 28, 12, tzinfo=dt.UTC) + dt.timedelta(minutes=draw.randrange(24 * 24 * 60))
        session = f"s{at.date().toordinal() // 2}{draw.choice('ab')}"
        found.append(
            {
                "event_id": str(number), "source": "t", "occurred_at": at,
                "id_key": draw.choice([None, "cookie:3", *PEOPLE]), "session_id": draw.choice([None, session, session]),
                "channel": draw.choice([None, "own", "search"]),
                "name": draw.choice(["page_view", "product_view", "add_to_cart", "favourite", "search"]),
            }
        )  # fmt: skip
    return found


def count(events: list[Event], grain: str, dimension: str) -> dict[tuple[str, dt.date, str], float]:
    """Return {(metric, first day, slice): value} in plain Python: sessions are counted per local day."""
    found: dict[tuple[str, dt.date, str], float] = defaultdict(float)
    sessions: dict[tuple[object, ...], int] = defaultdict(int)
    visitors: dict[tuple[dt.date, str], set[str]] = defaultdict(set)
    for one in events:
        day = one["occurred_at"].astimezone(ZONE).date()
        if day >= AS_OF:
            continue
        on, part = first_of(day, grain), "all" if dimension == "all" else one["channel"] or "unknown"
        visitor = PEOPLE.get(one["id_key"], one["id_key"]) or one["session_id"]
        found["page_views", on, part] += one["name"] in {"page_view", "product_view"}
        if visitor:
            visitors[on, part].add(visitor)
        if one["session_id"]:
            sessions[day, on, part, visitor, one["session_id"]] += 1
    for (_, on, part, _, _), n in sessions.items():
        found["sessions", on, part] += 1
        found["bounced", on, part] += n == 1
    for (on, part), those in visitors.items():
        found["visitors", on, part] = len(those)
    return dict(found)


def check(ws: Workspace, events: list[Event]) -> None:
    rows = ws.warehouse.read(ws.warehouse.table("metrics")).to_pylist()
    for grain in ("day", "week", "month"):
        for dimension in ("all", "channel"):
            mine = [row for row in rows if (row["grain"], row["dimension"]) == (grain, dimension)]
            found = {(row["metric"], row["on"], row["slice"]): row["numerator"] for row in mine}
            bounced = {
                ("bounced", row["on"], row["slice"]): row["numerator"]
                for row in mine
                if row["metric"] == "bounce_rate"
            }
            wanted = count(events, grain, dimension)
            assert {key: (found | bounced)[key] for key in wanted} == wanted


def load(ws: Workspace, events: list[Event]) -> None:
    ws.warehouse.merge("events", pa.Table.from_pylist(events), by="collect")
    visits(ws, AS_OF)


def test_traffic_is_what_plain_python_counts(embedded: Workspace) -> None:
    known = {"id_key": list(PEOPLE), "kind": ["k"] * 3, "person_id": list(PEOPLE.values())}
    embedded.warehouse.replace("identities", pa.table(known), by="collect")
    events = draw_events(1)
    load(embedded, events)
    metrics(embedded, AS_OF)
    check(embedded, events)


@pytest.mark.parametrize("seed", range(2, 5))
def test_traffic_of_visits_kept_load_by_load(seed: int, make_workspace: Callable[..., Workspace]) -> None:
    ws, events = make_workspace(), draw_events(seed)
    known = {"id_key": list(PEOPLE), "kind": ["k"] * 3, "person_id": list(PEOPLE.values())}
    ws.warehouse.replace("identities", pa.table(known), by="collect")
    for start in range(0, len(events), 60):
        load(ws, events[start : start + 60])
    metrics(ws, AS_OF)
    check(ws, events)
