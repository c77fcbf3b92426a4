"""Group-sequential looks: how the allowed error is spent over planned looks, and the bound at each."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import scipy
from numpy.typing import NDArray

from quanyu.errors import MethodError
from quanyu.solve.distribution import normal_above, normal_density, normal_quantile

WIDEST = 8.0
"""Bounds are not looked for beyond so many standard errors."""
STEPS = 1001
"""Points of the grid on which the paths that have not crossed are kept."""

Array = NDArray[np.float64]


def adjusted_alpha(
    looks: Sequence[float], total: float, *, alpha: float = 0.05, power: float = 2.0
) -> list[float]:
    """Return the two-sided level at which each look must be judged so that all looks together err with `alpha`.

    `looks` are the people at each look, `total` those planned; by the fraction t of the larger of `total` and the last
    look, alpha * t**power has been spent. Source: Kim and DeMets, *Biometrika* 74 (1987) 149-154; the
    recursion of Armitage, McPherson and Rowe, *JRSS A* 132 (1969). Raises `MethodError` for looks that do not grow.

    >>> [round(level, 4) for level in adjusted_alpha([500, 1000], 1000)]
    [0.0125, 0.0436]
    """
    times = np.asarray(looks, float) / max(total, *looks)
    if (times <= 0).any() or (np.diff(times) <= 0).any() or not 0 < alpha < 1:
        raise MethodError(
            "Looks at {looks} people do not grow.",
            "Give each look more people than the last.",
            looks=list(looks),
        )
    bounds = _bounds(times, alpha / 2 * times**power)
    return [float(2 * normal_above(bound)) for bound in bounds]


def _bounds(times: Array, spent: Array) -> list[float]:
    """Return the upper bounds, in standard errors, that each spend their part in the upper tail."""
    parts = np.diff(spent, prepend=0.0)
    first = math.sqrt(times[0])
    bounds = [min(float(-normal_quantile(parts[0])), WIDEST)]
    grid = np.linspace(-WIDEST * first, bounds[0] * first, STEPS)
    density = normal_density(grid, 0.0, first)
    for before, now, part in zip(times[:-1], times[1:], parts[1:], strict=True):
        step, root = math.sqrt(now - before), math.sqrt(now)
        bound = _crossing(grid, density, step, root, part)
        bounds.append(bound)
        following = np.linspace(-WIDEST * root, bound * root, STEPS)
        density = np.trapezoid(
            density * normal_density(following[:, None], grid[None, :], step), grid, axis=1
        )
        grid = following
    return bounds


def _crossing(grid: Array, density: Array, step: float, root: float, part: float) -> float:
    def excess(bound: float) -> float:
        return float(np.trapezoid(density * normal_above(bound * root, grid, step), grid)) - part

    return WIDEST if excess(WIDEST) >= 0 else float(scipy.optimize.brentq(excess, -WIDEST, WIDEST))
