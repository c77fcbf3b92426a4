"""What known buyers will order and bring on each of the coming days, with the model's own variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quanyu.solve.history import History, Integers, Model, Values
from quanyu.solve.value import Estimate

KNOTS = 9
STEPS = 24
_FEW = slice(2, None, 3)
MOST = 60
"""Purchases of one buyer beyond which nothing is counted in the spread."""


@dataclass(frozen=True)
class Ahead:
    """Sums over all known buyers of 1, 2, ... days ahead (days,): orders and discounted amount, each with its variance."""

    orders: Values
    orders_variance: Values
    amount: Values
    amount_variance: Values

    def only(self, counts: Values) -> Ahead:
        """Return the sums over those days that count (days,), 1 or 0."""
        orders, amount = (
            np.cumsum(np.diff(sums, prepend=0.0) * counts) for sums in (self.orders, self.amount)
        )
        return Ahead(
            orders,
            self.orders_variance * orders / np.maximum(self.orders, 1e-12),
            amount,
            self.amount_variance * (amount / np.maximum(self.amount, 1e-12)),
        )

    def meeting(self, days: int, orders: float, amount: float) -> Ahead:
        """Return the sums scaled so that those of so many days are the ones given."""
        by, money = orders / max(self.orders[days - 1], 1e-12), amount / max(self.amount[days - 1], 1e-12)
        return Ahead(
            self.orders * by,
            self.orders_variance * by**2,
            self.amount * money,
            self.amount_variance * money**2,
        )


@dataclass(frozen=True)
class Worth:
    """Per cell of buyers the sum of what an order of each is worth and of its square; how orders vary around it.

    `variation` is the variance of an order over the square of its expected worth.
    """

    total: Values
    square: Values
    variation: float


def ahead(fitted: Estimate, cells: History, worth: Worth, passes: Values, discount: float) -> Ahead:
    """Return what buyers will do while demand time `passes` (days,), counted from now; `discount` is per day.

    The variance of a buyer with probability p of being alive and N purchases if alive is p E(N^2) - (p E(N))^2; buyers
    are independent. Amounts follow purchases, each worth w (1 +- sqrt(variation)): E(N) variation w^2 + Var(N) w^2.
    """
    alive = fitted.model(cells.groups).p_alive(cells.x, cells.t_x, cells.age)
    futures, at = _futures(cells, alive * cells.weight)
    model = fitted.model(futures.groups)

    def summed(weight: Values) -> Values:
        return np.bincount(at, weight * alive, minlength=len(futures.x)).astype(np.float64)

    knots = passes[-1] * (np.arange(1, KNOTS + 1) / KNOTS) ** 2
    mean = np.stack([
        model.orders_if_alive(futures.x, futures.age, np.full(len(futures.x), u)) for u in knots
    ], axis=1)  # fmt: skip
    square = np.stack([_mean_square(model, futures, float(u)) for u in knots[_FEW]], axis=1)

    def curve(level: Values, at_knots: Values = knots) -> Values:
        return np.asarray(
            np.interp(passes, np.concatenate([[0.0], at_knots]), np.concatenate([[0.0], level]))
        )

    def varied(weight: Values) -> Values:
        level = summed(weight) @ square - summed(weight * alive) @ mean[:, _FEW] ** 2
        return curve(level, knots[_FEW])

    orders, value = curve(summed(cells.weight) @ mean), curve(summed(worth.total) @ mean)
    counted = np.exp(-discount * np.arange(1, len(passes) + 1))
    amount = np.cumsum(np.diff(value, prepend=0.0) * counted)
    # Discounting shrinks expectation and spread alike, near enough for a spread.
    share = amount / np.maximum(value, 1e-12)
    spread = varied(worth.square) + worth.variation * curve(summed(worth.square) @ mean)
    return Ahead(orders, varied(cells.weight), amount, spread * share**2)


def _futures(cells: History, weight: Values) -> tuple[History, Integers]:
    """Buyers who, if alive, have the same ahead of them: equal purchases, and about the same age, at its mean."""
    step = max(float(cells.age.max(initial=0.0)) / STEPS, 1e-9)
    rows = np.stack([cells.x, np.round(cells.age / step), cells.groups])
    unique, place = np.unique(rows, axis=1, return_inverse=True)
    at = place.ravel()
    n = np.bincount(at, weight).astype(np.float64)
    age = np.bincount(at, weight * cells.age) / np.maximum(n, 1e-300)
    return History(unique[0], np.zeros(len(n)), age, n, unique[2].astype(np.int64)), at


def _mean_square(model: Model, futures: History, time: float) -> Values:
    """E(N^2) of buyers who are alive."""
    beyond = 1 - model.upto_if_alive(futures.x, futures.age, time, MOST)
    return np.asarray(beyond @ (2.0 * np.arange(MOST + 1) + 1))
