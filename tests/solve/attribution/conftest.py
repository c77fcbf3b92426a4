"""Random compressed paths, small enough to be worked out by brute force."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import strategies as st

from quanyu.solve.array import Floats
from quanyu.solve.attribution.path import Paths

Made = tuple[Paths, Floats, Floats]


def made(rows: list[tuple[list[int], int, int]], n_keys: int) -> Made:
    """Return paths with conversions (and a revenue of 1, 2, 3 ... each) and nulls from plain rows."""
    steps = [path for path, _, _ in rows]
    starts = np.concatenate([[0], np.cumsum([len(path) for path in steps])])
    conversions = np.array([float(n) for _, n, _ in rows])
    outcomes = np.stack([conversions, conversions * (1 + np.arange(len(rows)))], axis=1)
    keys = np.array([key for path in steps for key in path], dtype=np.int64)
    return Paths(keys, starts, n_keys), outcomes, np.array([float(n) for _, _, n in rows])


def some_paths(n_keys: int, longest: int = 6) -> st.SearchStrategy[Made]:
    """Return a strategy of up to twelve paths over some channels, with at least one conversion."""
    path = st.lists(st.integers(0, n_keys - 1), min_size=1, max_size=longest)
    row = st.tuples(path, st.integers(0, 5), st.integers(0, 5))
    rows = st.lists(row, min_size=1, max_size=12).filter(lambda rows: any(n for _, n, _ in rows))
    return rows.map(lambda rows: made(rows, n_keys))


@pytest.fixture(scope="session")
def make_paths() -> Callable[..., Made]:
    """Return a maker of random paths: `make_paths(seed, n_keys, n)`."""

    def make(seed: int, n_keys: int, n: int = 40) -> Made:
        draw = np.random.default_rng(seed)
        rows = [
            (
                draw.integers(0, n_keys, draw.integers(1, 8)).tolist(),
                int(draw.integers(0, 4)),
                int(draw.integers(0, 9)),
            )
            for _ in range(n)
        ]
        return made([*rows, ([0], 1, 0)], n_keys)

    return make
