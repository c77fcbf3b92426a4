"""Linear: every contact of a path takes the same share."""

from __future__ import annotations

import numpy as np

from quanyu.solve.attribution.path import Paths, Shares


def linear(paths: Paths) -> Shares:
    """Return the rule: share 1 / L for each of the L contacts of a path.

    >>> linear(Paths(np.array([0, 1]), np.array([0, 2]), 2)).credit(np.array([[3.0]]), np.zeros(1)).ravel().tolist()
    [1.5, 1.5]
    """
    return Shares.of(paths, 1 / np.repeat(paths.lengths, paths.lengths).astype(np.float64))
