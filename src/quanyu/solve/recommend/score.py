"""What is said to whoever has some items: the sum over those of what they say, the newest of them most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy

from quanyu.solve.recommend.counts import Numbers, Sparse
from quanyu.solve.recommend.judge import Ranked
from quanyu.solve.recommend.top import largest

BLOCK = 4096
"""People whose scores are in memory together."""


@dataclass(frozen=True)
class Links:
    """What items say of others: score = sum of decay^age x `similar` (items by items) over what somebody had, the newest of age 0."""

    similar: Sparse
    decay: float = 1.0


def ranked(person: Numbers, item: Numbers, links: Links, n: int) -> Ranked:
    """Return the `n` best items for everybody, without those that they had.

    Histories are one entry for each item that a person had, those of a person together, oldest first; people are numbered from 0.
    """
    n_people = int(person.max()) + 1 if len(person) else 0
    counts = np.bincount(person, minlength=n_people)
    begin = np.concatenate(([0], np.cumsum(counts)))
    age = counts[person] - 1 - (np.arange(len(person)) - begin[person])
    had = scipy.sparse.csr_matrix(
        (links.decay**age, (person, item)), shape=(n_people, links.similar.shape[0])
    )
    parts = [_best(had[at : at + BLOCK], links, n, at) for at in range(0, n_people, BLOCK)]
    return (
        Ranked(*(np.concatenate(part) for part in zip(*parts, strict=True)))
        if parts
        else Ranked(*[person[:0]] * 3)
    )


def _best(had: Sparse, links: Links, n: int, begin: int) -> tuple[Numbers, Numbers, Numbers]:
    told = (had @ links.similar).tocsr()
    is_known = np.zeros(told.shape, bool)
    is_known[np.repeat(np.arange(had.shape[0]), np.diff(had.indptr)), had.indices] = True
    rows = np.repeat(np.arange(told.shape[0]), np.diff(told.indptr))
    told.data[is_known[rows, told.indices]] = -np.inf
    row, place, column = largest(told, n)
    fresh = ~is_known[row, column]
    return row[fresh] + begin, place[fresh], column[fresh]


def popular(person: Numbers, item: Numbers, n_had: Numbers, n: int) -> Ranked:
    """Return the `n` items that most people had, for everybody without those that they had themselves; `n_had[i]` counts item i."""
    n_people = int(person.max()) + 1 if len(person) else 0
    most = int(np.bincount(person).max()) if n_people else 0
    foremost = np.argsort(-n_had, kind="stable")[: n + most]
    rank = np.full(len(n_had), -1)
    rank[foremost] = np.arange(len(foremost))
    is_known = np.zeros((n_people, len(foremost)), bool)
    among = rank[item] >= 0
    is_known[person[among], rank[item[among]]] = True
    place = np.cumsum(~is_known, axis=1) - 1
    who, at = np.nonzero(~is_known & (place < n))
    return Ranked(who, place[who, at], foremost[at])
