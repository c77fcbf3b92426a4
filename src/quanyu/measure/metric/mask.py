"""Different people per window in one pass: a bit for every window, in place of a row for every window.

Windows are a few that overlap, with most days in several. A day has the number whose bits say which windows hold it; the bits of
a person are those of all their days; a window's people are those that have its bit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu.measure.metric.periods import MetricScratch, Sides, days_of
from quanyu.tables.metric.period import Period
from quanyu.warehouse.portable import bits_of_any

MOST = 62
"""Windows that one number can tell apart."""


@dataclass(frozen=True)
class Masks:
    """The windows by number, and the days of a side that lie in any with their `bits`: `day_of`, `side_of`, `bits`.

    With the `signs` 1 and -1 every window has a second bit, for the one that stood in its place.
    """

    windows: Sequence[Period]
    days: ir.Table
    signs: Sequence[int]

    @classmethod
    def of(cls, scratch: MetricScratch, windows: Sequence[Period], sides: Sides) -> Masks | None:
        """Return the masks of some windows, None where there are none."""
        if not windows:
            return None
        schema = pa.schema({"day_of": pa.date32(), "side_of": pa.int64(), "bits": pa.int64()})
        rows = [
            {"day_of": day, "side_of": side.sign, "bits": bits}
            for side in sides
            for day, bits in _bits_of([*side.windows, *side.stood]).items()
        ]
        signs = (1, -1) if any(side.stood for side in sides) else (1,)
        return cls(windows, scratch.known(pa.Table.from_pylist(rows, schema)), signs)

    @property
    def places(self) -> Sequence[tuple[int, int, Period]]:
        """The bit of every window, with its sign."""
        return [
            (half * len(self.windows) + at, sign, window)
            for half, sign in enumerate(self.signs)
            for at, window in enumerate(self.windows)
        ]

    def mark(self, rows: ir.Table, day: str = "day", name: str = "mask") -> ir.Table:
        """Return the rows with the bits of their day on their side, 0 in no window."""
        days = self.days.view()  # Ibis takes the bits of a second day for those of the first
        joined = rows.left_join(days, [(day, "day_of"), ("side", "side_of")])
        joined = joined.select(*rows.columns, **{name: days.bits})
        return joined.mutate(**{name: joined[name].fill_null(0)})

    def count(
        self, scratch: MetricScratch, people: ir.Table, dimension: str, bits: dict[str, ir.Value]
    ) -> pa.Table:
        """Return per window, `slice` and side how many people have its bit in each of several columns of bits.

        There are rows only where the first of the columns has some.
        """
        sums = {
            f"{name}_{at}": ((value >> at) & 1).sum().cast("int64")
            for at, *_ in self.places
            for name, value in bits.items()
        }
        counts = scratch.warehouse.read(people.group_by("side", "slice").agg(**sums)).to_pylist()
        first = next(iter(bits))
        rows = [
            {
                "grain": window.grain, "on": window.since, "slice": row["slice"], "dimension": dimension,
                "side": sign * row["side"],
                **{name: float(row[f"{name}_{at}"]) for name in bits},
            }
            for row in counts for at, sign, window in self.places if row[f"{first}_{at}"]
        ]  # fmt: skip
        fields = {"grain": pa.string(), "on": pa.date32(), "slice": pa.string(), "dimension": pa.string()}
        fields |= {"side": pa.int64()}
        return pa.Table.from_pylist(rows, pa.schema(fields | dict.fromkeys(bits, pa.float64())))


def _bits_of(windows: Sequence[Period | None]) -> Mapping[dt.date, int]:
    """Return the bits of every day that lies in any window; None is a window of no day."""
    bits: dict[dt.date, int] = {}
    for at, window in enumerate(windows):
        for day in days_of(window) if window else ():
            bits[day] = bits.get(day, 0) | 1 << at
    return bits


def seen(rows: ir.Table, *by: str, **bits: ir.Value) -> ir.Table:
    """Return per group the bits that any of its rows has."""
    return rows.group_by(*by).agg(**{name: bits_of_any(value) for name, value in bits.items()})


def where(condition: ir.BooleanValue, bits: ir.IntegerValue) -> ir.IntegerValue:
    """Return the bits where a condition holds, none elsewhere."""
    return ibis.ifelse(condition, bits, 0)
