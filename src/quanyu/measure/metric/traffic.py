"""Visits to measures: cells of (day, visitor, session, channel), then sessions and different visitors."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu.measure.metric.change import Cubes, OfPeople, added, is_of, stacked
from quanyu.measure.metric.mask import Masks, seen, where
from quanyu.measure.metric.periods import MetricScratch, Periods, Side, Sides, add_up, of_sides, slices
from quanyu.method.person import of_somebody
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace

DIMENSIONS = ("all", "channel")
FLAGS = ("n_add_to_cart", "n_favourites")
BITS = {
    "n_visitors": "of_any",
    "n_cart_visitors": "of_n_add_to_cart",
    "n_favourite_visitors": "of_n_favourites",
}
CELL = ("id_key", "session_id", "channel", "n_events", "n_page_views", *FLAGS)


def _sums_of(scratch: MetricScratch, periods: Periods, sides: Sides, *, is_named: bool = True) -> Cubes:
    """Return what adds up over visitors: views and sessions by day and channel, visitors per period and slice.

    Visitors are people where identity knows them; where nobody is named, every session is one.
    """
    cells = scratch.keep(of_sides(sides, lambda side: _cells(side, is_named=is_named)))
    by_channel = scratch.keep(_by_channel(cells))
    views = cells.group_by("side", "day", "channel")
    views = scratch.warehouse.read(views.agg(n=cells.count(), n_page_views=cells.n_page_views.sum()))
    spread = scratch.spread(by_channel, views["day"], periods.calendars)
    visitors = [_visitors(scratch, spread, dimension) for dimension in DIMENSIONS]
    return {
        "views": views,
        **{f"sessions_{dimension}": _sessions(scratch, cells, dimension) for dimension in DIMENSIONS},
        "visitors": stacked(tuple(BITS), visitors + _in_windows(scratch, by_channel, periods, sides)),
    }


def _passed(scratch: MetricScratch, periods: Periods, sides: Sides) -> Cubes:
    """Return the different visitors of the windows alone."""
    cells = scratch.keep(of_sides(sides, lambda side: _cells(side, is_named=True)))
    return {"visitors": stacked(tuple(BITS), _in_windows(scratch, _by_channel(cells), periods, sides))}


def _by_channel(cells: ir.Table) -> ir.Table:
    """Return what every visitor did on a day and channel."""
    grouped = cells.group_by("side", "day", "visitor", "channel")
    return grouped.agg(**{name: cells[name].sum() for name in FLAGS})


def _told(scratch: MetricScratch, cubes: Cubes, periods: Periods, as_of: dt.date) -> list[pa.Table]:
    """Return the measures of `visits` per period and slice; sessions where nobody is named are counted anew."""
    visits = scratch.warehouse.table("visits")
    if scratch.warehouse.read(visits.filter(visits.id_key.isnull()).count().as_table()).column(0)[0].as_py():
        everybody = [Side(scratch.warehouse, as_of, periods.windows)]
        nobody = _sums_of(scratch, periods, everybody, is_named=False)
        cubes = {
            name: added([rows, nobody[name].select(rows.column_names).cast(rows.schema)])
            for name, rows in cubes.items()
        }
    return [
        *add_up(scratch, cubes["views"].drop(["n"]), periods, DIMENSIONS),
        *[_told_sessions(scratch, cubes[f"sessions_{name}"], periods, name) for name in DIMENSIONS],
        cubes["visitors"],
    ]


def _whose(ws: Workspace, days: frozenset[dt.date]) -> list[ir.Table]:
    """Return whose the visits of some days are."""
    visits, more = ws.warehouse.table("visits"), ws.warehouse.table("visit_days")
    rows = [visits.filter(is_of(visits.began_on, days)), more.filter(is_of(more.visited_on, days))]
    return [some.filter(some.id_key.notnull()).select(key=group_key(some.id_key)) for some in rows]


def _cells(side: Side, *, is_named: bool) -> ir.Table:
    """Return one row per visit and local day: a visit that lasts over midnight counts on each of its days."""
    visits, days = side.warehouse.table("visits"), side.warehouse.table("visit_days")
    short = visits.filter(visits.began_on == visits.ended_on)
    small = short.select(*CELL, day=short.began_on).union(days.select(*CELL, day=days.visited_on))
    small = small.filter(
        small.day < side.as_of, small.id_key.notnull() if is_named else small.id_key.isnull()
    )
    small = small.mutate(session_id=group_key(small.session_id))
    owned = of_somebody(side.warehouse, small)
    return owned.mutate(visitor=ibis.coalesce(owned.person, owned.session_id)).drop("person", "id_key")


def _sessions(scratch: MetricScratch, cells: ir.Table, dimension: str) -> pa.Table:
    rows = cells.filter(cells.session_id.notnull())
    sessions = rows.group_by("side", "day", "visitor", "session_id", place=slices(rows, dimension)).agg(
        n=rows.n_events.sum()
    )
    counted = sessions.group_by("side", "day", "place").agg(
        n_sessions=sessions.count(), n_bounced=(sessions.n == 1).cast("int64").sum()
    )
    return scratch.warehouse.read(counted)


def _told_sessions(scratch: MetricScratch, sessions: pa.Table, periods: Periods, dimension: str) -> pa.Table:
    summed = add_up(scratch, sessions, periods, ["place"])[0].drop(["dimension"])
    return summed.append_column("dimension", pa.array([dimension] * len(summed), pa.string()))


def _visitors(scratch: MetricScratch, rows: ir.Table, dimension: str) -> pa.Table:
    rows = rows.filter(rows.visitor.notnull())
    person = rows.group_by("side", "grain", "on", "visitor", slice=slices(rows, dimension)).agg(
        **{flag: rows[flag].sum() for flag in FLAGS}
    )
    counted = person.group_by("side", "grain", "on", "slice").agg(
        n_visitors=person.count().cast("float64"),
        n_cart_visitors=(person.n_add_to_cart > 0).cast("int64").sum().cast("float64"),
        n_favourite_visitors=(person.n_favourites > 0).cast("int64").sum().cast("float64"),
    )
    return scratch.read(counted, dimension)


def _in_windows(scratch: MetricScratch, rows: ir.Table, periods: Periods, sides: Sides) -> list[pa.Table]:
    """Return the different visitors of the windows."""
    masks = Masks.of(scratch, periods.windows, sides)
    if masks is None:
        return []
    rows = masks.mark(rows.filter(rows.visitor.notnull()))
    rows = rows.filter(rows.mask != 0)
    flags = {f"of_{flag}": where(rows[flag] > 0, rows.mask) for flag in FLAGS}
    visitors = scratch.keep(seen(rows, "side", "visitor", "channel", of_any=rows.mask, **flags))
    counts = []
    for dimension in DIMENSIONS:
        placed = visitors.mutate(slice=slices(visitors, dimension))
        people = seen(placed, "side", "visitor", "slice", **{name: placed[name] for name in BITS.values()})
        bits = {name: people[column] for name, column in BITS.items()}
        counts.append(masks.count(scratch, people, dimension, bits))
    return counts


READS = ("visits", "visit_days", "identities")
TRAFFIC = OfPeople(READS, _whose, _sums_of, _passed, READS, _told)
