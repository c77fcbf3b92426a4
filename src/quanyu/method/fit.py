"""The driver of every fit: begin, then need, reduce and solve until the method is done."""

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

MOST_SCANS = 200


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
    """Fit a method to a table and return its card, or `Inconclusive` with the reason.

    Raises `MethodError` when the method does not come to an end within 200 rounds.
    """
    state, scans = method.begin(), 0
    for _ in range(MOST_SCANS):
        stats, taken = measure(method.need(state, table), reduce)
        scans += taken
        solved = method.solve(stats, state)
        if isinstance(solved, Inconclusive):
            return solved
        state, is_done = solved
        if is_done:
            break
    else:
        raise MethodError(
            "{method} did not settle within {rounds} rounds.",
            "Loosen its tolerance.",
            method=method,
            rounds=MOST_SCANS,
        )
    # Twelve digits: sums in another order differ in the last bits; equal data shall give equal bytes.
    learned = plain(state, digits=12)
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
