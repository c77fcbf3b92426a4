"""How often people had both of two items, and one after the other: all that similarities of items are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import scipy
from numpy.typing import NDArray

Numbers = NDArray[np.integer]
Sparse: TypeAlias = Any
"""A matrix of `scipy.sparse` in rows."""


@dataclass(frozen=True)
class Counts:
    """`both[i, j]`: the weight of people who had items i and j (i alone on the diagonal). `then[i, j]`: how often j came next after i.

    Both are square, items by items; `both` is symmetric.
    """

    both: Sparse
    then: Sparse

    @classmethod
    def of(
        cls, n_items: int, both: tuple[Numbers, Numbers, Any], then: tuple[Numbers, Numbers, Any]
    ) -> Counts:
        """Make them of triples (item, other, weight) that an engine has added up; items are numbered from 0."""
        return cls(_square(n_items, *both), _square(n_items, *then))

    @classmethod
    def from_histories(cls, person: Numbers, item: Numbers, n_items: int) -> Counts:
        """Count them over histories: one entry for each item that a person had, those of a person together, oldest first.

        >>> Counts.from_histories(np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), 2).then.toarray().tolist()
        [[0.0, 2.0], [0.0, 0.0]]
        """
        n_people = int(person.max()) + 1 if len(person) else 0
        had = scipy.sparse.csr_matrix((np.ones(len(item)), (person, item)), shape=(n_people, n_items))
        had.data[:] = 1.0
        same = person[1:] == person[:-1]
        following = (item[:-1][same], item[1:][same], np.ones(int(same.sum())))
        return cls((had.T @ had).tocsr(), _square(n_items, *following))

    @property
    def n_items(self) -> int:
        """How many items there are."""
        return int(self.both.shape[0])


def _square(n: int, row: Numbers, column: Numbers, weight: Any) -> Sparse:
    made = scipy.sparse.csr_matrix((np.asarray(weight, float), (row, column)), shape=(n, n))
    made.sum_duplicates()
    return made
