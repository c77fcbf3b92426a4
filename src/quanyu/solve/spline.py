"""A smooth trend as columns of a regression."""

from __future__ import annotations

import numpy as np
import scipy

from quanyu.solve.array import Floats


def spline(n: int, step: int) -> Floats:
    """Return cubic B-splines over `n` days with a knot about every `step` days, shape (n, columns).

    Their sum is 1 on every day, so they hold the constant.

    >>> spline(100, 50).shape, bool(np.allclose(spline(100, 50).sum(axis=1), 1))
    ((100, 5), True)
    """
    inner = np.linspace(0, max(n - 1, 1), max(2, round(n / step) + 1))
    knots = np.concatenate([[inner[0]] * 3, inner, [inner[-1]] * 3])
    return np.asarray(
        scipy.interpolate.BSpline.design_matrix(np.arange(n, dtype=np.float64), knots, 3).toarray()
    )
