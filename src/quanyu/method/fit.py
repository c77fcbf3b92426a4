"""Every fit: what the method needs is added up where the rows are, and solved."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Mapping
from typing import TypeAlias

import ibis.expr.types as ir
import pyarrow as pa

from quanyu.errors import MethodError
from quanyu.method.card import Fit, Inconclusive, plain
from quanyu.method.method import Method
from quanyu.method.need import Need, Stats

Reduce: TypeAlias = Callable[[ir.Table], pa.Table]
"""Runs one expression where the rows are: `ws.warehouse.read`."""

Window: TypeAlias = tuple[dt.date | None, dt.date | None]


def measure(need: Need, reduce: Reduce) -> tuple[Stats, int]:
    """Answer a need and say how many queries it took: one, and a look at 1000 rows for moments."""
    glance = need.peek()
    ready = need if glance is None else need.shifted(reduce(glance))
    return ready.answers(reduce(ready.query())), 1 if glance is None else 2


def fit(
    method: Method,
    table: ir.Table,
    *,
    reduce: Reduce,
    window: Window = (None, None),
    versions: Mapping[str, int] | None = None,
    seed: int = 0,
) -> Fit | Inconclusive:
    """Fit a method to a table and return its card, or `Inconclusive` with the reason."""
    stats, scans = measure(method.need(table), reduce)
    solved = method.solve(stats)
    if isinstance(solved, Inconclusive):
        return solved
    # Twelve digits: sums in another order differ in the last bits; equal data shall give equal bytes.
    learned = plain(solved, digits=12)
    diagnostics = learned.pop("diagnostics", {})
    spec = plain(spec_of(method))
    return Fit(
        method=type(method).__name__,
        spec=spec,
        parameters=learned,
        window=window,
        versions=dict(versions or {}),
        scans=scans,
        diagnostics=diagnostics,
        seed=seed,
    )


def spec_of(method: Method) -> Mapping[str, object]:
    """Return the specification of a method as a mapping of its fields."""
    if not dataclasses.is_dataclass(method) or isinstance(method, type):
        raise MethodError(
            "{method!r} is not a frozen dataclass.",
            "Declare the specification with @dataclass(frozen=True).",
            method=method,
        )
    return {item.name: getattr(method, item.name) for item in dataclasses.fields(method)}
