"""The rules of a contract as one expression: null for a good row, the reason for a refused one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import ibis
import ibis.expr.types as ir

from quanyu.collect.reason import ALLOWED, FUTURE, HIGH, LOW, MISSING, because
from quanyu.tables import Column, Table

TOLERANCE = dt.timedelta(days=1)
"""A time may be this far ahead of the clock: clocks and zones differ."""

Cells = Mapping[str, ir.Value]
Rule = tuple[ir.BooleanValue, ir.StringValue]


def rules(table: Table, cells: Cells, exempt: Cells, now: dt.datetime) -> Iterator[Rule]:
    """Yield (broken?, reason) for every rule of the contract; `exempt` lifts the range of a column for some rows."""
    for column in table.columns:
        value = cells[column.name]
        if column.is_required:
            yield value.isnull(), because(MISSING, column=column.name)
        yield from _range(column, value, exempt.get(column.name, ibis.literal(False)))
        if column.name == table.time:
            latest = now + TOLERANCE
            limit = (
                ibis.literal(latest.date())
                if column.kind == "day"
                else ibis.literal(latest, type="timestamp('UTC')")
            )
            yield value > limit, because(FUTURE, value, column=column.name)


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


def first_broken(found: list[Rule]) -> ir.StringValue:
    """Return the reason of the first rule that a row breaks, null for a good row."""
    none = ibis.null("string")
    return (
        ibis.cases(*[(broken.fill_null(False), reason) for broken, reason in found], else_=none)
        if found
        else none
    )
