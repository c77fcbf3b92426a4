"""The quality checks as data, and one aggregate expression per table that measures all in one scan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Literal

import ibis
import ibis.expr.types as ir

from quanyu.tables import Column, Table
from quanyu.warehouse.portable import local_day
from quanyu.workspace import Workspace

Measure = Literal["share", "days", "ratio"]
USUAL_DAYS = 28
GRID = (0.0001, 0.001, 0.005, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.995, 0.999, 0.9999)
"""Quantiles read in the scan: quartiles make the fences, the tails say how many rows lie beyond them."""
NUMBERS = ("integer", "number", "money", "price")
MATTERS = ("id_key", "channel", "paid_amount", "net_amount", "cost_amount", "order_lines.item_id")
"""Columns that no contract requires but most figures need, in any table or in one."""
JOINT = "\x1f"


@dataclass(frozen=True)
class Check:
    """One kind of check. `warns_above` is the bad share (or days, or ratio) from which it is a warning."""

    name: str
    label: str
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
        )
    }
)


@dataclass(frozen=True)
class Probe:
    """One check of one column: `counts` are the aggregates it needs, by the name they have in the scan."""

    check: str
    column: str
    counts: Mapping[str, ir.Scalar]


@dataclass(frozen=True)
class Examination:
    """All probes of a table over `rows`; `expression` is the one scan that answers them."""

    table: Table
    rows: ir.Table
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
    for column in table.columns:
        rows = _with_reference(ws, rows, table, column)
    if table.time:
        at = rows[table.time]
        is_day = table[table.time].kind == "day"
        rows = rows.mutate(_day=at if is_day else local_day(at, ws.settings.timezone))
    shown = [column.name for column in table.columns if matters(table, column.name)]
    makers = (partial(_completeness, shown=shown), _validity, _range, _outliers, _references)
    probes = [probe for column in table.columns for make in makers for probe in make(rows, column)]
    return Examination(table, rows, (*_uniqueness(rows, table), *probes, *_timely(rows, table, as_of)))


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


def _bad(check: str, column: str, rows: ir.Table, is_bad: ir.BooleanValue, *, shows: bool = True) -> Probe:
    """Count bad rows and take the first and the last of their keys as examples."""
    stem = f"{check}__{column}"
    counts: dict[str, ir.Scalar] = {f"{stem}__bad": _number(is_bad)}
    if shows:
        key = ibis.ifelse(is_bad, rows["_key"], ibis.null("string"))
        counts |= {f"{stem}__first": key.min(), f"{stem}__last": key.max()}
    return Probe(check, column, counts)


def _number(is_bad: ir.BooleanValue) -> ir.IntegerScalar:
    """Count where true: a sum, since DuckDB copies all columns of the scan for each aggregate with a filter."""
    return is_bad.cast("int64").sum()


def _uniqueness(rows: ir.Table, table: Table) -> Iterator[Probe]:
    yield Probe("uniqueness", "+".join(table.key), {"uniqueness__distinct": rows["_key"].nunique()})


def _completeness(rows: ir.Table, column: Column, shown: Collection[str]) -> Iterator[Probe]:
    yield _bad("completeness", column.name, rows, rows[column.name].isnull(), shows=column.name in shown)


def _validity(rows: ir.Table, column: Column) -> Iterator[Probe]:
    if column.allowed:
        value = rows[column.name]
        yield _bad("validity", column.name, rows, value.notnull() & ~value.isin(column.allowed))


def _range(rows: ir.Table, column: Column) -> Iterator[Probe]:
    value = rows[column.name]
    limits = [value < column.low] if column.low is not None else []
    limits += [value > column.high] if column.high is not None else []
    if limits:
        yield _bad("range", column.name, rows, ibis.or_(*limits).fill_null(False))


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
                f"{stem}__grid": value.quantile(list(GRID)),
            },
        )


def _references(rows: ir.Table, column: Column) -> Iterator[Probe]:
    flag = f"_lost_{column.name}"
    if flag in rows.columns:
        yield _bad("references", column.name, rows, rows[flag])


def _timely(rows: ir.Table, table: Table, as_of: dt.date) -> Iterator[Probe]:
    if not table.time:
        return
    yield _bad("future", table.time, rows, (rows["_day"] > as_of).fill_null(False))
    if table.is_input:
        past = ibis.ifelse(rows["_day"] <= as_of, rows["_day"], ibis.null("date"))
        yield Probe("freshness", table.time, {"freshness__newest": past.max()})
        days = [as_of - dt.timedelta(days=back + 1) for back in range(USUAL_DAYS + 1)]
        counts = {f"volume__{back}": _number(rows["_day"] == day) for back, day in enumerate(days)}
        yield Probe("volume", table.time, counts)
