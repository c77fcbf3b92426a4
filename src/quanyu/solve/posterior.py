"""Draws from the posterior of every ad channel's level and shape, jointly: what decisions weigh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtri_exp

from quanyu.solve.profile import Peak
from quanyu.solve.regression import Regression
from quanyu.solve.response import Floats

BURN_IN = 200
THIN = 3


@dataclass(frozen=True, eq=False)
class Draws:
    """`place` (n, c) the shape and `level` (n, c) >= 0 what the channel brings on an average day."""

    place: NDArray[np.int64]
    level: Floats


@dataclass(frozen=True, eq=False)
class Belief:
    """What the draws are made under: `prior` (c,) the scale of the half-normal prior of the levels, and
    `widen` (c,) the inflation of the variance."""

    prior: Floats
    widen: Floats


def draws(problem: Regression, best: Peak, belief: Belief, n: int, random: np.random.Generator) -> Draws:
    """Return `n` draws by Gibbs sampling: per channel its shape with the level integrated out, then its level.

    Given the other channels, 2 * log likelihood of a shape with level v is -(v - m)**2 / s**2 + m**2 / s**2, so
    with the half-normal prior the shape has weight s * exp(m**2 / (2 s**2)) * Phi(m / s) and the level is normal
    above 0. All shapes of the grid are equally likely beforehand. Source of the scheme: Geman, Geman (1984);
    integrating the level out: Liu (1994).
    """
    starts, gram, projected = problem.starts, problem.gram, problem.projected
    n_channels = len(starts) - 1
    place = best.place + np.array(starts[:-1])
    level = best.level.copy()
    precision = [
        np.diag(gram)[starts[c] : starts[c + 1]] / belief.widen[c] + 1 / belief.prior[c] ** 2
        for c in range(n_channels)
    ]
    kept_place = np.empty((n, n_channels), dtype=np.int64)
    kept_level = np.empty((n, n_channels))
    uniform = random.random((BURN_IN + n * THIN, n_channels, 2))
    for sweep in range(BURN_IN + n * THIN):
        for c in range(n_channels):
            mine = slice(starts[c], starts[c + 1])
            level[c] = 0.0
            slope = (projected[mine] - gram[mine][:, place] @ level) / belief.widen[c]
            mean, spread = slope / precision[c], 1 / np.sqrt(precision[c])
            ratio = mean / spread
            weight = ratio**2 / 2 + np.log(spread) + log_ndtr(ratio)
            ladder = np.cumsum(np.exp(weight - weight.max()))
            at = int(np.searchsorted(ladder, uniform[sweep, c, 0] * ladder[-1]))
            place[c] = starts[c] + at
            level[c] = _above_zero(float(mean[at]), float(spread[at]), float(uniform[sweep, c, 1]))
        row, left = divmod(sweep - BURN_IN, THIN)
        if sweep >= BURN_IN and left == 0:
            kept_place[row], kept_level[row] = place - np.array(starts[:-1]), level
    return Draws(kept_place, kept_level)


def _above_zero(mean: float, spread: float, uniform: float) -> float:
    """Draw from a normal above zero by inversion, from the far tail too: -X is normal below zero."""
    log_p = float(log_ndtr(mean / spread)) + np.log(max(uniform, 1e-300))
    return max(0.0, mean - spread * float(ndtri_exp(log_p)))
