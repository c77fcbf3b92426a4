"""Spread rows of days over the periods they fall in, and keep intermediate results beside the engine."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType

import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu.tables.period import Period
from quanyu.workspace import Workspace

CALENDAR = {"day": "D", "week": "W", "month": "M"}
KEYS = ("grain", "on", "dimension", "slice")


@dataclass(frozen=True)
class Spans:
    """The periods to count: calendar grains for all days before `as_of`, and single windows."""

    windows: tuple[Period, ...]
    calendar: tuple[str, ...] = ("day", "week", "month")

    def spread(self, rows: ir.Table) -> ir.Table:
        """Return `rows` once for every period that holds their `day`, with `grain` and `on` (first day)."""
        parts = [
            rows.mutate(grain=ibis.literal(grain), on=rows.day.truncate(CALENDAR[grain]).cast("date"))
            for grain in self.calendar
        ]
        parts += [
            rows.filter(rows.day >= one.since, rows.day < one.until).mutate(
                grain=ibis.literal(one.grain), on=ibis.literal(one.since)
            )
            for one in self.windows
        ]
        return ibis.union(*parts) if len(parts) > 1 else parts[0]


class Scratch:
    """Results written down once and read many times; gone when the block ends."""

    def __init__(self, ws: Workspace) -> None:
        self.warehouse = ws.warehouse
        self.zone = ws.settings.timezone
        self.folder = ws.path("tmp", f"metrics-{uuid.uuid4().hex}")

    def keep(self, rows: ir.Table) -> ir.Table:
        """Write rows down and return them as a table of the same engine."""
        return self.warehouse.scan(self.warehouse.engine.write(rows, self.folder / uuid.uuid4().hex))

    def read(self, rows: ir.Table, dimension: str) -> pa.Table:
        """Run a reduction to (grain, on, slice, measures ...) and add its dimension."""
        found = self.warehouse.read(rows)
        return found.append_column("dimension", pa.array([dimension] * found.num_rows, pa.string()))

    def __enter__(self) -> Scratch:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


def slices(rows: ir.Table, dimension: str) -> ir.StringValue:
    """Return the slice of each row: "all", or the column's value, "unknown" where it has none."""
    return ibis.literal("all") if dimension == "all" else rows[dimension].fill_null("unknown")


def add_up(scratch: Scratch, cube: ir.Table, spans: Spans, dimensions: Sequence[str]) -> list[pa.Table]:
    """Add up every number column of a small cube per period and slice; `day` and dimensions are the keys."""
    numbers = [name for name in cube.columns if name not in {"day", *dimensions}]
    spread = spans.spread(cube)
    return [
        scratch.read(
            spread.group_by("grain", "on", slice=slices(spread, dimension)).agg(
                **{name: spread[name].sum().cast("float64") for name in numbers}
            ),
            dimension,
        )
        for dimension in dimensions
    ]
