"""The protocol of a method: it says what it needs, solves on the answer, and scores as an expression."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeAlias, runtime_checkable

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt

from quanyu.method.card import Fit, Inconclusive
from quanyu.method.need import Need, Stats

Parameters: TypeAlias = Mapping[str, Any]
"""What a method has learned: numbers, texts, lists and mappings of them, so that JSON keeps it."""

Arrays: TypeAlias = Mapping[str, npt.NDArray[np.generic]]


@runtime_checkable
class Method(Protocol):
    """A specification that can be fitted: a frozen dataclass, printable, hashable, never changing itself.

    `need` says what the engine must add up; `solve` turns the answer into parameters, or says why it cannot; `score`
    adds columns to a table as an expression; `score_arrays` does the same on arrays and is what tests compare the
    engines with.
    """

    def need(self, t: ir.Table) -> Need:
        """Return what has to be added up over `t`."""

    def solve(self, stats: Stats) -> Parameters | Inconclusive:
        """Return what the sums teach, or why they teach nothing."""

    def score(self, fit: Fit, t: ir.Table) -> ir.Table:
        """Return `t` with the columns that the fit adds."""

    def score_arrays(self, fit: Fit, columns: Arrays) -> Arrays:
        """Return the columns that `score` adds, computed by NumPy."""
