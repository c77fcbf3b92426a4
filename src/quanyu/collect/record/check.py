"""The rules of a contract as one expression: null for a good row, the reason for a refused one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import ibis
import ibis.expr.types as ir

from quanyu.collect.reason import ALLOWED, EARLY, FUTURE, HIGH, LOW, MISSING, because
from quanyu.tables import Column, Table

TOLERANCE = dt.timedelta(days=1)
"""What is dated tomorrow is taken: clocks and zones differ."""

Cells = Mapping[str, ir.Value]
Rule = tuple[ir.BooleanValue, ir.StringValue]


def rules(table: Table, cells: Cells, exempt: Cells, now: dt.datetime) -> Iterator[Rule]:
    """Yield (broken?, reason) for every rule of the contract; `exempt` lifts the range of a column for some rows.

    `now` is the clock in the zone whose days count.
    """
    for column in table.columns:
        value = cells[column.name]
        if column.is_required:
            yield value.isnull(), because(MISSING, column=column.name)
        yield from _range(column, value, exempt.get(column.name, ibis.literal(False)))
        if column.kind in ("day", "time"):
            yield from _span(column, value, now)


def _span(column: Column, value: ir.Value, now: dt.datetime) -> Iterator[Rule]:
    """Yield the rules that a day is not before the first that can be meant, nor after tomorrow unless it is planned."""
    seen = ibis.literal("…") if column.privacy == "personal" else value
    first, after = dt.date.fromisoformat(column.earliest), now.date() + TOLERANCE + dt.timedelta(days=1)
    yield (
        value < _start(first, column, now),
        because(EARLY, seen, column=column.name, earliest=column.earliest),
    )
    if not column.is_planned:
        yield value >= _start(after, column, now), because(FUTURE, seen, column=column.name)


def _start(day: dt.date, column: Column, now: dt.datetime) -> ir.Value:
    if column.kind == "day":
        return ibis.literal(day)
    return ibis.literal(
        dt.datetime.combine(day, dt.time(), now.tzinfo).astimezone(dt.UTC), type="timestamp('UTC')"
    )


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
