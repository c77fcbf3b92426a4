"""Visits kept load by load are those that plain Python counts over all events, on both engines."""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

import quanyu.workspace
from quanyu.understand.upkeep import visits
from quanyu.understand.visit import ACTIONS
from quanyu.workspace import Workspace

AS_OF = dt.date(2026, 11, 20)
START = dt.datetime(2026, 8, 28, tzinfo=dt.UTC)
NAMES = ("page_view", "product_view", "search", "favourite", "add_to_cart", "checkout", "purchase")
SCHEMA = pa.schema(
    {
        "event_id": pa.string(), "source": pa.string(), "id_key": pa.string(), "name": pa.string(),
        "occurred_at": pa.timestamp("us", "UTC"), "session_id": pa.string(), "channel": pa.string(),
        "campaign_id": pa.string(),
    }
)  # fmt: skip
Event = dict[str, Any]


def draw_events(seed: int, n: int) -> list[Event]:
    """Return events over three months: few identifiers, sessions that last over midnight or for weeks, ties."""
    draw = random.Random(seed)
    sessions = [
        (draw.choice(["a", "b", None]), draw.choice(["own", "wechat", None]), f"s{i % 9}", draw.random() * 80)
        for i in range(1 + n // 4)
    ]
    found = []
    for number in range(n):
        id_key, channel, session, day = draw.choice(sessions)
        if draw.random() < 0.2:
            session, day = None, draw.random() * 80
        hours = day * 24 + draw.choice([draw.random(), draw.random() * 9, 24 * draw.random() ** 4 * 20])
        at = START + dt.timedelta(seconds=round(hours * 3600 / 600) * 600)
        found.append(
            {
                "event_id": f"e{number}", "source": "test", "id_key": id_key, "name": draw.choice(NAMES),
                "occurred_at": at, "session_id": session, "channel": channel,
                "campaign_id": draw.choice([None, None, "c1", "c2", "c3"]),
            }
        )  # fmt: skip
    return found


def plain(events: Sequence[Event], zone: str) -> tuple[list[Event], list[Event]]:
    """Return the rows of `visits` and `visit_days` in plain Python."""
    groups: dict[tuple[Any, ...], list[Event]] = defaultdict(list)
    for one in events:
        on = one["occurred_at"].astimezone(ZoneInfo(zone)).date()
        day = None if one["session_id"] else on
        groups[one["id_key"], one["channel"], one["session_id"], day].append({**one, "on": on})
    found, days = [], []
    for (id_key, channel, session, _), rows in groups.items():
        who = {"id_key": id_key, "channel": channel, "session_id": session}
        times, campaigns = [one["occurred_at"] for one in rows], [one for one in rows if one["campaign_id"]]
        at, campaign = min(
            ((one["occurred_at"], one["campaign_id"]) for one in campaigns), default=(None, None)
        )
        ons = sorted({one["on"] for one in rows})
        ends = {"began_at": min(times), "ended_at": max(times), "began_on": ons[0], "ended_on": ons[-1]}
        found.append({**who, "campaign_id": campaign, "campaign_at": at, **ends, **counted(rows)})
        if len(ons) > 1:
            days += [
                {**who, "visited_on": on, **counted([one for one in rows if one["on"] == on])} for on in ons
            ]
    return found, days


def counted(rows: Sequence[Event]) -> dict[str, int]:
    actions = {name: sum(one["name"] in of for one in rows) for name, of in ACTIONS.items()}
    return {"n_events": len(rows), **actions}


def rows_of(ws: Workspace, name: str) -> list[Event]:
    return in_order(ws.warehouse.read(ws.warehouse.table(name)).to_pylist())


def in_order(rows: Sequence[Event]) -> list[Event]:
    return sorted(({key: row[key] for key in sorted(row)} for row in rows), key=str)


def check(ws: Workspace, events: Sequence[Event]) -> None:
    wanted = plain(events, ws.settings.timezone)
    for name, rows in zip(("visits", "visit_days"), wanted, strict=True):
        assert rows_of(ws, name) == in_order(utc(rows)), name


def utc(rows: Sequence[Event]) -> list[Event]:
    zone = ZoneInfo("UTC")
    return [
        {
            key: value.astimezone(zone) if isinstance(value, dt.datetime) else value
            for key, value in row.items()
        }
        for row in rows
    ]


def load(ws: Workspace, events: Sequence[Event]) -> None:
    ws.warehouse.merge("events", pa.Table.from_pylist(list(events), SCHEMA), by="collect")


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    n=st.integers(1, 120),
    cuts=st.lists(st.floats(0, 1), max_size=4),
    is_late=st.booleans(),
    zone=st.sampled_from(["Asia/Shanghai", "Europe/London"]),
)
def test_load_by_load_is_all_at_once(seed: int, n: int, cuts: list[float], is_late: bool, zone: str) -> None:
    events = draw_events(seed, n)
    if not is_late:
        events.sort(key=lambda one: one["occurred_at"])
    ends = sorted({round(cut * n) for cut in cuts} | {n})
    with tempfile.TemporaryDirectory() as folder:
        ws = quanyu.workspace.create(Path(folder) / "shop", timezone=zone)
        begin = 0
        for end in ends:
            load(ws, events[max(0, begin - 3) : end])  # some come twice, which the loader refuses
            begin = end
            visits(ws, AS_OF)
            check(ws, events[:end])
        ws.close()
