"""The rules of a contract as one expression: null for a good row, the reason for a refused one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import ibis
import ibis.expr.types as ir

from quanyu.collect.reason import ALLOWED, EARLY, FUTURE, HIGH, LOW, MISSING, because
from quanyu.tables import Column, Table
from quanyu.warehouse.reader import Reader, variable

TOLERANCE = dt.timedelta(days=1)
"""What is dated tomorrow is taken: clocks and zones differ."""

TOO_LATE_ON, TOO_LATE_AT = "_too_late_on", "_too_late_at"
"""Variables of the engine: the first day that lies too far in the future, and the moment at which it begins."""

Cells = Mapping[str, ir.Value]
Rule = tuple[ir.BooleanValue, ir.StringValue]


def rules(table: Table, cells: Cells, exempt: Cells, zone: dt.tzinfo) -> Iterator[Rule]:
    """Yield (broken?, reason) for every rule of the contract; `exempt` lifts the range of a column for some rows.

    Days are those of the zone. What day it is the engine is told by `at`, so that the rules are the same every day.
    """
    for column in table.columns:
        value = cells[column.name]
        if column.is_required:
            yield value.isnull(), because(MISSING, column=column.name)
        yield from _range(column, value, exempt.get(column.name, ibis.literal(False)))
        if column.kind in ("day", "time"):
            yield from _span(column, value, zone)


def at(reader: Reader, now: dt.datetime) -> None:
    """Tell an engine the clock, which is in the zone whose days count."""
    day = now.date() + TOLERANCE + dt.timedelta(days=1)
    reader.give(TOO_LATE_ON, day)
    reader.give(TOO_LATE_AT, _begin(day, now.tzinfo))


def _span(column: Column, value: ir.Value, zone: dt.tzinfo) -> Iterator[Rule]:
    """Yield the rules that a day is not before the first that can be meant, nor after tomorrow unless it is planned."""
    seen = ibis.literal("…") if column.privacy == "personal" else value
    first, is_day = dt.date.fromisoformat(column.earliest), column.kind == "day"
    yield (
        value < (ibis.literal(first) if is_day else ibis.literal(_begin(first, zone), "timestamp('UTC')")),
        because(EARLY, seen, column=column.name, earliest=column.earliest),
    )
    if not column.is_planned:
        late = variable(TOO_LATE_ON, "date") if is_day else variable(TOO_LATE_AT, "timestamp('UTC')")
        yield value >= late, because(FUTURE, seen, column=column.name)


def _begin(day: dt.date, zone: dt.tzinfo | None) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC)


def _range(column: Column, value: ir.Value, free: ir.BooleanValue) -> Iterator[Rule]:
    if column.low is not None:
        yield (value < column.low) & ~free, because(LOW, value, column=column.name, low=f"{column.low:g}")
    if column.high is not None:
        yield (value > column.high) & ~free, because(HIGH, value, column=column.name, high=f"{column.high:g}")
    if column.allowed:
        yield (
            value.notin(column.allowed),
            because(ALLOWED, value, column=column.name, allowed=", ".join(column.allowed)),
        )


def first_broken(checks: list[Rule]) -> ir.StringValue:
    """Return the reason of the first rule that a row breaks, null for a good row."""
    none = ibis.null("string")
    return (
        ibis.cases(*[(broken.fill_null(False), reason) for broken, reason in checks], else_=none)
        if checks
        else none
    )
