"""Spread rows of days over the periods they fall in, and keep intermediate results beside the engine."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from quanyu.method.scratch import Scratch
from quanyu.tables.metric.period import Period, first_of
from quanyu.warehouse import Warehouse
from quanyu.workspace import Workspace

KEYS = ("grain", "on", "dimension", "slice")
CALENDAR = ("day", "week", "month")
PeriodKeys = frozenset[tuple[str, dt.date]]
"""Calendar periods, by grain and first day."""


def days_of(period: Period) -> set[dt.date]:
    """Return all days of a period."""
    return {period.since + dt.timedelta(days=n) for n in range(period.days)}


@dataclass(frozen=True)
class Periods:
    """The periods to count: calendar grains for all days (or `only` those, by grain and first day), and single windows."""

    windows: tuple[Period, ...]
    calendar: tuple[str, ...] = CALENDAR
    only: PeriodKeys | None = None

    @property
    def calendars(self) -> Periods:
        """The same without windows."""
        return replace(self, windows=())

    def of(self, day: dt.date) -> list[tuple[dt.date, str, dt.date]]:
        """Return (day, grain, first day) of every period that holds a day."""
        periods = [(day, grain, first_of(day, grain)) for grain in self.calendar]
        periods = [period for period in periods if self.only is None or period[1:] in self.only]
        return periods + [
            (day, window.grain, window.since) for window in self.windows if window.since <= day < window.until
        ]


@dataclass(frozen=True)
class Side:
    """Rows to add up: before a day, and on which days they are in each of some windows; `sign` is -1 where they are taken off.

    Rows that stayed may be counted at once in the windows that `stood` in the place of these, and taken off there.
    """

    warehouse: Warehouse
    as_of: dt.date
    windows: Sequence[Period | None]
    sign: int = 1
    stood: Sequence[Period | None] = ()


Sides = Sequence[Side]
"""What is added up at once: everybody, or those whom something touches as they are and as they stood (column `side`)."""


def of_sides(sides: Sides, rows: Callable[[Side], ir.Table]) -> ir.Table:
    """Return the rows of all sides, with the sign of theirs."""
    parts = [rows(side).mutate(side=ibis.literal(side.sign, "int64")) for side in sides]
    return ibis.union(*parts) if parts[1:] else parts[0]


@dataclass(frozen=True)
class Renewal:
    """What is added up anew of a group of measures, and what is kept of it.

    The days that something touched; the periods that are `counted`, and
    those of them that are `renewed`: the others are there to compare with. The `sums` of all periods are kept, and
    `cubes`, sums by day.
    """

    days: frozenset[dt.date]
    counted: PeriodKeys
    renewed: PeriodKeys
    sums: pa.Table
    cubes: Mapping[str, pa.Table]

    def joined(self, sums: pa.Table) -> pa.Table:
        """Return what was kept of the periods that nothing touched, and what was counted of the others and of windows."""
        kept, again = self.sums, sums.select(self.sums.column_names).cast(self.sums.schema)
        rest = kept.filter(pc.and_(_is_calendar(kept), pc.invert(_is_among(kept, self.renewed))))
        return pa.concat_tables(
            [rest, again.filter(pc.or_(pc.invert(_is_calendar(again)), _is_among(again, self.renewed)))]
        )


def _is_calendar(rows: pa.Table) -> pa.ChunkedArray:
    return pc.is_in(rows["grain"], pa.array(CALENDAR))


def _is_among(rows: pa.Table, periods: PeriodKeys) -> pa.ChunkedArray:
    names = pa.array([f"{grain} {on}" for grain, on in periods], pa.string())
    return pc.is_in(pc.binary_join_element_wise(rows["grain"], rows["on"].cast(pa.string()), " "), names)


def is_lunar(ws: Workspace) -> bool:
    """Say whether last year is compared by the Chinese calendar around Spring Festival: in workspaces
    that sell in CNY."""
    return ws.settings.currency == "CNY"


class MetricScratch(Scratch):
    """Scratch tables of sums by day. With a `renewal` only its days are added up, and the sums of all others are those kept."""

    def __init__(self, ws: Workspace, renewal: Renewal | None = None) -> None:
        super().__init__(ws)
        self.renewal = renewal
        self.cubes: dict[str, pa.Table] = {}

    def touched(self, rows: ir.Table) -> ir.Table:
        """Return the rows of days that something touched; all rows where all are added up."""
        if self.renewal is None:
            return rows
        days = sorted(self.renewal.days)
        known = self.known(pa.table({"day": pa.array(days, pa.date32())}))
        return rows.semi_join(known, "day")

    def cube(self, name: str, rows: ir.Table) -> pa.Table:
        """Work out sums by `day` of the days that something touched, and return them with those kept of all others."""
        summed = self.warehouse.read(rows)
        if self.renewal is not None:
            days = pa.array(sorted(self.renewal.days), pa.date32())
            kept = self.renewal.cubes[name]
            others = kept.filter(pc.invert(pc.is_in(kept["day"], days)))
            summed = pa.concat_tables([others.select(summed.column_names).cast(summed.schema), summed])
        self.cubes[name] = summed
        return summed

    def spread(self, rows: ir.Table, days: pa.ChunkedArray, periods: Periods) -> ir.Table:
        """Return `rows` of some days once for every period that holds their `day`, with `grain` and `on` (first day).

        The periods of the days are a small table, so this is one join whatever their number.
        """
        day_periods = [period for day in days.unique().drop_null().to_pylist() for period in periods.of(day)]
        schema = pa.schema({"day_of": pa.date32(), "grain": pa.string(), "on": pa.date32()})
        names = schema.names
        period_rows = pa.Table.from_pylist(
            [dict(zip(names, period, strict=True)) for period in day_periods], schema
        )
        known = self.known(period_rows)
        return rows.join(known, rows.day == known.day_of).drop("day_of")

    def read(self, rows: ir.Table, dimension: str) -> pa.Table:
        """Run a reduction to (grain, on, slice, measures ...) and add its dimension."""
        reduced = self.warehouse.read(rows)
        return reduced.append_column("dimension", pa.array([dimension] * reduced.num_rows, pa.string()))


def slices(rows: ir.Table, dimension: str) -> ir.StringValue:
    """Return the slice of each row: "all", or the column's value, "unknown" where it has none."""
    return ibis.literal("all") if dimension == "all" else rows[dimension].fill_null("unknown")


def add_up(
    scratch: MetricScratch, cube: pa.Table, periods: Periods, dimensions: Sequence[str]
) -> list[pa.Table]:
    """Add up every number column of a small cube per period and slice; `day` and dimensions are the keys."""
    numbers = [name for name in cube.column_names if name not in {"day", *dimensions}]
    spread = scratch.spread(scratch.known(cube), cube["day"], periods)
    return [
        scratch.read(
            spread.group_by("grain", "on", slice=slices(spread, dimension)).agg(
                **{name: spread[name].sum().cast("float64") for name in numbers}
            ),
            dimension,
        )
        for dimension in dimensions
    ]
