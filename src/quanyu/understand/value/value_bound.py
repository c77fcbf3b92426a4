"""What a buyer may bring at least and at most: the spread of orders to come and of what they are worth together."""

from __future__ import annotations

import math
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from quanyu.method import Fit, Parameters
from quanyu.solve.history import Values, in_blocks
from quanyu.solve.spending import sum_chance
from quanyu.solve.value import Estimate
from quanyu.understand.lifetime import lifetime_score, order_value

LEVELS = 36
"""Into how many steps the part of the living below a bound is cut."""
ONE_PRICE = 1e-6
"""Variation below which every order is worth the same, and only the number of orders is uncertain."""
AGES, POINTS, MOST = 24, 160, 120
"""Ages told apart; places at which the chance of an amount is worked out; orders beyond which nothing is counted."""


def money_bounds(
    fitted: Estimate, fit: Fit, worth: tuple[Parameters, float], scored: ir.Table
) -> tuple[ir.FloatingValue, ir.FloatingValue, ir.Table]:
    """Return the amounts that 9 in 10 such buyers reach, and that 9 in 10 stay below, not discounted, and the table they are of.

    `worth` are the parameters of the worth of an order, and how single orders vary around it (`Worth.variation`). With
    1 - P(alive) a buyer is gone and brings nothing; quantiles of the living, relative to the buyer's own scale, are looked
    up by purchases and age.
    """
    learned, varied = worth
    if learned["rule"] == order_value.AVERAGE and varied < ONE_PRICE:
        return scored.orders_low * learned["average"], scored.orders_high * learned["average"], scored
    first, last = fit.parameters["age_days"]
    step = max(1, math.ceil((last - first + 1) / AGES))
    ahead = ibis.memtable(_quantiles(fitted, fit, learned, varied, step))
    rows = scored.mutate(
        _of=lifetime_score.group_of(fit, scored),
        _step=((scored.age_days - first) / step).floor().cast("int64"),
    )
    joined = rows.left_join(
        ahead,
        (rows.n_repeats == ahead["_repeats"])
        & (rows["_step"] == ahead["_age"])
        & (rows["_of"] == ahead["_group"]),
    )
    scale = _scale(learned, joined)
    low, high = (
        scale * joined["_amounts"][_place(joined.p_alive, 1 - share, is_up)]
        for share, is_up in ((lifetime_score.LOW, False), (lifetime_score.HIGH, True))
    )
    return low, high, joined


def _place(alive: ir.FloatingValue, above: float, is_up: bool) -> ir.IntegerValue:
    """The step of the quantile of the living that leaves `above` of all above it; 0, nothing, where fewer are alive."""
    level = (1 - above / ibis.greatest(alive, 1e-9)) / lifetime_score.HIGH * LEVELS
    step = level.ceil() if is_up else level.floor()
    return ibis.greatest(ibis.least(step, float(LEVELS)), 0.0).cast("int32")


def _scale(learned: Parameters, rows: ir.Table) -> Any:
    if learned["rule"] == order_value.AVERAGE:
        return ibis.literal(float(learned["average"]))
    n, mean = rows.n_orders.cast("float64"), rows.mean_amount.cast("float64")
    return float(learned["gamma"]) + n * ibis.greatest(mean, 0.0)


def _quantiles(fitted: Estimate, fit: Fit, learned: Parameters, varied: float, step: int) -> pa.Table:
    """By purchases, step of age and group the amounts, on the buyer's own scale, below which 0, 1, ... steps of the living lie."""
    repeats = np.array(fit.parameters["n_repeats"], dtype=np.int64)
    first, last = fit.parameters["age_days"]
    ages = np.arange(first, last + 1, step) + (step - 1) / 2
    groups = max(len(fit.parameters["groups"]), 1)
    n_each = len(ages) * groups
    x, of = np.repeat(repeats, n_each), np.tile(np.arange(groups), len(ages) * len(repeats))
    age = np.tile(np.repeat(ages, groups), len(repeats))
    days = float(fit.spec.get("horizon_time") or fit.spec["horizon_days"])
    amounts: list[Values] = []
    for rows in in_blocks(len(repeats), max(1, 4_096 // n_each)):
        part = slice(rows.start * n_each, rows.stop * n_each)
        model = fitted.model(of[part])
        upto = model.upto_if_alive(x[part].astype(np.float64), age[part], days, MOST)
        for at, n in enumerate(repeats[rows]):
            here = upto[at * n_each : (at + 1) * n_each]
            amounts += _inverted(here, learned, varied, float(n + 1))
    return pa.table({
        "_repeats": x, "_age": np.tile(np.repeat(np.arange(len(ages)), groups), len(repeats)), "_group": of,
        "_amounts": pa.array(amounts, pa.list_(pa.float64())),
    })  # fmt: skip


def _inverted(upto: Values, learned: Parameters, varied: float, n: float) -> list[Values]:
    """The amounts at every level, for rows of the chances of at most 0, 1, ... orders."""
    levels = lifetime_score.HIGH * np.arange(LEVELS + 1) / LEVELS
    places, by_count = sum_chance(learned, varied, n, (MOST, POINTS))
    total = np.maximum.accumulate(np.diff(upto, axis=1, prepend=0.0) @ by_count, axis=1)
    return [np.where(levels > row[0], np.interp(levels, row, places), 0.0) for row in total]
