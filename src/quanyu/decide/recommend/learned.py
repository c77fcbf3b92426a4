"""What is learned from histories: counts of items where the rows are, and what items say of others as rows again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from quanyu.decide.recommend.history import pairs, steps
from quanyu.solve.recommend import Counts, Links

Numbers = NDArray[np.int64]
Reduce = Callable[[ir.Table], pa.Table]


@dataclass(frozen=True)
class Learned:
    """The numbers of items in order (`items[k]` is item k), and how often people had both of two."""

    items: Numbers
    counts: Counts

    def places(self, numbers: Numbers) -> Numbers:
        """Return the places of items by their numbers, -1 for those that are not known."""
        if not len(self.items):
            return np.full(len(numbers), -1)
        found = np.searchsorted(self.items, numbers).clip(0, len(self.items) - 1)
        return np.where(self.items[found] == numbers, found, -1)


def learned(reduce: Reduce, had: ir.Table) -> Learned:
    """Add up histories where they are; what comes back grows with pairs of items, not with people."""
    both, then = (_triples(reduce(query)) for query in (pairs(had), steps(had)))
    items = np.unique(both[0])
    (item, other, n), follows = ((*np.searchsorted(items, told[:2]), told[2]) for told in (both, then))
    is_pair = item != other
    mirrored = (
        np.concatenate((item, other[is_pair])),
        np.concatenate((other, item[is_pair])),
        np.concatenate((n, n[is_pair])),
    )
    return Learned(items, Counts.of(len(items), mirrored, follows))


def _triples(rows: pa.Table) -> NDArray[np.int64]:
    return np.stack([rows[name].to_numpy() for name in ("item", "other", "n")])


def told(links: Links, items: Numbers) -> pa.Table:
    """Return what items say of others as rows: item, other (numbers) and similar."""
    said = links.similar.tocoo()
    return pa.table({"item": items[said.row], "other": items[said.col], "similar": said.data})
