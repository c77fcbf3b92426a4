"""Visits kept load by load are those that plain Python counts over all events."""

from __future__ import annotations

import datetime as dt
import random
import shutil
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import quanyu.workspace
from quanyu.understand.fact.visit import ACTIONS, COUNTS
from quanyu.understand.fact.visit_step import known_visits, made_of, visits
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
MakeWorkspace = Callable[..., Workspace]


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


def test_changed_or_removed_events_and_another_zone_make_all_visits_anew(
    make_workspace: MakeWorkspace,
) -> None:
    ws, events = make_workspace(), draw_events(5, 60)
    load(ws, events)
    visits(ws, AS_OF)
    ws.warehouse.delete("events", lambda t: t.id_key == "a", by="collect")
    visits(ws, AS_OF)
    check(ws, [one for one in events if one["id_key"] != "a"])
    moved = Workspace(ws.root, ws.settings.model_copy(update={"timezone": "America/New_York"}), ws.clock)
    visits(moved, AS_OF)
    check(moved, [one for one in events if one["id_key"] != "a"])
    moved.close()


def test_a_later_day_rewrites_only_the_month_it_falls_in(make_workspace: MakeWorkspace) -> None:
    ws = make_workspace()
    events = sorted(draw_events(2, 200), key=lambda one: one["occurred_at"])
    for one in events:
        one["session_id"] = one["session_id"] and f"{one['session_id']} {one['occurred_at']:%j}"
    load(ws, events[:150])
    visits(ws, AS_OF)
    before = {file for part in ws.warehouse.partitions("visits", "began_on") for file in part.files}
    assert len(before) == 2, "the last month stands by itself"
    version = ws.warehouse.version("visits")
    visits(ws, AS_OF)
    assert ws.warehouse.version("visits") == version, "nothing new, nothing written"
    load(ws, events[150:])
    visits(ws, AS_OF)
    check(ws, events)
    after = list(ws.warehouse.partitions("visits", "began_on"))
    assert {file for part in after for file in part.files} & before, (
        "months that nothing touched stay as they are"
    )
    assert all(earlier.high < later.low for earlier, later in pairwise(after))


def test_visits_of_an_earlier_day_do_not_know_what_came_later(make_workspace: MakeWorkspace) -> None:
    ws, events = make_workspace(), draw_events(8, 120)
    load(ws, events)
    visits(ws, AS_OF)
    day = dt.date(2026, 10, 1)
    zone = ZoneInfo(ws.settings.timezone)
    wanted = plain([one for one in events if one["occurred_at"].astimezone(zone).date() <= day], zone.key)[0]
    known = known_visits(ws, day).select("began_at", "ended_at", "session_id", *COUNTS)
    found = ws.warehouse.read(known).to_pylist()
    assert in_order(found) == in_order([{key: row[key] for key in found[0]} for row in utc(wanted)])


RUN = """
import sys, datetime as dt
import quanyu.workspace
from quanyu.understand.fact.visit_step import known_visits, made_of, visits
ws = quanyu.workspace.open(sys.argv[1])
print("ready", flush=True)
visits(ws, dt.date(2026, 11, 20))
"""


def test_kill_at_any_moment_and_start_again(
    make_workspace: MakeWorkspace, start_apart: Callable[..., Any]
) -> None:
    ws, events = make_workspace(), draw_events(3, 400)
    load(ws, events[:200])
    visits(ws, AS_OF)
    load(ws, events[200:])
    ws.close()
    for wait in (0.0, 0.1, 0.2, 0.3, 0.4):
        apart = start_apart(RUN, str(ws.root))
        assert apart.out.readline() == "ready\n"
        time.sleep(wait)
        apart.process.kill()
        apart.end()
    survivor = Workspace(ws.root, ws.settings, ws.clock)
    visits(survivor, AS_OF)
    check(survivor, events)
    survivor.close()


@pytest.mark.parametrize("table", ["visits", "visit_days"])
def test_tables_that_a_kill_left_apart_are_made_anew(make_workspace: MakeWorkspace, table: str) -> None:
    ws, events = make_workspace(), draw_events(4, 80)
    load(ws, events[:50])
    visits(ws, AS_OF)
    kept = ws.root / "kept"
    shutil.copytree(ws.warehouse.folder(table), kept)
    load(ws, events[50:])
    visits(ws, AS_OF)
    shutil.rmtree(ws.warehouse.folder(table))
    kept.rename(ws.warehouse.folder(table))
    assert made_of(ws) == {}
    again = Workspace(ws.root, ws.settings, ws.clock)
    visits(again, AS_OF)
    check(again, events)
    again.close()
