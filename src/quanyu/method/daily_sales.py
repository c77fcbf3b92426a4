"""Orders by day and sales channel: what tests of spend are planned by and read from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from quanyu.tables.sale import is_sale
from quanyu.warehouse.portable import local_day
from quanyu.workspace import Workspace

Floats = NDArray[np.float64]


def daily_sales(ws: Workspace, first: dt.date, days: int) -> dict[str, Floats]:
    """Return the orders that count as a sale of each sales channel (days,), from the day `first` on.

    By the day they were placed, as the return curves count them.
    """
    rows = ws.warehouse.table("orders")
    rows = rows.filter(is_sale(rows))
    keyed = rows.select(
        on=local_day(rows.ordered_at, ws.settings.timezone), name=rows.channel.fill_null("unknown")
    )
    inside = keyed.filter(keyed.on >= first, keyed.on < first + dt.timedelta(days=days))
    summed = inside.group_by("on", "name").agg(n=inside.count()).order_by("on", "name")
    by_name: dict[str, Floats] = {}
    for row in ws.warehouse.read(summed).to_pylist():
        by_name.setdefault(row["name"], np.zeros(days))[(row["on"] - first).days] = row["n"]
    return by_name


def apart(sales: Mapping[str, Floats], lands: Mapping[str, float], days: int) -> tuple[Floats, Floats]:
    """Return the orders (days,) of the sales channels that an ad leads to, and of the others, its control.

    Where nobody knows where it leads, all are its own and there is no control.

    >>> here, rest = apart({"a": np.array([1.0]), "b": np.array([2.0])}, {"a": 1.0}, 1)
    >>> here.tolist(), rest.tolist()
    ([1.0], [2.0])
    """
    nothing = np.zeros(days)
    is_own = {name: not lands or name in lands for name in sales}
    here = [rows for name, rows in sales.items() if is_own[name]]
    rest = [rows for name, rows in sales.items() if not is_own[name]]
    return np.sum([nothing, *here], axis=0), np.sum([nothing, *rest], axis=0)
