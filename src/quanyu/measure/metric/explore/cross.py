"""Orders by two dimensions at once, or some of them only: counted from the orders, as `metrics` keeps one dimension."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from quanyu.measure.metric.compute import side_by_side, sums_of
from quanyu.measure.metric.periods import MetricScratch, Periods, Side, of_sides, slices
from quanyu.measure.metric.trade import (
    COUNTS,
    SUMS,
    bought_by_day,
    count_people,
    new_or_old,
    order_rows,
    order_sums,
    people_of,
)
from quanyu.tables.metric.catalogue import metric
from quanyu.workspace import Workspace

JOINT = "\x1f"
"""Stands between the slices of two dimensions."""
MEASURES = frozenset({*SUMS, *COUNTS})
"""What can be counted by any of the dimensions together."""
DIMENSIONS = ("channel", "region", "new_old")


@dataclass(frozen=True)
class Cut:
    """How a metric is looked at: by one dimension or two, and of some slices of a dimension only (`among`).

    >>> Cut(("channel", "region"), (("new_old", ("new",)),)).dimension
    'channel+region'
    """

    by: tuple[str, ...]
    among: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def dimension(self) -> str:
        """The name under which its slices stand."""
        return "+".join(self.by)

    def names(self, part: str) -> list[str]:
        """Return the slice of each dimension that a slice of the cut is of."""
        return part.split(JOINT)

    @property
    def is_kept(self) -> bool:
        """Say whether the table `metrics` holds it as it is."""
        return len(self.by) < 2 and not self.among


def is_crossed(name: str) -> bool:
    """Say whether a metric can be counted by two dimensions: all of it comes from orders.

    >>> is_crossed("net_revenue"), is_crossed("n_buyers"), is_crossed("visitors"), is_crossed("roas")
    (True, True, False, False)
    """
    return set(metric(name).measures) <= MEASURES


def crossed(ws: Workspace, name: str, cut: Cut, periods: Periods, as_of: dt.date) -> pa.Table:
    """Return a metric of orders as rows of `metrics`: the whole of a cut and its slices, of days before `as_of`.

    People are counted once per period and slice. New and old is told by the first sale of all, not of the cut.
    """
    with MetricScratch(ws) as scratch:
        sides = [Side(scratch.warehouse, as_of, periods.windows)]
        orders = scratch.keep(of_sides(sides, lambda side: order_rows(side, scratch.zone)))
        bought, firsts = bought_by_day(scratch, orders)
        known = [("person", "buyer"), ("side", "side_of")]
        dated = orders.left_join(firsts, known).drop("buyer", "side_of")
        cube = scratch.keep(dated.group_by("day", "first_on", "channel", "region").agg(**order_sums(dated)))
        days = scratch.warehouse.read(cube.select("day").distinct())["day"]
        rows = scratch.keep(_within(scratch.spread(cube, days, periods), cut))
        buyers = bought.inner_join(firsts, known).drop("buyer", "side_of")
        people = scratch.keep(_within(scratch.spread(buyers, days, periods), cut))
        parts = [
            part
            for dimension in ("all", "cut")
            for part in (
                scratch.read(_added_up(rows, dimension), dimension),
                count_people(scratch, people_of(people, dimension), dimension),
            )
        ]
    told = sums_of(metric(name), side_by_side(parts))
    is_whole = pc.equal(told["dimension"], "all")
    place = told.column_names.index("dimension")
    return told.set_column(place, "dimension", pc.if_else(is_whole, "all", cut.dimension))


def _within(rows: ir.Table, cut: Cut) -> ir.Table:
    """Return the rows of a cut, each with its slice `cut`."""
    named = rows.mutate(
        new_old=new_or_old(rows), **{name: slices(rows, name) for name in ("channel", "region")}
    )
    chosen = [named[dimension].isin(wanted) for dimension, wanted in cut.among]
    inside = named.filter(*chosen) if chosen else named
    return inside.mutate(cut=ibis.literal(JOINT).join([inside[dimension] for dimension in cut.by]))


def _added_up(rows: ir.Table, dimension: str) -> ir.Table:
    sums = {name: rows[name].sum().cast("float64") for name in SUMS}
    return rows.group_by("grain", "on", slice=slices(rows, dimension)).agg(**sums)
