"""Sums that add up over people, brought up to date: less what those gave whom something touches, plus what they give.

Different people of a period add up over people too: somebody is in it or not. Calendar periods stay; a window of today goes
on from the one that stood in its place, and whoever was there on a day that one of the two leaves out is touched.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.compute as pc

from quanyu.measure.metric.periods import (
    CALENDAR,
    KEYS,
    MetricScratch,
    Periods,
    Side,
    Sides,
    days_of,
    is_lunar,
)
from quanyu.method.change import Made, parted, touched
from quanyu.tables.metric.period import WINDOWS, Period, preset, windows
from quanyu.workspace import Workspace

Cubes = Mapping[str, pa.Table]
"""Sums by name: the columns in `BY` are what they are by, the first other says how many the rest are of."""
BY = ("grain", "on", "dimension", "slice", "day", "first_on", "channel", "region", "place", "side")
MOST_DAYS = 45
"""Days whose people are looked at again; with more of them it takes less to add up everybody."""

Roles = Mapping[Period, Period]
"""Of every window the one that stood in its place."""


@dataclass(frozen=True)
class Change:
    """Those whom something touches, as they are and as they stood (`sides`), those whom only windows have left or
    entered (`passed`), and what was kept of everybody."""

    sides: Sides
    passed: Sides
    roles: Roles
    kept: Cubes

    def joined(self, name: str, summed: Sequence[pa.Table]) -> pa.Table:
        """Return the sums of everybody, from those of the sides."""
        kept = self.kept[name]
        parts = [self._moved(kept), *(part for rows in summed for part in _signed(rows))]
        return added(part.select(kept.column_names).cast(kept.schema) for part in parts)

    def _moved(self, kept: pa.Table) -> pa.Table:
        """Return the sums of calendar periods, and those of the windows that others go on from, as theirs."""
        if "grain" not in kept.column_names:
            return kept
        parts = [kept.filter(pc.is_in(kept["grain"], pa.array(CALENDAR)))]
        for window, before in self.roles.items():
            is_theirs = pc.and_(pc.equal(kept["grain"], before.grain), pc.equal(kept["on"], before.since))
            theirs = kept.filter(is_theirs)
            on = pa.array([window.since] * theirs.num_rows, pa.date32())
            parts.append(theirs.set_column(theirs.column_names.index("on"), "on", on))
        return pa.concat_tables(parts)


def _signed(rows: pa.Table) -> Iterator[pa.Table]:
    """Yield sums of how it is, and less those of how it stood."""
    is_now = pc.greater(rows["side"], 0)
    was = rows.filter(pc.invert(is_now))
    for place, column in enumerate(was.column_names):
        if column not in BY:
            was = was.set_column(place, column, pc.negate(was[column]))
    yield from (was, rows.filter(is_now))


def added(parts: Iterable[pa.Table]) -> pa.Table:
    """Add up sums of the same columns; where they are of nobody, there are none."""
    stacked = pa.concat_tables(parts)
    by = [name for name in stacked.column_names if name in BY]
    numbers = [name for name in stacked.column_names if name not in BY]
    summed = stacked.group_by(by).aggregate([(name, "sum") for name in numbers])
    summed = summed.rename_columns([name.removesuffix("_sum") for name in summed.column_names])
    return (
        summed.select(stacked.column_names).cast(stacked.schema).filter(pc.not_equal(summed[numbers[0]], 0))
    )


@dataclass(frozen=True)
class OfPeople:
    """Measures from sums that add up over people: the tables these read, the first of which has to have rows; `whose` the
    rows of some days are (`key`); the `sums` by name, those `in_windows` alone from the tables `of_people`; and the measures
    `told` from them."""

    reads: tuple[str, ...]
    whose: Callable[[Workspace, frozenset[dt.date]], list[ir.Table]]
    sums: Callable[[MetricScratch, Periods, Sides], Cubes]
    in_windows: Callable[[MetricScratch, Periods, Sides], Cubes]
    of_people: tuple[str, ...]
    told: Callable[[MetricScratch, Cubes, Periods, dt.date], list[pa.Table]]

    def summed(
        self, scratch: MetricScratch, periods: Periods, as_of: dt.date, change: Change | None = None
    ) -> Cubes:
        """Return the sums of everybody; where there is a change, only those whom something touches are added up."""
        if change is None:
            everybody = self.sums(scratch, periods, [Side(scratch.warehouse, as_of, periods.windows)])
            return {name: rows.drop(["side"]) for name, rows in everybody.items()}
        sums = self.sums(scratch, periods, change.sides)
        passed = self.in_windows(scratch, periods, change.passed) if change.passed else {}
        return {
            name: change.joined(name, [rows, *([passed[name]] if name in passed else [])])
            for name, rows in sums.items()
        }

    def change(
        self,
        ws: Workspace,
        scratch: MetricScratch,
        before: Made,
        as_of: dt.date,
        kept: Cubes,
    ) -> Change | None:
        """Return whom the rows touch that differ since, and those of days that a window has left or entered.

        None where everybody is to be added up.
        """
        roles, days = roles_of(before.as_of, as_of, is_lunar=is_lunar(ws))
        if not kept or len(days) > MOST_DAYS:
            return None
        made = Made({name: before.versions[name] for name in self.reads}, before.as_of)
        new = days & days_between(before.as_of, as_of)
        who = touched(ws, made, as_of, {}, self.whose(ws, new) if new else ())
        if who is None:
            return None
        theirs = windows(as_of, is_lunar=is_lunar(ws))
        stood = [roles.get(window) for window in theirs]

        passed: Sides = ()
        if days - new:
            others = who.besides(self.whose(ws, days - new))
            ws = (who | others).only(ws, scratch.keep, self.of_people)
            same = others.only(ws, scratch.keep, self.of_people).warehouse
            passed = [Side(same, as_of, theirs, stood=stood)]
        now, was = (side.warehouse for side in parted(ws, scratch.keep, made, who))
        sides = [Side(now, as_of, theirs), Side(was, before.as_of, stood, -1)]
        return Change(sides, passed, roles, kept)


def stacked(numbers: tuple[str, ...], parts: list[pa.Table]) -> pa.Table:
    """Return counts per period and slice below one another: `numbers`, of which the first says of how many there are any."""
    keys = [pa.field(name, pa.date32() if name == "on" else pa.string()) for name in KEYS]
    keys.append(pa.field("side", pa.int64()))
    schema = pa.schema([*keys, *(pa.field(name, pa.float64()) for name in numbers)])
    return pa.concat_tables(
        [schema.empty_table(), *(part.select(schema.names).cast(schema) for part in parts)]
    )


def roles_of(before: dt.date, as_of: dt.date, *, is_lunar: bool) -> tuple[Roles, frozenset[dt.date]]:
    """Return what stood in the place of every window, where it takes less to go on from it than from nothing, and the days
    that either has and the other has not."""
    days = set(days_between(before, as_of))
    roles: dict[Period, Period] = {}
    for name in WINDOWS:
        pairs = list(zip(_compared(name, as_of, is_lunar), _compared(name, before, is_lunar), strict=True))
        moved = set[dt.date]().union(*(days_of(window) ^ days_of(was) for window, was in pairs))
        anew = set[dt.date]().union(*(days_of(window) for window, _ in pairs))
        is_kept = len(moved) <= len(anew)
        roles |= dict(pairs) if is_kept else {}
        days |= moved if is_kept else anew
    return roles, frozenset(days)


def days_between(before: dt.date, as_of: dt.date) -> frozenset[dt.date]:
    """Return the days that were to come on one of two days and are past on the other."""
    low, high = sorted((before, as_of))
    return frozenset(days_of(Period("", "", low, high)))


def _compared(name: str, as_of: dt.date, is_lunar: bool) -> list[Period]:
    window = preset(name, as_of)
    return [window, window.previous(), window.last_year(is_lunar=is_lunar)[0]]


def is_of(day: ir.DateValue, days: frozenset[dt.date]) -> ir.BooleanValue:
    """Say whether a day is one of some."""
    return day.isin([ibis.literal(some) for some in sorted(days)])
