"""The life cycle of a customer: depth by number of orders, freshness by days since the last one."""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from quanyu.text import Text
from quanyu.warehouse.portable import days_between

STAGES: tuple[Text, ...] = ("prospect", "introduction", "growth", "mature", "declining", "lost")
"""潜客, 引入, 成长, 成熟, 衰退, 流失."""


@dataclass(frozen=True)
class LifeCycle:
    """Where the stages break: orders up to `introduction` and `growth`, days until one declines or is lost.

    The defaults are the usual ones where a shop has no history of its own: 2 and 7 orders, 60 and 90 days.
    """

    introduction: int = 2
    growth: int = 7
    declining_days: int = 60
    lost_days: int = 90

    def stage(self, n_orders: ir.IntegerColumn, recency_days: ir.IntegerColumn) -> ir.StringColumn:
        """Return the stage; a day equal to a limit still counts as fresh."""
        return ibis.cases(
            (n_orders.fill_null(0) == 0, "prospect"),
            (recency_days > self.lost_days, "lost"),
            (recency_days > self.declining_days, "declining"),
            (n_orders <= self.introduction, "introduction"),
            (n_orders <= self.growth, "growth"),
            else_="mature",
        )


def stage(p: ir.Table) -> ir.StringColumn:
    """Return the life-cycle stage of a person from the facts, by the default breaks."""
    return LifeCycle().stage(p.n_orders, days_between(p.as_of, p.last_order_on))
