"""Purchase histories in weighted cells: how often, when last, observed for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import ClassVar, Protocol, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

Values: TypeAlias = NDArray[np.float64]
Integers: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True)
class History:
    """Cells of customers with one history each; times in any one unit, counted from the first purchase.

    `x` repeat purchases, the last at `t_x` (0 without a repeat), observed until `age`; `weight` customers.
    `group` numbers a covariate from 0 on; without one all are in group 0.

    >>> cells = History(np.array([0.0, 2.0]), np.array([0.0, 9.0]), np.array([30.0, 30.0]), np.array([5.0, 1.0]))
    >>> cells.n, cells.n_repeats
    (6.0, 2.0)
    """

    x: Values
    t_x: Values
    age: Values
    weight: Values
    group: Integers = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    @property
    def n(self) -> float:
        """How many customers there are."""
        return float(self.weight.sum())

    @property
    def n_repeats(self) -> float:
        """How many repeat purchases there are."""
        return float((self.weight * self.x).sum())

    @cached_property
    def groups(self) -> Integers:
        """The group of every cell."""
        return self.group if len(self.group) else np.zeros(len(self.x), dtype=np.int64)

    def only(self, chosen: NDArray[np.bool_]) -> History:
        """Return the cells chosen."""
        x, t_x, age, weight = (part[chosen] for part in (self.x, self.t_x, self.age, self.weight))
        return History(x, t_x, age, weight, self.groups[chosen])

    def coarse(self, most: int) -> History:
        """Return at most about `most` cells: times rounded to a wider step, and equal cells joined.

        The step doubles until the cells are few enough, or all times are one. A last repeat purchase never leaves the observed time,
        nor comes to lie at its beginning.
        """
        step, history = 1.0, self
        while len(history.x) > most and step < self.age.max():
            step *= 2
            age = np.maximum(np.round(self.age / step), 1) * step
            t_x = np.minimum(np.maximum(np.round(self.t_x / step), 1) * step, age)
            times: Values = np.where(self.x > 0, t_x, 0.0)
            # One number per row: distinct numbers are found many times faster than distinct rows.
            rows = np.stack([self.x, times / step, age / step, self.groups]).astype(np.int64)
            widths = tuple(rows.max(axis=1) + 1)
            codes, place = np.unique(np.ravel_multi_index(tuple(rows), widths), return_inverse=True)
            x, last, until, group = np.unravel_index(codes, widths)
            weight = np.bincount(place.ravel(), self.weight, minlength=len(codes)).astype(np.float64)
            x, last, until = np.stack([x, last * step, until * step]).astype(np.float64)
            history = History(x, last, until, weight, group)
        return history


class Model(Protocol):
    """A model of buying until one stops for good, with its parameters; each may hold one value per cell.

    Everything about the future splits in two: whether a customer is still alive (`p_alive`, from the whole
    history) and what one who is alive will do (the `..._if_alive` functions, from `x` and `age` alone).
    """

    names: ClassVar[tuple[str, ...]]
    rate: ClassVar[tuple[str, int]]
    leave: ClassVar[tuple[str, int] | None]

    def slopes(self, x: Values, t_x: Values, age: Values) -> tuple[Values, Values]:
        """Return per cell the log-likelihood, and its derivatives by the logarithm of every parameter."""

    def p_alive(self, x: Values, t_x: Values, age: Values) -> Values:
        """Return the probability of still being a customer at the end of `age`."""

    def orders_if_alive(self, x: Values, age: Values, ahead: Values) -> Values:
        """Return the expected purchases in the time `ahead` of a customer who is alive."""

    def discounted_if_alive(self, x: Values, age: Values, ahead: float, rate: float) -> Values:
        """Return the same with a purchase at time u counting exp(-rate u)."""

    def upto_if_alive(self, x: Values, age: Values, ahead: float, most: int) -> Values:
        """Return the probabilities of at most 0, 1, ... `most` purchases in the time `ahead`: (cells, most + 1)."""


def expected(model: Model, at: tuple[Values, Values, Values], ahead: Values | float) -> Values:
    """Return the expected purchases in the time `ahead` after histories `at` = (x, t_x, age)."""
    x, t_x, age = at
    till = np.broadcast_to(np.asarray(ahead, dtype=np.float64), x.shape)
    return np.asarray(model.p_alive(x, t_x, age) * model.orders_if_alive(x, age, till))


def since_first(model: Model, times: Values) -> Values:
    """Return the expected repeat purchases of a new customer by each of the `times` since the first one."""
    none = np.zeros(len(times))
    return expected(model, (none, none, none), times)


def climb(size: Values | float, x: Values) -> tuple[Values, Values]:
    """Return log Gamma(size + x) - log Gamma(size) for counts x, and its derivative by `size`."""
    if np.ndim(size) == 0:
        ladder = np.arange(int(x.max(initial=0)) + 1) + size
        level, slope = (
            scipy.special.gammaln(ladder) - scipy.special.gammaln(size),
            scipy.special.digamma(ladder) - scipy.special.digamma(size),
        )
        place = x.astype(np.int64)
        return level[place], slope[place]
    return scipy.special.gammaln(size + x) - scipy.special.gammaln(size), scipy.special.digamma(
        size + x
    ) - scipy.special.digamma(size)


def chance_alive(log_odds_gone: Values) -> Values:
    """Return 1 / (1 + odds), and 0 where the odds of being gone are beyond exp(500)."""
    return np.where(log_odds_gone > 500, 0.0, scipy.special.expit(-log_odds_gone))


def legendre(n: int) -> tuple[Values, Values]:
    """Return the `n` Gauss-Legendre nodes and weights on (0, 1)."""
    node, weight = np.polynomial.legendre.leggauss(n)
    return (node + 1) / 2, weight / 2


def in_blocks(n: int, size: int) -> Sequence[slice]:
    """Return slices that cover `n` places, `size` at a time, so that memory stays flat."""
    return [slice(first, min(first + size, n)) for first in range(0, n, size)]


def negative_binomial(size: Values, chance: Values, most: int) -> Values:
    """Return P(N = 0), ..., P(N = most) for N ~ NegativeBinomial, along a new last axis.

    `chance` is the probability of a further purchase, t / (A + t) for a rate Gamma(size, A) over a time t.
    """
    pmf = np.empty((*np.broadcast_shapes(size.shape, chance.shape), most + 1))
    pmf[..., 0] = np.exp(size * np.log1p(-chance))
    for y in range(most):
        pmf[..., y + 1] = pmf[..., y] * (size + y) / (y + 1) * chance
    return pmf
