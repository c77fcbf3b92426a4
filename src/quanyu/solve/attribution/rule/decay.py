"""Time decay: a contact counts half as much for every half-life that lies between it and the conversion."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quanyu.solve.array import Floats
from quanyu.solve.attribution.path import Paths, Shares


@dataclass(frozen=True, eq=False)
class Decay:
    """Shares per outcome: one path may have been taken at another pace by conversions than by revenue."""

    by_outcome: tuple[Shares, ...]

    def credit(self, outcomes: Floats, nulls: Floats) -> Floats:
        """See `Model`; an outcome without shares of its own, and every world, uses those of the conversions."""
        if nulls.ndim == 2:
            return self.by_outcome[0].credit(outcomes, nulls)
        own = (*self.by_outcome, *[self.by_outcome[0]] * outcomes.shape[1])
        credits = [own[column].credit(outcomes[:, [column]], nulls) for column in range(outcomes.shape[1])]
        return np.concatenate(credits, axis=1)


def decay(paths: Paths, weight: Floats) -> Decay:
    """Return the rule from the summed shares of each contact, shape (contacts, m), column by column as the outcomes.

    A conversion gives contact i the share 2^(-age_i / half_life) / sum_j 2^(-age_j / half_life); `weight` adds these
    up over the conversions of a path (times the revenue of each, in the column of revenue). A path whose column adds
    up to nothing is divided equally.

    >>> paths = Paths(np.array([0, 1]), np.array([0, 2]), 2)
    >>> shares = half_life(np.array([7.0, 0.0]), paths, 7.0)
    >>> decay(paths, shares[:, None]).credit(np.array([[3.0]]), np.zeros(1)).ravel().round(9).tolist()
    [1.0, 2.0]
    """
    even = 1 / np.repeat(paths.lengths, paths.lengths)
    shares = []
    for column in weight.T:
        total = np.add.reduceat(column, paths.starts[:-1])[paths.path]
        shares.append(Shares.of(paths, np.where(total != 0, column / np.where(total != 0, total, 1), even)))
    return Decay(tuple(shares))


def half_life(age: Floats, paths: Paths, days: float) -> Floats:
    """Return the share of each contact of paths taken once, from its `age` in days before the conversion."""
    least = np.minimum.reduceat(age, paths.starts[:-1])[paths.path]
    weight = np.exp2((least - age) / days)
    return np.asarray(weight / np.add.reduceat(weight, paths.starts[:-1])[paths.path])
