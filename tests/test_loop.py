"""A turn of the loop runs what is due, skips what is fresh, and finishes after a kill as if nothing had happened."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import ibis
import pyarrow as pa
import pytest

from quanyu import loop
from quanyu.errors import QualityError, QuanyuError, WorkspaceBusyError
from quanyu.tables import CONTRACTS
from quanyu.workspace import Workspace

MakeWorkspace = Callable[..., Workspace]
ON_DEMAND = {step.name for step in loop.STEPS if step.waiting}
"""Steps that work off what people approved: nothing here."""

PROVENANCE = {"fit_id"}
"""Columns that say how a row was made: a fit is named by the table versions it read."""

NOON = dt.datetime(2026, 11, 1, 4, tzinfo=dt.UTC)


def fill(ws: Workspace, n: int = 60, start: int = 0) -> None:
    """Write a small shop: ten people who buy now and then, and one page view before every order."""
    numbers = range(start, start + n)
    money = [Decimal(10 + i % 7) for i in numbers]
    orders = pa.table(
        {
            "order_id": [f"o{i}" for i in numbers],
            "source": ["test"] * n,
            "id_key": [f"taobao:{i * i % 10}" for i in numbers],
            "ordered_at": [NOON - dt.timedelta(days=i) for i in numbers],
            "status": ["completed"] * n,
            "channel": [("taobao", "jd")[i % 2] for i in numbers],
            **dict.fromkeys(("gross_amount", "paid_amount", "net_amount"), money),
        }
    )
    events = pa.table(
        {
            "event_id": [f"e{i}" for i in numbers],
            "source": ["test"] * n,
            "id_key": [f"taobao:{i * i % 10}" for i in numbers],
            "name": ["page_view"] * n,
            "occurred_at": [NOON - dt.timedelta(days=i, hours=1) for i in numbers],
        }
    )
    ws.warehouse.merge("orders", orders, by="collect")
    ws.warehouse.merge("events", events, by="collect")


def derived(ws: Workspace) -> dict[str, list[dict[str, object]]]:
    """Return the rows of every derived table, in an order of their own."""
    names = [name for step in loop.STEPS for name in step.writes if name not in ("findings", "identity_log")]
    tables = {
        name: ws.warehouse.table(name).drop(*PROVENANCE & set(CONTRACTS[name].schema)) for name in names
    }
    return {name: sorted(ws.warehouse.read(rows).to_pylist(), key=str) for name, rows in tables.items()}


def test_a_turn_runs_once_and_is_then_fresh(make_workspace: MakeWorkspace) -> None:
    """On Spark the scene of both engines says it."""
    workspace = make_workspace()
    fill(workspace)
    assert {one.step.name for one in loop.explain(workspace) if not one.is_due} == ON_DEMAND
    assert {ran.step for ran in loop.run(workspace) if ran.status == "fresh"} == ON_DEMAND
    first = derived(workspace)
    assert len(first["people"]) == len({i * i % 10 for i in range(60)})
    assert first["rfm"] and first["portraits"] and first["metrics"]

    assert not any(planned.is_due for planned in loop.explain(workspace))
    assert {ran.status for ran in loop.run(workspace)} == {"fresh"}

    fill(workspace, start=60, n=5)
    due = {planned.step.name: planned.why for planned in loop.explain(workspace) if planned.is_due}
    assert {"identity", "portraits", "rfm", "metrics"} <= set(due)
    assert "orders" in due["rfm"]


def test_an_increment_equals_a_full_turn(make_workspace: MakeWorkspace) -> None:
    steps, whole = make_workspace(), make_workspace()
    for ws in (steps, whole):
        fill(ws, 40)
        if ws is steps:
            loop.run(ws)
        fill(ws, 30, start=35)
        loop.run(ws)
    assert derived(steps) == derived(whole)


def test_settings_and_days_make_steps_due(make_workspace: MakeWorkspace) -> None:
    ws = make_workspace()
    fill(ws)
    loop.run(ws)
    changed = ws.settings.model_copy(update={"rfm": ws.settings.rfm.model_copy(update={"cut": "mean"})})
    other = Workspace(ws.root, changed, ws.clock)
    due = {one.step.name: one.why for one in loop.explain(other) if one.is_due}
    assert due.pop("rfm") == "the day, the settings, its files or the program changed"
    assert due.pop("audience") == "reads rfm, segment_members, which will change"
    assert due and set(due.values()) == {"reads rfm, which will change"}
    other.close()


def test_an_empty_workspace_turns_too(workspace: Workspace) -> None:
    loop.run(workspace)
    assert all(not rows for rows in derived(workspace).values())
    assert loop.as_of(workspace) == workspace.today()


def test_as_of_is_the_edge_of_the_data(make_workspace: MakeWorkspace) -> None:
    ws = make_workspace()
    fill(ws)
    assert loop.as_of(ws) == dt.date(2026, 11, 2)


def test_only_one_turn_at_a_time(make_workspace: MakeWorkspace) -> None:
    ws = make_workspace()
    other = Workspace(ws.root, ws.settings, ws.clock)
    with ws.writing(), pytest.raises(WorkspaceBusyError, match="Another load or run"):
        loop.run(other)
    other.close()


def test_a_step_by_name(make_workspace: MakeWorkspace) -> None:
    ws = make_workspace()
    assert [ran.step for ran in loop.run(ws, only="quality")] == ["quality"]
    with pytest.raises(QuanyuError, match="no step 'nope'"):
        loop.run(ws, only="nope")


def test_a_threshold_stops_the_turn_before_derived_tables_change(make_workspace: MakeWorkspace) -> None:
    ws = make_workspace()
    fill(ws)
    wrong = (
        ws.warehouse.table("orders")
        .limit(1)
        .mutate(order_id=ibis.literal("bad"), gross_amount=ibis.literal(-5))
    )
    ws.warehouse.merge("orders", wrong, by="collect")
    quality = ws.settings.quality.model_copy(update={"stop": {"orders.range": 0.0}})
    strict = Workspace(ws.root, ws.settings.model_copy(update={"quality": quality}), ws.clock)
    with pytest.raises(QualityError):
        loop.run(strict)
    assert not strict.warehouse.exists("people")
    assert strict.warehouse.exists("findings"), "what stopped the turn can be read"
    strict.close()


def test_steps_name_tables_of_one_owner_in_an_order_that_works() -> None:
    written: set[str] = set()
    derived_tables = {name for step in loop.STEPS for name in step.writes}
    for step in loop.STEPS:
        earlier = written | set(step.writes)
        assert set(step.reads) & derived_tables <= earlier, f"{step.name} reads what comes later"
        assert len({CONTRACTS[name].owner for name in step.writes}) <= 1
        written |= set(step.writes)


RUN = """
import sys, datetime as dt
import quanyu.workspace
from quanyu import loop
now = dt.datetime.fromisoformat(sys.argv[2])
ws = quanyu.workspace.open(sys.argv[1], clock=lambda: now)
print("ready", flush=True)
loop.run(ws)
print("done", flush=True)
"""


def test_kill_at_any_moment_and_run_again(
    make_workspace: MakeWorkspace, start_apart: Callable[..., Any]
) -> None:
    killed, calm = make_workspace(), make_workspace()
    for ws in (killed, calm):
        fill(ws)
    loop.run(calm)
    killed.close()
    for wait in (0.05, 0.5, 1.0):
        apart = start_apart(RUN, str(killed.root), killed.now().isoformat())
        assert apart.out.readline() == "ready\n"
        time.sleep(wait)
        apart.process.kill()
        apart.end()
    survivor = Workspace(Path(killed.root), killed.settings, killed.clock)
    loop.run(survivor)
    assert derived(survivor) == derived(calm)
    survivor.close()
