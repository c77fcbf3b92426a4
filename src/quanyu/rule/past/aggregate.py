"""Figures of what a person did, each once: over rows of a table, and over the rows of one person."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from quanyu.text import Text


@dataclass(frozen=True)
class Chosen:
    """Rows over which a figure is taken: which count, their moment, local day and column, and what orders them."""

    claim: ir.BooleanValue
    at: ir.Value
    day: ir.Value
    value: Any
    order: ir.Value


Row = tuple[dt.datetime, dt.date, Any]
"""The moment of a row, its local day, and its value in the column; rows come in their order."""


@dataclass(frozen=True)
class Aggregate:
    """One figure: `over` chosen rows of a table, `of` the rows of one person; `kind` is its type, None the column's."""

    label: Text
    over: Callable[[Chosen], ir.Value]
    of: Callable[[Sequence[Row]], Any]
    kind: str | None = "float64"
    has_column: bool = True
    is_count: bool = False
    """Whether somebody without rows has 0 of it; else it is unknown of them."""


def _known(rows: Sequence[Row]) -> list[Any]:
    return [value for *_, value in rows if value is not None]


def _total(values: Sequence[Any]) -> float:
    return math.fsum(float(value) for value in values)


def _sum(chosen: Chosen) -> ir.Value:
    return chosen.value.sum(where=chosen.claim).cast("float64")


def _average(chosen: Chosen) -> ir.Value:
    n = chosen.value.count(where=chosen.claim)
    return _sum(chosen) / n.nullif(0)


def _at_end(end: str) -> Callable[[Chosen], ir.Value]:
    """Return the value of the first or last row, unknown where it is unknown there."""
    return lambda chosen: getattr(chosen.value, end)(chosen.order, where=chosen.claim)


AGGREGATES: Mapping[str, Aggregate] = {
    "times": Aggregate("times", lambda rows: rows.claim.sum(), lambda rows: float(len(rows)), has_column=False, is_count=True),
    "days": Aggregate("days", lambda rows: rows.day.nunique(where=rows.claim), lambda rows: float(len({day for _, day, _ in rows})),
                      has_column=False, is_count=True),
    "distinct": Aggregate("distinct", lambda rows: rows.value.nunique(where=rows.claim),
                          lambda rows: float(len(set(_known(rows)))), is_count=True),
    "total": Aggregate("total", _sum, lambda rows: _total(_known(rows)), is_count=True),
    "average": Aggregate("average", _average, lambda rows: _total(_known(rows)) / len(_known(rows)) if _known(rows) else None),
    "largest": Aggregate("largest", lambda rows: rows.value.max(where=rows.claim).cast("float64"),
                         lambda rows: max((float(value) for value in _known(rows)), default=None)),
    "smallest": Aggregate("smallest", lambda rows: rows.value.min(where=rows.claim).cast("float64"),
                          lambda rows: min((float(value) for value in _known(rows)), default=None)),
    "first": Aggregate("first", lambda rows: rows.at.min(where=rows.claim), lambda rows: rows[0][0] if rows else None,
                       "timestamp('UTC')", has_column=False),
    "last": Aggregate("last", lambda rows: rows.at.max(where=rows.claim), lambda rows: rows[-1][0] if rows else None,
                      "timestamp('UTC')", has_column=False),
    "earliest": Aggregate("of the first", _at_end("argmin"), lambda rows: rows[0][2] if rows else None, None),
    "latest": Aggregate("of the last", _at_end("argmax"), lambda rows: rows[-1][2] if rows else None, None),
}  # fmt: skip
"""Every figure. Values that are not known are passed over, but for the value of the first or the last row."""


__all__ = ["AGGREGATES", "Aggregate", "Chosen", "Row"]
