"""Shapley for sets: each path's outcome is divided equally among the different channels it met, in closed form."""

from __future__ import annotations

import numpy as np
import scipy

from quanyu.solve.attribution.path import Paths, Shares


def shapley(paths: Paths) -> Shares:
    """Return the Shapley value of the game v(S) = outcome of all paths that meet no channel outside S.

    The game is a sum of unanimity games, one per path, and the value of such a game is one share each for those who
    must be there (Shapley 1953). So no coalition has to be enumerated, whatever the number of channels.

    >>> paths = Paths(np.array([0, 1, 0]), np.array([0, 3]), 3)
    >>> shapley(paths).credit(np.array([[3.0]]), np.zeros(1)).ravel().tolist()
    [1.5, 1.5, 0.0]
    """
    path, key, _ = paths.distinct
    share = 1 / np.bincount(path, minlength=paths.n)[path]
    shape = (paths.n_keys, paths.n)
    return Shares(scipy.sparse.csr_array(scipy.sparse.coo_array((share, (key, path)), shape=shape)))
