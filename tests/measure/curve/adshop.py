"""A shop with two sales channels of its own making and two ad channels whose effect is planted."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import pyarrow as pa

from quanyu.solve.array import Floats
from quanyu.solve.response import saturate
from quanyu.tables import contract
from quanyu.workspace import Workspace

AS_OF = dt.date(2026, 11, 20)
HALF = 60.0


@dataclass(frozen=True, eq=False)
class AdShop:
    """Daily orders of `own` and `taobao`, and the spend of `meta_ads` (lands on own) and `wanxiangtai` (on taobao)."""

    orders: Floats
    spend: Floats

    @property
    def days(self) -> list[dt.date]:
        """The days, oldest first."""
        n = self.orders.shape[1]
        return [AS_OF - dt.timedelta(days=n - at) for at in range(n)]


def adshop(days: int = 140, ceiling: float = 25.0, seed: int = 1) -> AdShop:
    """Draw the shop: meta_ads brings `ceiling` orders a day at full saturation, wanxiangtai nothing."""
    rng = np.random.default_rng(seed)
    level = np.exp(rng.normal(0, 0.7, (2, days // 5 + 1))) * (rng.random((2, days // 5 + 1)) > 0.2)
    spend = np.round(60 * np.repeat(level, 5, axis=1)[:, :days], 2)
    brought = ceiling * saturate(np.maximum(spend[0], 1e-9), HALF, 1.0)
    demand = 1 + 0.2 * np.sin(np.arange(days) / 9)
    orders = rng.poisson(np.array([18 * demand + brought, 30 * demand])).astype(float)
    return AdShop(orders, spend)


def daily_rows(shop: AdShop) -> pa.Table:
    """Return the shop as the rows that the method reduces, with a key of their own."""
    names = (("sales", "own"), ("sales", "taobao"), ("spend", "meta_ads"), ("spend", "wanxiangtai"))
    rows = [
        {
            "on": day, "kind": kind, "name": name,
            "n": Decimal(int(shop.orders[row][at])) if kind == "sales" else Decimal(0),
            "amount": Decimal(0) if kind == "sales" else Decimal(f"{shop.spend[row - 2][at]:.2f}"),
        }
        for row, (kind, name) in enumerate(names)
        for at, day in enumerate(shop.days)
    ]  # fmt: skip
    money = pa.decimal128(18, 2)
    schema = pa.schema(
        [("on", pa.date32()), ("kind", pa.string()), ("name", pa.string()), ("n", money), ("amount", money)]
    )
    table = pa.Table.from_pylist(rows, schema)
    return table.append_column("key", pa.array(range(len(table))))


def fill(ws: Workspace, shop: AdShop, *, has_costs: bool = True) -> Workspace:
    """Write the shop into a workspace: orders with margin 40, spend, and the clicks of people who buy on own."""
    margin = Decimal(40) if has_costs else None
    orders = [
        {
            "order_id": f"{channel}{at}-{n}", "source": "test", "id_key": f"user:{channel}{at}-{n}", "channel": channel,
            "ordered_at": dt.datetime.combine(day, dt.time(4), dt.UTC), "status": "completed",
            "gross_amount": Decimal(100), "paid_amount": Decimal(100), "net_amount": Decimal(100), "margin_amount": margin,
        }
        for row, channel in enumerate(("own", "taobao"))
        for at, day in enumerate(shop.days)
        for n in range(int(shop.orders[row][at]))
    ]  # fmt: skip
    spend = [
        {
            "spent_on": day, "source": "test", "platform": platform, "channel": channel, "campaign_id": platform,
            "cost_amount": Decimal(f"{shop.spend[row][at]:.2f}"), "platform_orders": 9.0, "attribution_window": window,
        }
        for row, (platform, channel) in enumerate((("meta_ads", "social"), ("wanxiangtai", "taobao")))
        for at, day in enumerate(shop.days)
        for window in ("7d", "15d")
    ]  # fmt: skip
    own = [one for one in orders if one["channel"] == "own"][-600:]
    touches = [
        {
            "touch_id": f"t{one['order_id']}", "source": "test", "id_key": one["id_key"], "channel": "meta_ads",
            "touched_at": one["ordered_at"] - dt.timedelta(hours=2), "kind": "click",
        }
        for one in own
    ]  # fmt: skip
    for name, rows in (("orders", orders), ("spend", spend), ("touches", touches)):
        ws.warehouse.replace(
            name, pa.Table.from_pylist(rows, contract(name).schema.to_pyarrow()), by="collect"
        )
    return ws
