"""The quality checks as data, and one aggregate expression per table that measures all in one scan."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from quanyu.collect.sums import sums
from quanyu.tables import Column, Table
from quanyu.tables.contract import ORIGINAL
from quanyu.tables.view.data_words import CHECKS as LABELS
from quanyu.text import Text
from quanyu.warehouse.portable import days_between, group_key, local_day
from quanyu.workspace import Workspace

Measure = Literal["share", "days", "ratio", "money"]
USUAL_DAYS = 28
NUMBERS = ("integer", "number", "money", "price")
MATTERS = ("id_key", "channel", "paid_amount", "net_amount", "cost_amount", "order_lines.item_id")
"""Columns that no contract requires but most figures need, in any table or in one."""
JOINT, NULL = "\x1f", "\x00"
DISTINCT = "uniqueness__distinct"
DAY, EPOCH = "_day", dt.date(1970, 1, 1)
_BESIDE = ("fx_rate",)
"""With the original amounts: what stands beside an amount and is judged with it."""


Test = Callable[[ir.Table], ir.BooleanValue]


@dataclass(frozen=True)
class Check:
    """One kind of check. `warns_above` is the bad share (or days, or ratio) from which it is a warning."""

    name: str
    warns_above: float
    measure: Measure = "share"

    @property
    def label(self) -> Text:
        """What it is called."""
        return LABELS[self.name]


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        check.name: check
        for check in (
            Check("completeness", 0.2),
            Check("uniqueness", 0.0),
            Check("validity", 0.0),
            Check("range", 0.0),
            Check("outliers", 0.01),
            Check("references", 0.05),
            Check("future", 0.0),
            Check("freshness", 7.0, "days"),
            Check("volume", 0.5, "ratio"),
            Check("rejects", 0.01),
            Check("sums", 0.0),
            Check("refunds", 0.0),
            Check("lines", 0.01),
            Check("currencies", 1.0),
            Check("rates", 0.0),
            Check("credits", 0.05),
            Check("feeds", 0.2),
            Check("double_sales", 0.0),
            Check("double_amount", 0.0, "money"),
        )
    }
)


@dataclass(frozen=True)
class Probe:
    """One check of one column: `sums` are the aggregates it needs that add up over rows, by the name they have in the scan.

    `is_bad` says which rows are bad, where they tell it themselves.
    """

    check: str
    column: str
    sums: Mapping[str, ir.Scalar] = field(default_factory=dict)
    is_bad: Test | None = None

    @property
    def stem(self) -> str:
        """What its counts are named after."""
        return f"{self.check}__{self.column}"


@dataclass(frozen=True)
class Examination:
    """All probes of a table over `rows`; `there` are the words that its columns may refer to."""

    table: Table
    rows: ir.Table
    probes: tuple[Probe, ...]
    there: Mapping[str, ir.Table]

    @property
    def sums(self) -> ir.Table:
        """One row with every count that adds up."""
        sums = {name: value for probe in self.probes for name, value in probe.sums.items()}
        return self.rows.aggregate(n_rows=self.rows.count(), **sums)

    @property
    def tallies(self) -> ir.Table | None:
        """How many rows (`n`) have a `value`, of the day and of every number (`name`); None for a table with neither.

        The value of a day are the days since 1970.
        """
        columns = [DAY] * bool(self.table.time)
        columns += [probe.column for probe in self.probes if probe.check == "outliers"]
        return ibis.union(*map(self._tally, columns)) if columns else None

    def _tally(self, column: str) -> ir.Table:
        is_day, told = column == DAY, self.rows[column]
        value = (days_between(told, ibis.literal(EPOCH)) if is_day else told).cast("float64")
        tally = self.rows.select(value=value).filter(ibis._.value.notnull())
        return (
            tally.group_by("value")
            .agg(n=ibis._.count())
            .select(name=ibis.literal(column), value="value", n="n")
        )

    def lost(self, column: str) -> ir.Table:
        """The rows whose reference leads nowhere."""
        rows = self.rows.filter(self.rows[column].notnull())
        return rows.anti_join(self.there[column], rows[column] == self.there[column]["_there"])


def examine(ws: Workspace, table: Table, as_of: dt.date, rows: ir.Table | None = None) -> Examination:
    """Return what to measure on a table, or on some rows of it, as of a day."""
    rows = ws.warehouse.table(table.name) if rows is None else rows
    rows = rows.mutate(_key=_key(rows, table))
    if table.time:
        at = rows[table.time]
        is_day = table[table.time].kind == "day"
        rows = rows.mutate(**{DAY: at if is_day else local_day(at, ws.settings.timezone)})
    there = {
        column: ws.warehouse.table(target).select(_there=name)
        for column, (target, name) in references(ws, table).items()
    }
    shown = [column.name for column in table.columns if matters(table, column.name)]
    columns = [
        column
        for column in table.columns
        if column.name not in _BESIDE and not column.name.startswith(ORIGINAL)
    ]
    refers = partial(_references, there=there)
    makers = (partial(_completeness, shown=shown), _validity, _range, _outliers, refers)
    probes = [probe for column in columns for make in makers for probe in make(rows, column)]
    probes += [_bad(check, column, rows, test) for check, column, test in sums(table, ws.settings.currency)]
    return Examination(table, rows, (*_uniqueness(table), *probes, *_timely(table, as_of)), there)


def references(ws: Workspace, table: Table) -> Mapping[str, tuple[str, str]]:
    """Return of every column that refers to a table with rows, the table and the column there."""
    pairs = {column.name: column.refers.partition(".")[::2] for column in table.columns if column.refers}
    return {column: (target, name) for column, (target, name) in pairs.items() if ws.warehouse.count(target)}


def matters(table: Table, column: str) -> bool:
    """Say whether most figures need the column: the contract requires it, or `MATTERS` names it."""
    return table[column].is_required or column in MATTERS or f"{table.name}.{column}" in MATTERS


def _key(rows: ir.Table, table: Table) -> ir.StringValue:
    parts = [rows[name].cast("string").fill_null(NULL) for name in table.key]
    return parts[0] if len(parts) == 1 else ibis.literal(JOINT).join(parts)


def _bad(check: str, column: str, rows: ir.Table, test: Test, *, shows: bool = True) -> Probe:
    """Count bad rows; some are looked up later if `shows`."""
    counts = {f"{check}__{column}__bad": _number(test(rows))}
    return Probe(check, column, counts, is_bad=test if shows else None)


def _number(is_bad: ir.BooleanValue) -> ir.IntegerScalar:
    """Count where true: a sum, since DuckDB copies all columns of the scan for each aggregate with a filter."""
    return is_bad.cast("int64").sum()


def _uniqueness(table: Table) -> Iterator[Probe]:
    yield Probe("uniqueness", "+".join(table.key))


def keys(rows: ir.Table, table: Table) -> ir.Table:
    """Return the keys of rows by number, which may take two for one, never one for two: `key`."""
    return rows.select(key=group_key(_key(rows, table)))


def n_keys(ws: Workspace, table: Table) -> int:
    """Return the number of different keys by the keys themselves."""
    distinct = _key(ws.warehouse.table(table.name), table).nunique().as_table()
    return int(ws.warehouse.read(distinct).column(0)[0].as_py())


def _completeness(rows: ir.Table, column: Column, shown: Collection[str]) -> Iterator[Probe]:
    yield _bad(
        "completeness", column.name, rows, lambda t: t[column.name].isnull(), shows=column.name in shown
    )


def _validity(rows: ir.Table, column: Column) -> Iterator[Probe]:
    if column.allowed:
        yield _bad(
            "validity", column.name, rows, lambda t: ~t[column.name].isin(column.allowed).fill_null(True)
        )


def _range(rows: ir.Table, column: Column) -> Iterator[Probe]:
    if column.low is not None or column.high is not None:
        low, high = (
            math.inf * sign if limit is None else limit
            for sign, limit in ((-1, column.low), (1, column.high))
        )
        yield _bad("range", column.name, rows, partial(beyond, column=column.name, low=low, high=high))


def beyond(rows: ir.Table, column: str, low: float, high: float) -> ir.BooleanValue:
    """Say where a number lies below `low` or above `high`."""
    value = rows[column].cast("float64")
    return ((value < low) | (value > high)).fill_null(False)


def _outliers(rows: ir.Table, column: Column) -> Iterator[Probe]:
    if column.kind in NUMBERS and column.name not in ("line", "line_no"):
        yield Probe("outliers", column.name)


def _references(_: ir.Table, column: Column, there: Collection[str]) -> Iterator[Probe]:
    if column.name in there:
        yield Probe("references", column.name)


def _timely(table: Table, as_of: dt.date) -> Iterator[Probe]:
    if table.time:
        yield Probe("future", table.time, is_bad=lambda t: (t[DAY] > as_of).fill_null(False))
        yield from (Probe(check, table.time) for check in ("freshness", "volume"))


def timely(table: Table, days: Mapping[dt.date, int], as_of: dt.date) -> Mapping[str, Any]:
    """Return the counts of the checks of time, from how many rows there are of every day."""
    usual = {
        f"volume__{back}": days.get(as_of - dt.timedelta(days=back + 1), 0) for back in range(USUAL_DAYS + 1)
    }
    return {
        f"future__{table.time}__bad": sum(n for day, n in days.items() if day > as_of),
        "freshness__newest": max((day for day in days if day <= as_of), default=None),
        **usual,
    }
