"""Weighted distinct rows: a table of millions compressed to its different values, with exact quantiles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from quanyu.errors import MethodError

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class Cells:
    """Distinct rows in sorted order and how often each occurred.

    >>> cells = Cells.of({"x": np.array([3, 1, 1])}, np.array([1, 1, 1]))
    >>> cells.weight.tolist(), cells.median(), cells.quantile(0.5)
    ([2, 1], 1.0, 1.0)
    """

    columns: Mapping[str, Array]
    weight: Array

    @classmethod
    def of(cls, columns: Mapping[str, Array], weight: Array) -> Cells:
        """Return cells in canonical order with equal rows joined, whatever the order of the input."""
        if not len(weight):
            return cls(dict(columns), weight)
        order = np.lexsort(tuple(reversed(list(columns.values()))))
        arranged = {name: values[order] for name, values in columns.items()}
        fresh = np.concatenate(([True], np.any([v[1:] != v[:-1] for v in arranged.values()], axis=0)))
        starts = np.flatnonzero(fresh)
        return cls(
            {name: values[starts] for name, values in arranged.items()},
            np.add.reduceat(weight[order], starts),
        )

    def __add__(self, other: Cells) -> Cells:
        """Pool two disjoint parts."""
        if set(self.columns) != set(other.columns):
            raise MethodError(
                "Cells of {columns} cannot be added to cells of {others}.",
                "Add cells of the same columns only.",
                columns=sorted(self.columns),
                others=sorted(other.columns),
            )
        joined = {
            name: np.concatenate((values, other.columns[name])) for name, values in self.columns.items()
        }
        return Cells.of(joined, np.concatenate((self.weight, other.weight)))

    @property
    def n(self) -> int:
        """The total weight: how many rows were compressed."""
        return int(self.weight.sum())

    def mean(self, name: str = "") -> float:
        """Return the weighted mean of a column (the only one if no name is given); NaN when empty."""
        return float(np.average(self._column(name), weights=self.weight)) if self.n else float("nan")

    def quantile(self, q: float, name: str = "") -> float:
        """Return the value at place ceil(q * n) in sorted order: a value that occurred; NaN when empty."""
        values, upto = self._cumulative(name)
        if not len(values):
            return float("nan")
        # q * n in exact arithmetic would not exceed an integer by rounding error alone.
        place = max(1, int(np.ceil(round(q * upto[-1], 9))))
        return float(values[np.searchsorted(upto, place)])

    def median(self, name: str = "") -> float:
        """Return the median: the mean of the two middle values when n is even; NaN when empty."""
        values, upto = self._cumulative(name)
        if not len(values):
            return float("nan")
        n = int(upto[-1])
        low, high = values[np.searchsorted(upto, [(n + 1) // 2, n // 2 + 1])]
        return float(low) if low == high else float(round((float(low) + float(high)) / 2, 9))

    def _column(self, name: str) -> Array:
        return self.columns[name or next(iter(self.columns))]

    def _cumulative(self, name: str) -> tuple[Array, Array]:
        values = self._column(name)
        order = np.argsort(values, kind="stable")
        return values[order], np.cumsum(self.weight[order])
