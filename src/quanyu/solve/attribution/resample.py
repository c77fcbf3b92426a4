"""How much credits would move if other people had come: refits on resampled counts of paths."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from quanyu.solve.array import Floats
from quanyu.solve.attribution.path import Model, Paths

CELLS = 2_000_000
"""Counts that are held at a time."""
WORLDS = 20
"""Draws that a model is asked of at a time: what it works with stays near the processor."""


def refits(
    models: Sequence[Model],
    paths: Paths,
    counts: tuple[Floats, Floats],
    random: np.random.Generator,
    n: int = 200,
) -> Floats:
    """Return the credited conversions of `n` refits of every model, shape (models, n, n_keys).

    `counts` are the conversions and the nulls of each path. Each refit draws them anew from Poisson distributions
    around what was counted: people come and go independently. Every refit is exact, not an approximation, and all
    models see the same draws.
    """
    conversions, nulls = counts
    refits = np.empty((len(models), n, paths.n_keys))
    block = max(1, CELLS // max(1, paths.n))
    for start in range(0, n, block):
        size = min(block, n - start)
        came = _drawn(conversions, size, random)
        failed = _drawn(nulls, size, random)
        for first in range(0, size, WORLDS):
            worlds = slice(first, min(first + WORLDS, size))
            draws = [np.ascontiguousarray(drawn[:, worlds]) for drawn in (came, failed)]
            for number, model in enumerate(models):
                refits[number, start + worlds.start : start + worlds.stop] = model.credit(*draws).T
    return refits


def _drawn(counts: Floats, n: int, random: np.random.Generator) -> Floats:
    drawn = np.zeros((len(counts), n))
    some = np.flatnonzero(counts > 0)
    drawn[some] = random.poisson(counts[some], (n, len(some))).T
    return drawn


def interval(drawn: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Return the bounds between which the middle share `confidence` of the refits lies, per channel.

    >>> interval(np.arange(101.0)[:, None], 0.9)
    (array([5.]), array([95.]))
    """
    tail = (1 - confidence) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    return np.asarray(low), np.asarray(high)
