"""Draws from the posterior of every ad channel's level and shape, jointly: what decisions weigh."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from quanyu.solve.array import Floats
from quanyu.solve.panel.profile import Peak
from quanyu.solve.panel.regression import Regression

BURN_IN = 200
THIN = 3
IDLE = 0.2
"""Probability beforehand that a channel does nothing."""
SCALES = np.geomspace(0.7, 30.0, 42)
"""Returns, in units of the spend, that the channels of a shop are tried to have in common: not far below what pays, or a
few channels that chance has drawn at nothing would pull the bounds of the others below the truth."""


@dataclass(frozen=True, eq=False)
class Draws:
    """`place` (n, c) the shape and `level` (n, c) >= 0 what the channel brings on an average day."""

    place: NDArray[np.int64]
    level: Floats


@dataclass(frozen=True, eq=False)
class Belief:
    """What the draws are made under: `unit` (c,) the level at which a channel pays for itself, and `widen` (c,) the
    inflation of the variance.

    Beforehand a channel does nothing with the probability `idle`, else its level is half-normal with the scale
    tau * unit. tau is one for all channels and is drawn with them (half-Cauchy with scale 1 beforehand, at least 0.7): channels
    of which little is known are drawn towards what the others return, and the clearest of many is not overdrawn
    for being the clearest (Efron, Morris 1973; Mitchell, Beauchamp 1988; Gelman 2006).
    """

    unit: Floats
    widen: Floats
    idle: float = IDLE


def draws(problem: Regression, best: Peak, belief: Belief, n: int, random: np.random.Generator) -> Draws:
    """Return `n` draws by Gibbs sampling: per channel its shape with the level integrated out, then its level.

    Given the other channels, 2 * log likelihood of a shape with level v is -(v - m)**2 / s**2 + m**2 / s**2, so
    with the half-normal prior the shape has weight 2 s / prior * exp(m**2 / (2 s**2)) * Phi(m / s) against 1 for no
    effect, and the level is normal above 0. All shapes of the grid are equally likely beforehand. Source of the scheme:
    Geman, Geman (1984); integrating the level out: Liu (1994).
    """
    starts, gram, projected = problem.starts, problem.gram, problem.projected
    n_channels = len(starts) - 1
    place = best.place + np.array(starts[:-1])
    level = best.level.copy()
    told = [np.diag(gram)[starts[c] : starts[c + 1]] / belief.widen[c] for c in range(n_channels)]
    odds = np.log(max(belief.idle, 1e-300) / (1 - belief.idle))
    kept_place = np.empty((n, n_channels), dtype=np.int64)
    kept_level = np.empty((n, n_channels))
    uniform = random.random((BURN_IN + n * THIN, n_channels, 3))
    scale = 1.0
    for sweep in range(BURN_IN + n * THIN):
        scale = _scale(level / belief.unit, float(uniform[sweep, 0, 2]))
        for c in range(n_channels):
            columns = slice(starts[c], starts[c + 1])
            level[c] = 0.0
            slope = (projected[columns] - gram[columns][:, place] @ level) / belief.widen[c]
            prior = scale * belief.unit[c]
            precision = told[c] + 1 / prior**2
            mean, spread = slope / precision, 1 / np.sqrt(precision)
            ratio = mean / spread
            weight = ratio**2 / 2 + np.log(2 * spread / prior) + scipy.special.log_ndtr(ratio)
            most = max(float(weight.max()), odds + np.log(len(weight)))
            ladder = np.cumsum(np.exp(weight - most))
            nothing = len(weight) * np.exp(odds - most)
            drawn = float(uniform[sweep, c, 0]) * (ladder[-1] + nothing)
            at = int(np.searchsorted(ladder, min(drawn, ladder[-1] * (1 - 1e-12))))
            place[c] = starts[c] + at
            if drawn < ladder[-1]:
                level[c] = _above_zero(float(mean[at]), float(spread[at]), float(uniform[sweep, c, 1]))
        row, left = divmod(sweep - BURN_IN, THIN)
        if sweep >= BURN_IN and left == 0:
            kept_place[row], kept_level[row] = place - np.array(starts[:-1]), level
    return Draws(kept_place, kept_level)


def _scale(level: Floats, uniform: float) -> float:
    """Draw the common scale of levels in units of what pays, from those channels that do anything."""
    active = level[level > 0]
    weight = np.log(SCALES) - np.log1p(SCALES**2) - len(active) * np.log(SCALES)
    weight -= (active**2).sum() / 2 / SCALES**2
    ladder = np.cumsum(np.exp(weight - weight.max()))
    return float(SCALES[np.searchsorted(ladder, uniform * ladder[-1])])


def _above_zero(mean: float, spread: float, uniform: float) -> float:
    """Draw from a normal above zero by inversion, from the far tail too: -X is normal below zero."""
    log_p = float(scipy.special.log_ndtr(mean / spread)) + np.log(max(uniform, 1e-300))
    return max(0.0, mean - spread * float(scipy.special.ndtri_exp(log_p)))
