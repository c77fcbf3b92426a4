"""What is left of a panel once everything but the ads is removed: linear in the levels, given the shapes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from quanyu.solve.array import Floats
from quanyu.solve.response import Shapes


@dataclass(frozen=True, eq=False)
class Regression:
    """Standardised residuals `target` (n,) and, per ad channel, `features` (n, shapes), nuisance removed.

    Rows are (sales channel, day) in that order, then rows of the penalty, then one per measured difference.
    `noise` (p,) is phi, `baseline` (p, days) the fitted orders without ads. Everything that follows needs
    only inner products, which are kept once. `standardise(series, lands)` treats another daily series (days,)
    that acts on the sales channels by the shares `lands` (p,) like a feature.
    """

    shapes: tuple[Shapes, ...]
    features: tuple[Floats, ...] = field(repr=False)
    target: Floats = field(repr=False)
    noise: Floats
    baseline: Floats = field(repr=False)
    standardise: Callable[[Floats, Floats], Floats] | None = field(default=None, repr=False)

    @cached_property
    def starts(self) -> list[int]:
        """Where each ad channel's shapes start among all."""
        return [int(n) for n in np.cumsum([0, *(block.shape[1] for block in self.features)])]

    @cached_property
    def gram(self) -> Floats:
        """Inner products of all features with one another."""
        stacked = np.hstack(self.features)
        return np.asarray(stacked.T @ stacked)

    @cached_property
    def projected(self) -> Floats:
        """Inner products of all features with the target."""
        return np.asarray(np.hstack(self.features).T @ self.target)

    def by_day(self, values: Floats) -> Floats:
        """Return the rows of sales channels and days as (p, days)."""
        return np.asarray(values[: self.baseline.size].reshape(self.baseline.shape))


@dataclass(frozen=True, eq=False)
class Measured:
    """A difference that an experiment measured: going from one spend per day to another brought `orders` a day.

    `error` is its standard error. It enters as one more observation, weighted by its precision.
    """

    channel: int
    spend_from: float
    spend_to: float
    orders: float
    error: float
