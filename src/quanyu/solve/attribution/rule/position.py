"""Position (U-shape): the ends of a path take a fixed share each, the middle what is left."""

from __future__ import annotations

import numpy as np

from quanyu.solve.attribution.path import Paths, Shares


def position(paths: Paths, ends: tuple[float, float] = (0.4, 0.4)) -> Shares:
    """Return the rule: `ends[0]` for the first contact, `ends[1]` for the last, the rest equally between.

    A path of one contact gives it everything; one of two divides in proportion to the ends.

    >>> paths = Paths(np.array([0, 1, 2]), np.array([0, 3]), 3)
    >>> position(paths).credit(np.array([[10.0]]), np.zeros(1)).ravel().round(9).tolist()
    [4.0, 2.0, 4.0]
    """
    opening, closing = ends
    length = np.repeat(paths.lengths, paths.lengths)
    share = np.where(length > 2, (1 - opening - closing) / np.maximum(length - 2, 1), 0.0)
    begins, finishes = paths.starts[:-1], paths.starts[1:] - 1
    total = opening + closing
    short = paths.lengths == 2
    share[begins] = np.where(short, opening / total if total else 0.5, opening)
    share[finishes] = np.where(short, closing / total if total else 0.5, closing)
    share[begins[paths.lengths == 1]] = 1
    return Shares.of(paths, share)
