"""What the value screen asks: the tenths, who is in one, where people are still active, and whether to trust it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import ibis.expr.types as ir

from quanyu.understand.value.value_card import ModelCard, Told, model_card, why_not
from quanyu.workspace import Workspace

QUIET = (30, 60, 90, 180, 365)
"""Days since the last order at which the columns of the map end; the last column has no end."""
BOUGHT = (1, 2, 3, 4, 5, 9)
"""Purchases at which the rows of the map end; the last row has no end."""


@dataclass(frozen=True)
class Tenth:
    """One tenth of the buyers by value, 10 the most valuable: means per buyer, and its share of all value."""

    decile: int
    n_people: int
    clv_amount: float
    low_amount: float
    high_amount: float
    expected_orders: float
    p_alive: float | None
    mean_amount: float
    value_share: float


@dataclass(frozen=True)
class AliveCell:
    """Buyers by days since the last order and purchases (places in `QUIET` and `BOUGHT`), and how many are alive."""

    quiet: int
    bought: int
    n_people: int
    p_alive: float


@dataclass(frozen=True)
class ValueMap:
    """The whole picture; `card` is None and `reason` says why where nothing could be forecast.

    `n_alive` is None and `cells` are empty where P(alive) is withdrawn; the card says why.
    """

    n_people: int
    clv_amount: float
    expected_orders: float
    n_alive: float | None
    tenths: tuple[Tenth, ...]
    cells: tuple[AliveCell, ...]
    card: ModelCard | None
    reason: Told | None
    as_of: dt.date | None


def value_map(ws: Workspace) -> ValueMap:
    """Return tenths and cells from one scan of `lifetimes`, with the card of its fit."""
    rows = ws.warehouse.table("lifetimes")
    quiet, bought = rows.age_days - rows.span_days, rows.n_repeats + 1
    amounts = {name: rows[name].cast("float64").sum() for name in _SUMS}
    grouped = rows.group_by("decile", quiet=_step(quiet, QUIET), bought=_step(bought, BOUGHT))
    groups = ws.warehouse.read(
        grouped.aggregate(n=rows.count(), as_of=rows.as_of.max(), fit_id=rows.fit_id.max(), **amounts)
    ).to_pylist()
    if not groups:
        return ValueMap(
            n_people=0,
            clv_amount=0.0,
            expected_orders=0.0,
            n_alive=0.0,
            tenths=(),
            cells=(),
            card=None,
            reason=why_not(ws),
            as_of=None,
        )
    total = {name: sum(row[name] or 0.0 for row in groups) for name in _SUMS}
    card = model_card(ws, groups[0]["fit_id"])
    # What the model that failed says of who is alive says nothing either.
    if card is not None and card.fits is False:
        groups = [{**row, "p_alive": None} for row in groups]
    has_alive = any(row["p_alive"] is not None for row in groups)
    return ValueMap(
        n_people=sum(row["n"] for row in groups),
        clv_amount=total["clv_amount"],
        expected_orders=total["expected_orders"],
        n_alive=total["p_alive"] if has_alive else None,
        tenths=tuple(_tenth(decile, groups, total["clv_amount"]) for decile in _deciles(groups)),
        cells=tuple(_cells(groups)) if has_alive else (),
        card=card,
        reason=None,
        as_of=max(row["as_of"] for row in groups),
    )


_SUMS = ("clv_amount", "clv_amount_low", "clv_amount_high", "expected_orders", "p_alive", "mean_amount")


def _step(value: ir.IntegerColumn, ends: Sequence[int]) -> ir.IntegerColumn:
    """The number of ends below the value: its place among the steps."""
    above = [(value > end).cast("int64") for end in ends]
    return sum(above[1:], above[0])


def _deciles(groups: list[dict[str, Any]]) -> list[int]:
    return sorted({row["decile"] for row in groups if row["decile"] is not None}, reverse=True)


def _tenth(decile: int, groups: list[dict[str, Any]], total: float) -> Tenth:
    rows = [row for row in groups if row["decile"] == decile]
    n = sum(row["n"] for row in rows)
    mean = {name: sum(row[name] or 0.0 for row in rows) / n for name in _SUMS}
    return Tenth(
        decile=decile,
        n_people=n,
        clv_amount=mean["clv_amount"],
        low_amount=mean["clv_amount_low"],
        high_amount=mean["clv_amount_high"],
        expected_orders=mean["expected_orders"],
        p_alive=mean["p_alive"] if any(row["p_alive"] is not None for row in rows) else None,
        mean_amount=mean["mean_amount"],
        value_share=mean["clv_amount"] * n / total if total else 0.0,
    )


def _cells(groups: list[dict[str, Any]]) -> list[AliveCell]:
    sums: dict[tuple[int, int], tuple[int, float]] = {}
    for row in groups:
        place = (row["quiet"], row["bought"])
        n, alive = sums.get(place, (0, 0.0))
        sums[place] = (n + row["n"], alive + row["p_alive"])
    return [AliveCell(*place, n, alive / n) for place, (n, alive) in sorted(sums.items())]
