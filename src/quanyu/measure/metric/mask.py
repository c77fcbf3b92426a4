"""Different people per window in one pass: a bit for every window, in place of a row for every window.

Windows are a few that overlap, with most days in several. A day has the number whose bits say which windows hold it; the bits of
a person are those of all their days; a window's people are those that have its bit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu.measure.metric.periods import MetricScratch
from quanyu.tables.metric.period import Period
from quanyu.warehouse.portable import bits_of_any

MOST = 62
"""Windows that one number can tell apart."""


@dataclass(frozen=True)
class Masks:
    """The windows by number, and the days that lie in any of them with their `bits`: `day_of`, `bits`."""

    windows: Sequence[Period]
    days: ir.Table

    @classmethod
    def of(cls, scratch: MetricScratch, windows: Sequence[Period]) -> Masks | None:
        """Return the masks of some windows, None where there are none."""
        if not windows:
            return None
        first, until = min(window.since for window in windows), max(window.until for window in windows)
        days = [first + dt.timedelta(days=n) for n in range((until - first).days)]
        masks = [
            sum(1 << at for at, window in enumerate(windows) if window.since <= day < window.until)
            for day in days
        ]
        schema = pa.schema({"day_of": pa.date32(), "bits": pa.int64()})
        known = pa.table([days, masks], schema=schema).filter(pa.array([mask > 0 for mask in masks]))
        return cls(windows, scratch.known(known))

    def mark(self, rows: ir.Table, day: str = "day", name: str = "mask") -> ir.Table:
        """Return the rows with the bits of their day, 0 in no window."""
        days = self.days.view()  # Ibis takes the bits of a second day for those of the first
        joined = rows.left_join(days, [(day, "day_of")]).select(*rows.columns, **{name: days.bits})
        return joined.mutate(**{name: joined[name].fill_null(0)})

    def count(
        self, scratch: MetricScratch, people: ir.Table, dimension: str, bits: dict[str, ir.Value]
    ) -> pa.Table:
        """Return per window and `slice` how many people have its bit in each of several columns of bits.

        There are rows only where the first of the columns has some.
        """
        sums = {
            f"{name}_{at}": ((value >> at) & 1).sum().cast("int64")
            for at in range(len(self.windows))
            for name, value in bits.items()
        }
        counts = scratch.warehouse.read(people.group_by("slice").agg(**sums)).to_pylist()
        first = next(iter(bits))
        rows = [
            {
                "grain": window.grain, "on": window.since, "slice": row["slice"], "dimension": dimension,
                **{name: float(row[f"{name}_{at}"]) for name in bits},
            }
            for row in counts for at, window in enumerate(self.windows) if row[f"{first}_{at}"]
        ]  # fmt: skip
        fields = {"grain": pa.string(), "on": pa.date32(), "slice": pa.string(), "dimension": pa.string()}
        return pa.Table.from_pylist(rows, pa.schema(fields | dict.fromkeys(bits, pa.float64())))


def seen(rows: ir.Table, *by: str, **bits: ir.Value) -> ir.Table:
    """Return per group the bits that any of its rows has."""
    return rows.group_by(*by).agg(**{name: bits_of_any(value) for name, value in bits.items()})


def where(condition: ir.BooleanValue, bits: ir.IntegerValue) -> ir.IntegerValue:
    """Return the bits where a condition holds, none elsewhere."""
    return ibis.ifelse(condition, bits, 0)
