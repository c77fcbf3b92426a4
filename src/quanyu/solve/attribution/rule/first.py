"""First touch: the channel that opened the path takes all."""

from __future__ import annotations

import numpy as np

from quanyu.solve.attribution.path import Paths, Shares


def first(paths: Paths) -> Shares:
    """Return the rule: share 1 for the first contact of a path.

    >>> first(Paths(np.array([0, 1]), np.array([0, 2]), 2)).credit(np.array([[3.0]]), np.zeros(1)).ravel().tolist()
    [3.0, 0.0]
    """
    share = np.zeros(len(paths.keys))
    share[paths.starts[:-1]] = 1
    return Shares.of(paths, share)
