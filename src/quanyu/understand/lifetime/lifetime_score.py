"""Scores of lifetimes: P(alive) as an expression over each row, the future of the living from a small table."""

from __future__ import annotations

import math
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from quanyu.method import Fit
from quanyu.method.method import Arrays
from quanyu.solve.history import Values, in_blocks
from quanyu.solve.value import BgNbd, Estimate, pareto_nbd

LOW, HIGH = 0.1, 0.9
"""The part of a hundred that lies below `orders_low`, and at or below `orders_high`."""
HISTORY = ("n_repeats", "span_days", "age_days", "_group")
SURELY_GONE = math.exp(500)


def score_rows(fitted: Estimate, fit: Fit, t: ir.Table) -> ir.Table:
    """Return `t` with the scores."""
    n_groups = len(fit.parameters["groups"])
    rows = _with_alive(fitted, t.mutate(_group=group_of(fit, t)), n_groups)
    ahead = ibis.memtable(_ahead(fitted, fit))
    joined = rows.left_join(
        ahead,
        (rows.n_repeats == ahead["_repeats"])
        & (rows.age_days == ahead["_age"])
        & (rows["_group"] == ahead["_of"]),
    )
    return joined.select(
        *t.columns,
        "p_alive",
        expected_orders=joined.p_alive * joined["_orders"],
        discounted_orders=joined.p_alive * joined["_discounted"],
        orders_low=joined["_fewest"].filter(lambda cut: cut < joined.p_alive).length().cast("int64"),
        orders_high=joined["_most"].filter(lambda cut: cut < joined.p_alive).length().cast("int64"),
    )


def score_values(fitted: Estimate, fit: Fit, columns: Arrays) -> Arrays:
    """Return the scores of arrays."""
    x, t_x, age = (columns[name].astype(np.float64) for name in ("n_repeats", "span_days", "age_days"))
    group = np.zeros(len(x), dtype=np.int64)
    if names := fit.parameters["groups"]:
        place = {name: at for at, name in enumerate(names)}
        labels = columns[fit.spec["by"]]
        group = np.array([place.get(str(label), len(names) - 1) for label in labels], dtype=np.int64)
    alive = fitted.model(group).p_alive(x, t_x, age)
    rows, inverse = np.unique(np.stack([x, age, group]), axis=1, return_inverse=True)
    orders, discounted, low, high = _future(fitted, fit, rows[0], rows[1], rows[2].astype(np.int64))
    place_of = inverse.ravel()
    return {
        "p_alive": alive,
        "expected_orders": alive * orders[place_of],
        "discounted_orders": alive * discounted[place_of],
        "orders_low": np.array(
            [np.sum(low[at] < p) for at, p in zip(place_of, alive, strict=True)], dtype=np.int64
        ),
        "orders_high": np.array(
            [np.sum(high[at] < p) for at, p in zip(place_of, alive, strict=True)], dtype=np.int64
        ),
    }


def group_of(fit: Fit, t: ir.Table) -> ir.IntegerValue:
    """Return the number of each row's group; 0 where a fit has none."""
    names = fit.parameters["groups"]
    if not names:
        return ibis.literal(0, "int64")
    label = t[fit.spec["by"]]
    return ibis.cases(
        *((label == name, ibis.literal(at, "int64")) for at, name in enumerate(names)),
        else_=ibis.literal(len(names) - 1, "int64"),
    )


def _with_alive(fitted: Estimate, rows: ir.Table, n_groups: int) -> ir.Table:
    """Add p_alive. The integral over the moment of death is dear: it is worked out once per history, of which many have the same."""
    if issubclass(fitted.kind, BgNbd):
        return _alive(fitted, rows, n_groups)
    told = _alive(fitted, rows.select(*HISTORY).distinct(), n_groups).select(*HISTORY, "p_alive")
    told = told.rename({f"{name}_of": name for name in HISTORY})
    joined = rows.left_join(told, [(name, f"{name}_of") for name in HISTORY])
    return joined.select(*rows.columns, "p_alive")


def _alive(fitted: Estimate, rows: ir.Table, n_groups: int) -> ir.Table:
    """Add p_alive: 1 / (1 + odds of being gone)."""
    names = fitted.kind.names
    if n_groups:
        per_group = [fitted.model(np.array([at])) for at in range(n_groups)]
        values: dict[str, Any] = {
            name: ibis.cases(
                *(
                    (rows["_group"] == at, float(np.ravel(getattr(model, name))[0]))
                    for at, model in enumerate(per_group)
                )
            )
            for name in names
        }
        rows = rows.mutate(**{f"_{name}": value for name, value in values.items()})
        p = {name: rows[f"_{name}"] for name in names}
    else:
        p = {name: ibis.literal(float(value)) for name, value in zip(names, fitted.parameters, strict=True)}
    x, t_x, age = (rows[name].cast("float64") for name in ("n_repeats", "span_days", "age_days"))
    odds = _coin_odds if issubclass(fitted.kind, BgNbd) else _death_odds
    rows = odds(fitted.kind, rows, p, (x, t_x, age))
    return rows.mutate(p_alive=ibis.ifelse(rows["_odds"] > SURELY_GONE, 0.0, 1 / (1 + rows["_odds"])))


def _coin_odds(kind: type[BgNbd], rows: ir.Table, p: dict[str, Any], at: tuple[Any, Any, Any]) -> ir.Table:
    x, t_x, age = at
    k = x + kind.first_toss
    since = (p["alpha"] + age).ln() - (p["alpha"] + t_x).ln()
    tossed = ibis.ifelse(k > 0, p["b"] + k - 1, 1.0)
    level = p["a"].ln() - tossed.ln() + (p["r"] + x) * since
    return rows.mutate(_odds=ibis.ifelse(k > 0, ibis.least(level, 600.0).exp(), 0.0))


def _death_odds(kind: type[Any], rows: ir.Table, p: dict[str, Any], at: tuple[Any, Any, Any]) -> ir.Table:
    """The integral over the moment of death relative to being alive, by the nodes of `solve.value.pareto_nbd`."""
    x, t_x, age = at
    r, alpha, s, beta = (p[name] for name in ("r", "alpha", "s", "beta"))
    least = ibis.least(alpha, beta)
    cuts = [
        (scale + t_x) * ibis.least(pareto_nbd.REACH / power, 600.0).exp() - scale
        for scale, power in ((alpha, r + x), (beta, s + 1))
    ]
    rows = rows.mutate(
        _low=(least + t_x).ln(),
        _high=(least + ibis.least(age, *cuts)).ln(),
        _least=least,
        _now=(r + x) * (alpha + age).ln() + s * (beta + age).ln(),
    )
    parts = []
    for node, weight in zip(pareto_nbd.NODE, pareto_nbd.WEIGHT, strict=True):
        v = rows["_low"] + (rows["_high"] - rows["_low"]) * float(node)
        u = v.exp() - rows["_least"]
        level = rows["_now"] + v - (r + x) * (alpha + u).ln() - (s + 1) * (beta + u).ln()
        parts.append(ibis.least(level, 600.0).exp() * float(weight))
    total = sum(parts[1:], parts[0])
    return rows.mutate(_odds=s * (rows["_high"] - rows["_low"]) * total)


def _ahead(fitted: Estimate, fit: Fit) -> pa.Table:
    """The future of the living by repeats, age and group, over all that occurred."""
    repeats = np.array(fit.parameters["n_repeats"], dtype=np.float64)
    first, last = fit.parameters["age_days"]
    groups = max(len(fit.parameters["groups"]), 1)
    ages = np.arange(first, last + 1, dtype=np.float64)
    x = np.repeat(repeats, len(ages) * groups)
    age = np.tile(np.repeat(ages, groups), len(repeats))
    group = np.tile(np.arange(groups), len(repeats) * len(ages))
    orders, discounted, low, high = _future(fitted, fit, x, age, group)
    return pa.table(
        {
            "_repeats": pa.array(x.astype(np.int64)),
            "_age": pa.array(age.astype(np.int64)),
            "_of": pa.array(group.astype(np.int64)),
            "_orders": orders,
            "_discounted": discounted,
            "_fewest": pa.array(low, pa.list_(pa.float64())),
            "_most": pa.array(high, pa.list_(pa.float64())),
        }
    )


def _future(fitted: Estimate, fit: Fit, x: Values, age: Values, group: Any) -> tuple[Any, Any, Any, Any]:
    """Expected and discounted purchases of the living, and from which P(alive) on a bound grows by one."""
    days = float(fit.spec.get("horizon_time") or fit.spec["horizon_days"])
    rate = math.log1p(fit.spec["discount_rate"]) / 365 * fit.spec["horizon_days"] / days
    model = fitted.model(group)
    orders = model.orders_if_alive(x, age, np.full(len(x), days))
    discounted = model.discounted_if_alive(x, age, days, rate)
    low: list[Any] = [None] * len(x)
    high: list[Any] = [None] * len(x)
    order = np.argsort(orders, kind="stable")
    for block in in_blocks(len(x), 2_048):
        rows = order[block]
        most = math.ceil(float(orders[rows].max()) * 1.5 + 8)
        while True:
            upto = fitted.model(group[rows]).upto_if_alive(x[rows], age[rows], days, most)
            if np.all(upto[:, -1] >= HIGH):
                break
            most *= 2
        for bounds, share in ((low, LOW), (high, HIGH)):
            counts = (upto < share).sum(axis=1)
            with np.errstate(divide="ignore"):
                cuts = (1 - share) / (1 - upto)
            for at, row, n in zip(rows, cuts, counts, strict=True):
                bounds[at] = row[:n]
    return orders, discounted, low, high
