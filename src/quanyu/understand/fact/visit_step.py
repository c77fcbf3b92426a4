"""The loop step `visits`: only events that are new are reduced, and joined to the visits they continue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.method.scratch import Keep, Scratch
from quanyu.part.program import program
from quanyu.part.step import Step
from quanyu.understand.fact.visit import days_of, join_days, join_visits, same_visit, visits_of, with_day
from quanyu.warehouse import Partition
from quanyu.warehouse.partition_months import halves, touched
from quanyu.warehouse.portable import local_day
from quanyu.workspace import Workspace


def visits(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write the tables `visits` and `visit_days`: the loop step.

    What comes out is what all events at once would give. The version of the events that was read is kept with
    both tables; where the two differ, or events were changed or removed since, all events are read again.
    """
    about = {"made_of": {"events": ws.warehouse.version("events"), **_terms(ws)}}
    known = made_of(ws)
    if known == about["made_of"]:
        return {"n_visits": ws.warehouse.count("visits"), "n_written": 0}
    new = ws.warehouse.added("events", known["events"]) if _terms(ws).items() <= known.items() else None
    with Scratch(ws) as scratch:
        if new is None:
            return _all(ws, scratch.keep, about)
        return _more(ws, scratch.keep, new, about)


def known_visits(ws: Workspace, as_of: dt.date) -> ir.Table:
    """Return all visits up to the end of a day: the table, or where it does not say that the events themselves."""
    if are_current(ws, as_of):
        return ws.warehouse.table("visits")
    events, zone = ws.warehouse.table("events"), ws.settings.timezone
    return visits_of(events.filter(local_day(events.occurred_at, zone) <= ibis.literal(as_of)), zone)


def are_current(ws: Workspace, as_of: dt.date) -> bool:
    """Say whether the table `visits` is what all events up to the end of a day give.

    It is not when events came since it was written, or when the day cuts through visits that it knows.
    """
    if made_of(ws) != {"events": ws.warehouse.version("events"), **_terms(ws)}:
        return False
    newest = ws.warehouse.read(ws.warehouse.table("visits").ended_on.max()).column(0)[0].as_py()
    return newest is None or newest <= as_of


def made_of(ws: Workspace) -> Mapping[str, Any]:
    """Return what `visits` and `visit_days` were made of, empty where they do not agree or never were made."""
    sources = [ws.warehouse.about(name).get("made_of") or {} for name in ("visits", "visit_days")]
    return sources[0] if sources[0] == sources[1] else {}


def _terms(ws: Workspace) -> dict[str, Any]:
    return {"zone": ws.settings.timezone, "program": program(__name__)}


def _all(ws: Workspace, keep: Keep, about: Mapping[str, Any]) -> Mapping[str, Any]:
    """Make all visits of all events."""
    events, zone = ws.warehouse.table("events"), ws.settings.timezone
    all_visits = keep(visits_of(events, zone).drop("day"))
    long = all_visits.filter(all_visits.began_on != all_visits.ended_on).select("session_id").distinct()
    days = join_days(days_of(events.semi_join(long, "session_id"), zone))
    ws.warehouse.replace("visit_days", days.drop("day"), by="understand", about=about)
    ends = ws.warehouse.read(
        all_visits.aggregate(low=all_visits.began_on.min(), high=all_visits.began_on.max())
    )
    low, high = (column[0].as_py() for column in ends.columns)
    rows = {partition: _within(all_visits, partition) for partition in halves(low, high)} if low else {}
    done = ws.warehouse.rewrite("visits", rows, by="understand", about=about, is_whole=True)
    return {"n_visits": ws.warehouse.count("visits"), "n_written": done.added}


def _more(ws: Workspace, keep: Keep, events: ir.Table, about: Mapping[str, Any]) -> Mapping[str, Any]:
    """Join the visits of new events to the visits there are."""
    new = keep(visits_of(events, ws.settings.timezone))
    before = with_day(ws.warehouse.table("visits"))
    old = keep(before.semi_join(new, same_visit(before, new)).select(new.columns))
    joined = keep(join_visits(old.union(new)))
    ws.warehouse.replace("visit_days", _days(ws, events, new, old), by="understand", about=about)
    began = old.select("began_on").union(joined.select("began_on")).distinct()
    days = ws.warehouse.read(began)["began_on"].to_pylist()
    partitions = touched(ws.warehouse.partitions("visits", "began_on"), days)
    rows = {partition: _renewed(ws, partition, new, joined) for partition in partitions}
    done = ws.warehouse.rewrite("visits", rows, by="understand", about=about)
    return {"n_visits": ws.warehouse.count("visits"), "n_written": done.added}


def _days(ws: Workspace, events: ir.Table, new: ir.Table, old: ir.Table) -> ir.Table:
    """Return the rows of `visit_days`: those of other visits, and the days of visits that go on, joined."""
    fresh = days_of(events, ws.settings.timezone)
    short = old.filter(old.began_on == old.ended_on).rename(visited_on="began_on").select(fresh.columns)
    before = with_day(ws.warehouse.table("visit_days"), "visited_on").select(fresh.columns)
    long = before.semi_join(new, same_visit(before, new))
    rest = before.anti_join(new, same_visit(before, new))
    return rest.union(join_days(fresh.union(short, long)).select(fresh.columns)).drop("day")


def _renewed(ws: Workspace, partition: Partition, new: ir.Table, joined: ir.Table) -> ir.Table:
    """Return the rows of a partition: the visits that do not go on, and those joined that begin in its months."""
    inside = _within(joined, partition)
    if partition.files:
        before = with_day(ws.warehouse.partition("visits", partition)).select(joined.columns)
        inside = before.anti_join(new, same_visit(before, new)).union(inside)
    return inside.drop("day")


def _within(visits: ir.Table, partition: Partition) -> ir.Table:
    return visits.filter(visits.began_on.between(ibis.literal(partition.low), ibis.literal(partition.high)))


STEP = Step("visits", "Join events to visits", ("events",), ("visits", "visit_days"), visits, kept="by_day")
