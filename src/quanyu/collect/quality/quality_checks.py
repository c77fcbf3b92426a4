"""The quality checks as data, and one aggregate expression per table that measures all in one scan."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from quanyu.collect.sums import sums
from quanyu.tables import Column, Table
from quanyu.tables.contract import ORIGINAL
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
"""Keys are counted by number, which may take two for one, never one for two: `recounted` where that matters."""
_BESIDE = ("fx_rate",)
"""With the original amounts: what stands beside an amount and is judged with it."""


Test = Callable[[ir.Table], ir.BooleanValue]


@dataclass(frozen=True)
class Check:
    """One kind of check. `warns_above` is the bad share (or days, or ratio) from which it is a warning."""

    name: str
    label: Text
    warns_above: float
    measure: Measure = "share"


CHECKS: Mapping[str, Check] = MappingProxyType(
    {
        check.name: check
        for check in (
            Check("completeness", "Missing values", 0.2),
            Check("uniqueness", "Rows with the same key", 0.0),
            Check("validity", "Words that are not allowed", 0.0),
            Check("range", "Values out of range", 0.0),
            Check("outliers", "Values far from all others", 0.01),
            Check("references", "References that lead nowhere", 0.05),
            Check("future", "Times in the future", 0.0),
            Check("freshness", "Days since the newest row", 7.0, "days"),
            Check("volume", "Rows of the newest day against the usual", 0.5, "ratio"),
            Check("rejects", "Refused rows", 0.01),
            Check("sums", "Amounts that do not add up", 0.0),
            Check("refunds", "Refunds above what was paid", 0.0),
            Check("lines", "Orders that are not the sum of their lines", 0.01),
            Check("currencies", "Rows in another currency", 1.0),
            Check("rates", "Rows that wait for a rate", 0.0),
            Check("credits", "Credits for ads", 0.05),
            Check("feeds", "Feeds that have stopped", 0.2),
            Check("double_sales", "Sales that two sources tell", 0.0),
            Check("double_amount", "Net amount counted twice", 0.0, "money"),
        )
    }
)


@dataclass(frozen=True)
class Probe:
    """One check of one column: `counts` are the aggregates it needs, by the name they have in the scan.

    `is_bad` says which rows are bad, where some of them are shown.
    """

    check: str
    column: str
    counts: Mapping[str, ir.Scalar]
    is_bad: Test | None = None

    @property
    def stem(self) -> str:
        """What its counts are named after."""
        return f"{self.check}__{self.column}"


@dataclass(frozen=True)
class Examination:
    """All probes of a table over `rows`; `expression` is the one scan that answers them.

    `plain` are the same rows without what references lead to.
    """

    table: Table
    rows: ir.Table
    plain: ir.Table
    probes: tuple[Probe, ...]

    @property
    def expression(self) -> ir.Table:
        """One row with every count."""
        counts = {name: value for probe in self.probes for name, value in probe.counts.items()}
        return self.rows.aggregate(n_rows=self.rows.count(), **counts)


def examine(ws: Workspace, table: Table, as_of: dt.date) -> Examination:
    """Return what to measure on a table as of a day, with references joined on."""
    rows = ws.warehouse.table(table.name)
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
    return Examination(table, rows, plain, (*_uniqueness(rows, table), *probes, *_timely(rows, table, as_of)))


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
    return Probe(check, column, {f"{check}__{column}__bad": _number(test(rows))}, test if shows else None)


def _number(is_bad: ir.BooleanValue) -> ir.IntegerScalar:
    """Count where true: a sum, since DuckDB copies all columns of the scan for each aggregate with a filter."""
    return is_bad.cast("int64").sum()


def _uniqueness(rows: ir.Table, table: Table) -> Iterator[Probe]:
    yield Probe("uniqueness", "+".join(table.key), {DISTINCT: group_key(rows["_key"]).nunique()})


def recounted(ws: Workspace, examination: Examination, counts: Mapping[str, Any]) -> Mapping[str, int]:
    """Return the number of different keys by the keys themselves, where some seem to stand twice."""
    if counts[DISTINCT] == counts["n_rows"]:
        return {}
    distinct = examination.plain["_key"].nunique().as_table()
    return {DISTINCT: int(ws.warehouse.read(distinct).column(0)[0].as_py())}


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
            {
                f"{stem}__n": value.count(),
                f"{stem}__low": value.min(),
                f"{stem}__high": value.max(),
                f"{stem}__quartiles": value.quantile(list(QUARTILES)),
            },
        )


def _references(rows: ir.Table, column: Column) -> Iterator[Probe]:
    flag = f"_lost_{column.name}"
    if flag in rows.columns:
        yield _bad("references", column.name, rows, lambda t: t[flag])


def _timely(rows: ir.Table, table: Table, as_of: dt.date) -> Iterator[Probe]:
    if not table.time:
        return
    yield _bad("future", table.time, rows, lambda t: (t["_day"] > as_of).fill_null(False))
    if table.is_input:
        past = ibis.ifelse(rows["_day"] <= as_of, rows["_day"], ibis.null("date"))
        yield Probe("freshness", table.time, {"freshness__newest": past.max()})
        days = [as_of - dt.timedelta(days=back + 1) for back in range(USUAL_DAYS + 1)]
        counts = {f"volume__{back}": _number(rows["_day"] == day) for back, day in enumerate(days)}
        yield Probe("volume", table.time, counts)
