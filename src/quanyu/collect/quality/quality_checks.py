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
from quanyu.warehouse.portable import group_key, local_day
from quanyu.workspace import Workspace

Measure = Literal["share", "days", "ratio", "money"]
USUAL_DAYS = 28
QUARTILES = (0.25, 0.75)
"""Quantiles read in the scan: they make the fences of outliers, which a second scan counts."""
NUMBERS = ("integer", "number", "money", "price")
MATTERS = ("id_key", "channel", "paid_amount", "net_amount", "cost_amount", "order_lines.item_id")
"""Columns that no contract requires but most figures need, in any table or in one."""
JOINT = "\x1f"
DISTINCT = "uniqueness__distinct"
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

    `whole` are those that need all rows at once. `is_bad` says which rows are bad, where some of them are shown.
    """

    check: str
    column: str
    sums: Mapping[str, ir.Scalar] = field(default_factory=dict)
    whole: Mapping[str, ir.Scalar] = field(default_factory=dict)
    is_bad: Test | None = None

    @property
    def stem(self) -> str:
        """What its counts are named after."""
        return f"{self.check}__{self.column}"


@dataclass(frozen=True)
class Examination:
    """All probes of a table over `rows`.

    `plain` are the same rows without what references lead to.
    """

    table: Table
    rows: ir.Table
    plain: ir.Table
    probes: tuple[Probe, ...]

    @property
    def sums(self) -> ir.Table:
        """One row with every count that adds up."""
        sums = {name: value for probe in self.probes for name, value in probe.sums.items()}
        return self.rows.aggregate(n_rows=self.rows.count(), **sums)

    @property
    def whole(self) -> ir.Table | None:
        """One row with what all rows at once tell, None where nothing does."""
        whole = {name: value for probe in self.probes for name, value in probe.whole.items()}
        return self.rows.aggregate(**whole) if whole else None

    @property
    def days(self) -> ir.Table | None:
        """How many rows there are of every day, None for a table without a time."""
        if not self.table.time:
            return None
        return self.plain.group_by(day="_day").agg(n=self.plain.count())

    @property
    def keys(self) -> ir.Table:
        """The keys by number, which may take two for one, never one for two: `key`."""
        return self.plain.select(key=group_key(self.plain["_key"]))


def examine(ws: Workspace, table: Table, as_of: dt.date, rows: ir.Table | None = None) -> Examination:
    """Return what to measure on a table, or on some rows of it, as of a day, with references joined on."""
    rows = ws.warehouse.table(table.name) if rows is None else rows
    rows = rows.mutate(_key=_key(rows, table))
    if table.time:
        at = rows[table.time]
        is_day = table[table.time].kind == "day"
        rows = rows.mutate(_day=at if is_day else local_day(at, ws.settings.timezone))
    plain = rows
    for column in table.columns:
        rows = _with_reference(ws, rows, table, column)
    shown = [column.name for column in table.columns if matters(table, column.name)]
    columns = [
        column
        for column in table.columns
        if column.name not in _BESIDE and not column.name.startswith(ORIGINAL)
    ]
    makers = (partial(_completeness, shown=shown), _validity, _range, _outliers, _references)
    probes = [probe for column in columns for make in makers for probe in make(rows, column)]
    probes += [_bad(check, column, rows, test) for check, column, test in sums(table, ws.settings.currency)]
    return Examination(table, rows, plain, (*_uniqueness(table), *probes, *_timely(table, as_of)))


def matters(table: Table, column: str) -> bool:
    """Say whether most figures need the column: the contract requires it, or `MATTERS` names it."""
    return table[column].is_required or column in MATTERS or f"{table.name}.{column}" in MATTERS


def _key(rows: ir.Table, table: Table) -> ir.StringValue:
    parts = [rows[name].cast("string").fill_null("") for name in table.key]
    return parts[0] if len(parts) == 1 else ibis.literal(JOINT).join(parts)


def _with_reference(ws: Workspace, rows: ir.Table, table: Table, column: Column) -> ir.Table:
    target, _, name = column.refers.partition(".")
    if not target or not ws.warehouse.count(target):
        return rows
    there = ws.warehouse.table(target).select(_there=name).distinct().filter(lambda t: t["_there"].notnull())
    joined = rows.left_join(there, rows[column.name] == there["_there"])
    lost = joined["_there"].isnull() & joined[column.name].notnull()
    return joined.mutate(**{f"_lost_{column.name}": lost}).drop("_there")


def _bad(check: str, column: str, rows: ir.Table, test: Test, *, shows: bool = True) -> Probe:
    """Count bad rows; some are looked up later if `shows`."""
    counts = {f"{check}__{column}__bad": _number(test(rows))}
    return Probe(check, column, counts, is_bad=test if shows else None)


def _number(is_bad: ir.BooleanValue) -> ir.IntegerScalar:
    """Count where true: a sum, since DuckDB copies all columns of the scan for each aggregate with a filter."""
    return is_bad.cast("int64").sum()


def _uniqueness(table: Table) -> Iterator[Probe]:
    yield Probe("uniqueness", "+".join(table.key))


def n_keys(ws: Workspace, examination: Examination) -> int:
    """Return the number of different keys by the keys themselves."""
    distinct = examination.plain["_key"].nunique().as_table()
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
        value = rows[column.name].cast("float64")
        stem = f"outliers__{column.name}"
        yield Probe(
            "outliers",
            column.name,
            whole={
                f"{stem}__n": value.count(),
                f"{stem}__low": value.min(),
                f"{stem}__high": value.max(),
                f"{stem}__quartiles": value.quantile(list(QUARTILES)),
            },
        )


def _references(rows: ir.Table, column: Column) -> Iterator[Probe]:
    flag = f"_lost_{column.name}"
    if flag in rows.columns:
        counts = {f"references__{column.name}__bad": _number(rows[flag])}
        yield Probe("references", column.name, whole=counts, is_bad=lambda t: t[flag])


def _timely(table: Table, as_of: dt.date) -> Iterator[Probe]:
    if table.time:
        yield Probe("future", table.time, is_bad=lambda t: (t["_day"] > as_of).fill_null(False))
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
