"""The outlook of the customers together: how often they will buy in the next days, with an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from quanyu.ledger import find_fit
from quanyu.method import Cells, Fit
from quanyu.solve.history import in_blocks
from quanyu.understand.lifetime import estimate_of
from quanyu.workspace import Workspace

NORMAL_975 = 1.959964
MOST = 60
"""Purchases of one customer beyond which nothing is counted in the spread."""


@dataclass(frozen=True)
class Outlook:
    """Expected purchases (days with an order) of all known customers in the next `days`.

    `low` and `high` hold it 19 times out of 20 if customers go on as the model has them: they say nothing of
    festivals and campaigns to come.
    """

    days: int
    n_buyers: int
    expected: float
    low: float
    high: float


def outlook(ws: Workspace, days: int) -> Outlook | None:
    """Return the outlook from the newest fit; None where no customer could be forecast.

    None too where the fit has groups (setting `lifetime.by`): the table does not say who belongs to which.

    The variance of a customer with probability p of being alive and N purchases if alive is
    p E(N^2) - (p E(N))^2; customers are independent.
    """
    rows = ws.warehouse.table("lifetimes")
    names = ("n_repeats", "span_days", "age_days")
    counts = rows.group_by(*names, "fit_id").aggregate(n=rows.count())
    found = ws.warehouse.read(counts)
    if not len(found):
        return None
    kept = find_fit(ws.ledger, found["fit_id"][0].as_py())
    if kept is None or not kept.parameters or kept.parameters["groups"]:
        return None
    cells = Cells.of({name: found[name].to_numpy() for name in names}, found["n"].to_numpy())
    card = Fit(kept.method, kept.spec, kept.parameters)
    x, t_x, age = (cells.columns[name].astype(np.float64) for name in names)
    model = estimate_of(card).model()
    alive = model.p_alive(x, t_x, age)
    mean = alive * model.orders_if_alive(x, age, np.full(len(x), float(days)))
    square = np.empty(len(x))
    for block in in_blocks(len(x), 2_048):
        beyond = 1 - model.upto_if_alive(x[block], age[block], float(days), MOST)
        square[block] = alive[block] * (beyond * (2 * np.arange(MOST + 1) + 1)).sum(axis=1)
    total = float(cells.weight @ mean)
    width = NORMAL_975 * math.sqrt(max(float(cells.weight @ (square - mean**2)), 0.0))
    return Outlook(days, cells.n, total, total - width, total + width)
