"""Two traits together: how many people have both a value of the one and a value of the other."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from quanyu.understand.trait.distribution import Distribution, distribution
from quanyu.workspace import Workspace

MOST_CELLS = 12
"""Bars of each of two traits, about: more are not told apart in a picture."""


@dataclass(frozen=True)
class Pair:
    """Two distributions and the people in both: by the places of their bars; who is in no cell is in `n_beside`."""

    first: Distribution
    second: Distribution
    cells: Mapping[tuple[int, int], int]
    n_beside: int


def pair(ws: Workspace, first: str, second: str) -> Pair:
    """Return how many people are in each bar of one trait and each bar of another.

    `n_beside` are those of whom one of the two is not known, or a rarer word than the bars have. Raises `ColumnError` for a
    trait that is not in the portraits.
    """
    one, other = distribution(ws, first, MOST_CELLS), distribution(ws, second, MOST_CELLS)
    portraits = ws.warehouse.table("portraits")
    placed = portraits.select(across=_place(portraits[first], one), up=_place(portraits[second], other))
    counts = placed.group_by("across", "up").aggregate(n=placed.count())
    rows = ws.warehouse.read(counts).to_pylist()
    cells = {(row["across"], row["up"]): row["n"] for row in rows if None not in (row["across"], row["up"])}
    return Pair(one, other, cells, sum(row["n"] for row in rows) - sum(cells.values()))


def _place(value: ir.Value, side: Distribution) -> ir.Value:
    """Return the place of a value among the bars; null where it is in none. The outer ranges take all beyond them."""
    if not side.bars:
        return ibis.null("int64")
    if not side.is_ordered:
        word = value.cast("string")
        return ibis.cases(*((word == bar.label, place) for place, bar in enumerate(side.bars)), else_=None)
    is_days = isinstance(side.bars[0].high, dt.date)
    number = value.cast("date" if is_days else "float64")
    below = ((number < ibis.literal(bar.high), place) for place, bar in enumerate(side.bars[:-1]))
    return ibis.cases((number.isnull(), None), *below, else_=len(side.bars) - 1)
