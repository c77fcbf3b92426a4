"""Visits to measures: cells of (day, visitor, session, channel), then sessions and different visitors."""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu.measure.metric.mask import Masks, seen, where
from quanyu.measure.metric.periods import MetricScratch, Periods, add_up, slices
from quanyu.method.person import of_somebody
from quanyu.warehouse.portable import group_key

DIMENSIONS = ("all", "channel")
FLAGS = ("n_add_to_cart", "n_favourites")
BITS = {
    "n_visitors": "of_any",
    "n_cart_visitors": "of_n_add_to_cart",
    "n_favourite_visitors": "of_n_favourites",
}
CELL = ("id_key", "session_id", "channel", "n_events", "n_page_views", *FLAGS)


def traffic(scratch: MetricScratch, periods: Periods, as_of: dt.date) -> list[pa.Table]:
    """Return the measures of `visits` per period and slice; visitors are people where identity knows them."""
    everything = _cells(scratch, as_of)
    cells = scratch.keep(scratch.touched(everything))
    views = cells.group_by("day", "channel").agg(n_page_views=cells.n_page_views.sum())
    around = cells if scratch.renewal is None else scratch.touched(everything, around=True)
    by_channel = scratch.keep(
        around.group_by("day", "visitor", "channel").agg(**{name: around[name].sum() for name in FLAGS})
    )
    spread = scratch.spread(by_channel, periods.calendars)
    return [
        *add_up(scratch, scratch.cube("views", views), periods, DIMENSIONS),
        *_sessions(scratch, cells, periods),
        *[_visitors(scratch, spread, dimension) for dimension in DIMENSIONS],
        *_in_windows(scratch, by_channel if scratch.renewal is None else everything, periods),
    ]


def _cells(scratch: MetricScratch, as_of: dt.date) -> ir.Table:
    """Return one row per visit and local day: a visit that lasts over midnight counts on each of its days."""
    visits, days = scratch.warehouse.table("visits"), scratch.warehouse.table("visit_days")
    short = visits.filter(visits.began_on == visits.ended_on)
    small = short.select(*CELL, day=short.began_on).union(days.select(*CELL, day=days.visited_on))
    small = small.mutate(session_id=group_key(small.session_id)).filter(small.day < as_of)
    owned = of_somebody(scratch.warehouse, small)
    return owned.mutate(visitor=ibis.coalesce(owned.person, owned.session_id)).drop("person", "id_key")


def _sessions(scratch: MetricScratch, cells: ir.Table, periods: Periods) -> list[pa.Table]:
    rows = cells.filter(cells.session_id.notnull())
    counts = []
    for dimension in DIMENSIONS:
        sessions = rows.group_by("day", "visitor", "session_id", place=slices(rows, dimension)).agg(
            n=rows.n_events.sum()
        )
        cube = sessions.group_by("day", "place").agg(
            n_sessions=sessions.count(), n_bounced=(sessions.n == 1).cast("int64").sum()
        )
        summed = add_up(scratch, scratch.cube(f"sessions_{dimension}", cube), periods, ["place"])[0]
        counts.append(
            summed.drop(["dimension"]).append_column("dimension", pa.array([dimension] * len(summed)))
        )
    return counts


def _visitors(scratch: MetricScratch, rows: ir.Table, dimension: str) -> pa.Table:
    rows = rows.filter(rows.visitor.notnull())
    person = rows.group_by("grain", "on", "visitor", slice=slices(rows, dimension)).agg(
        **{flag: rows[flag].sum() for flag in FLAGS}
    )
    counted = person.group_by("grain", "on", "slice").agg(
        n_visitors=person.count().cast("float64"),
        n_cart_visitors=(person.n_add_to_cart > 0).cast("int64").sum().cast("float64"),
        n_favourite_visitors=(person.n_favourites > 0).cast("int64").sum().cast("float64"),
    )
    return scratch.read(counted, dimension)


def _in_windows(scratch: MetricScratch, rows: ir.Table, periods: Periods) -> list[pa.Table]:
    """Return the different visitors of the windows."""
    masks = Masks.of(scratch, periods.windows)
    if masks is None:
        return []
    rows = masks.mark(rows.filter(rows.visitor.notnull()))
    rows = rows.filter(rows.mask != 0)
    flags = {f"of_{flag}": where(rows[flag] > 0, rows.mask) for flag in FLAGS}
    visitors = scratch.keep(seen(rows, "visitor", "channel", of_any=rows.mask, **flags))
    counts = []
    for dimension in DIMENSIONS:
        placed = visitors.mutate(slice=slices(visitors, dimension))
        people = seen(placed, "visitor", "slice", **{name: placed[name] for name in BITS.values()})
        bits = {name: people[column] for name, column in BITS.items()}
        counts.append(masks.count(scratch, people, dimension, bits))
    return counts
