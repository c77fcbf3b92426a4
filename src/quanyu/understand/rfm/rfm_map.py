"""What the RFM screen asks: the eight groups, the recency-frequency cells, and who is in one of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import ibis.expr.types as ir

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


@dataclass(frozen=True)
class Buyer:
    """One buyer of a group or cell."""

    person_id: str
    recency_days: int
    frequency: int
    monetary_amount: Decimal
    group_id: str
    region: str | None
    member_tier: str | None


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


def rfm_members(
    ws: Workspace, group_id: str | None = None, cell: tuple[int, int] | None = None, limit: int = 200
) -> list[Buyer]:
    """Return the buyers of a group, or of a cell (r_score, f_score), most money first."""
    rows = ws.warehouse.table("rfm")
    if group_id is not None:
        rows = rows.filter(rows.group == group_id)
    if cell is not None:
        rows = rows.filter((rows.r_score == cell[0]) & (rows.f_score == cell[1]))
    first = rows.order_by(rows.monetary_amount.desc(), rows.person_id).limit(limit)
    people: ir.Table = ws.warehouse.table("people").select("person_id", "region", "member_tier")
    joined = first.left_join(people, "person_id")
    wanted = joined.select(
        "person_id", "recency_days", "frequency", "monetary_amount", "region", "member_tier", group_id="group"
    )
    listed = ws.warehouse.read(wanted.order_by(wanted.monetary_amount.desc(), wanted.person_id))
    return [Buyer(**row) for row in listed.to_pylist()]
