"""What the RFM screen asks: the eight groups and the recency-frequency cells."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from quanyu.tables.view.rfm_groups import GROUPS, RfmGroup
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class GroupSize:
    """How many people a group has and what they spent, with the shares of all buyers."""

    group: RfmGroup
    n_people: int
    monetary_amount: float
    people_share: float
    money_share: float


@dataclass(frozen=True)
class RfmCell:
    """Buyers with one recency score and one frequency score."""

    r_score: int
    f_score: int
    n_people: int
    monetary_amount: float


@dataclass(frozen=True)
class RfmMap:
    """The whole picture: groups in their order, cells, the highest score, and the day it speaks of."""

    groups: tuple[GroupSize, ...]
    cells: tuple[RfmCell, ...]
    best: int
    n_people: int
    as_of: dt.date | None


def rfm_map(ws: Workspace) -> RfmMap:
    """Return groups and cells from one scan of `rfm`."""
    rows = ws.warehouse.table("rfm")
    counted = rows.group_by("group", "r_score", "f_score").aggregate(
        n=rows.count(), amount=rows.monetary_amount.sum().cast("float64"), as_of=rows.as_of.max()
    )
    counts = ws.warehouse.read(counted).to_pylist()
    people, money = sum(row["n"] for row in counts), sum(row["amount"] for row in counts)
    groups = []
    for group in GROUPS:
        n = sum(row["n"] for row in counts if row["group"] == group.group_id)
        amount = sum(row["amount"] for row in counts if row["group"] == group.group_id)
        groups.append(
            GroupSize(group, n, amount, n / people if people else 0.0, amount / money if money else 0.0)
        )
    cells: dict[tuple[int, int], tuple[int, float]] = {}
    for row in counts:
        n, amount = cells.get((row["r_score"], row["f_score"]), (0, 0.0))
        cells[row["r_score"], row["f_score"]] = (n + row["n"], amount + row["amount"])
    kept = tuple(RfmCell(*scores, *sums) for scores, sums in sorted(cells.items()))
    best = max((score for scores in cells for score in scores), default=0)
    return RfmMap(tuple(groups), kept, best, people, max((row["as_of"] for row in counts), default=None))
