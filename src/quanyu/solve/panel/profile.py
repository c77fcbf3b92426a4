"""Maximum likelihood over levels and shapes of all ad channels, its profile intervals, and whether there is an effect.

With everything else removed, 2 * (log likelihood) is minus a sum of squares: for given shapes the levels solve
a linear problem with levels >= 0, and the shapes are searched on their grid, one channel at a time, until
nothing improves. Profile likelihood: Venzon, Moolgavkar (1988). Standard errors that survive serial
correlation: Newey, West (1987). The test of an effect whose shape exists only if there is one: Davies (1987).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from quanyu.errors import MethodError
from quanyu.solve.array import Floats
from quanyu.solve.panel.regression import Regression

SWEEPS = 50
LAGS = 14
LEAST = 1.5
"""Least widening of a variance: on simulated shops scores at the true curve vary by up to 1.3 standard errors."""
CHI2_95 = 3.841458820694124


@dataclass(frozen=True, eq=False)
class Peak:
    """The best shapes `place` (c,) and levels `level` (c,) >= 0, and how much they lower the sum of squares."""

    place: NDArray[np.int64]
    level: Floats
    gain: float


def peak(problem: Regression, allowed: NDArray[np.bool_] | None = None, start: Peak | None = None) -> Peak:
    """Return the maximum by coordinate ascent over channels; `allowed` (all shapes,) leaves shapes out."""
    starts, gram, projected = problem.starts, problem.gram, problem.projected
    size = np.maximum(np.diag(gram), 1e-12)
    open_ = np.ones(len(size), dtype=bool) if allowed is None else allowed
    n = len(problem.features)
    place = np.array(starts[:-1]) if start is None else start.place + np.array(starts[:-1])
    level = np.zeros(n) if start is None else start.level.copy()
    total = -1.0
    for _ in range(SWEEPS):
        for c in range(n):
            columns = slice(starts[c], starts[c + 1])
            level[c] = 0.0
            slope = projected[columns] - gram[columns][:, place] @ level
            lowered = np.where(open_[columns], np.maximum(slope, 0.0) ** 2 / size[columns], -1.0)
            best = int(lowered.argmax())
            place[c] = starts[c] + best
            level[c] = max(slope[best], 0.0) / size[place[c]]
        gain = float(2 * level @ projected[place] - level @ gram[np.ix_(place, place)] @ level)
        if gain <= total + 1e-9 * max(1.0, total):
            break
        total = gain
    return Peak(place - np.array(starts[:-1]), level, total)


def inflation(problem: Regression, best: Peak) -> Floats:
    """Return per channel by how much the variance of its level is wider than the model has it, at least 1.5.

    Newey-West over 14 days on the daily scores of its best feature: serial correlation, and days that vary
    more than their weight says.
    """
    chosen = np.stack([block[:, at] for block, at in zip(problem.features, best.place, strict=True)])
    rest = problem.by_day(problem.target - best.level @ chosen)
    inflations = []
    for row in chosen:
        feature = problem.by_day(row)
        score = (feature * rest).sum(axis=0)
        score = score - score.mean()
        wide = score @ score
        plain = max(float((feature**2).sum()), 1e-12)
        for lag in range(1, min(LAGS, len(score) - 1) + 1):
            wide += 2 * (1 - lag / (LAGS + 1)) * (score[lag:] @ score[:-lag])
        inflations.append(max(LEAST, wide / plain))
    return np.array(inflations)


def p_values(problem: Regression, best: Peak, widen: Floats, random: np.random.Generator) -> Floats:
    """Return per channel the probability of so clear an effect if it had none.

    The statistic is the largest standardised score over all shapes, the other channels at their best. Its
    distribution without an effect is that of the largest of correlated normal scores, drawn 20,000 times:
    trying many shapes is paid for.
    """
    probabilities = []
    for c, features in enumerate(problem.features):
        others = [
            block[:, at]
            for k, (block, at) in enumerate(zip(problem.features, best.place, strict=True))
            if k != c
        ]
        free, target = features, problem.target
        if others:
            basis, _ = np.linalg.qr(np.stack(others, axis=1))
            free = free - basis @ (basis.T @ free)
            target = target - basis @ (basis.T @ target)
        units = free / np.maximum(np.linalg.norm(free, axis=0), 1e-12)
        score = float((units.T @ target).max() / np.sqrt(widen[c]))
        value, vector = np.linalg.eigh(units.T @ units)
        kept = value > 1e-9 * value[-1]
        drawn = random.standard_normal((20_000, int(kept.sum()))) @ (vector[:, kept] * np.sqrt(value[kept])).T
        probabilities.append((1 + int((drawn.max(axis=1) >= score).sum())) / 20_001)
    return np.array(probabilities)


@dataclass(frozen=True, eq=False)
class Placebo:
    """What spend of later days would have brought: `score` (c, leads) standardised, `error` (c, leads) of its level."""

    score: Floats
    error: Floats


def placebo(problem: Regression, best: Peak, lands: Floats, leads: tuple[int, ...]) -> Placebo:
    """Return for each channel what its own response so many days later explains, given all channels' today.

    Spend of the future cannot bring orders of today: a score far from 0 says that spend follows (or runs ahead
    of) demand in a way that neither control nor calendar explains. Near standard normal otherwise. The error says
    how small a following could have been seen; infinite where tomorrow's spend is as good as today's.
    """
    standardise = problem.standardise
    if standardise is None:
        raise MethodError("A problem without daily series has no later spend.", "Score one made by a panel.")
    chosen = np.stack([block[:, at] for block, at in zip(problem.features, best.place, strict=True)], axis=1)
    basis, _ = np.linalg.qr(chosen)
    rest = problem.target - basis @ (basis.T @ problem.target)
    score, error = np.zeros((2, len(lands), len(leads)))
    for c, (ad, at, share) in enumerate(zip(problem.shapes, best.place, lands, strict=True)):
        series = ad.features[at]
        for k, days in enumerate(leads):
            later = np.concatenate([series[days:], np.full(min(days, len(series)), series[-1])])
            row = standardise(later[: len(series)], share)
            row = row - basis @ (basis.T @ row)
            size = float(np.linalg.norm(row))
            score[c, k], error[c, k] = (float(row @ rest) / size, 1 / size) if size > 1e-6 else (0.0, np.inf)
    return Placebo(score, error)


def interval(problem: Regression, best: Peak, widen: Floats, axis: str) -> Floats:
    """Return the 95 % profile interval of `carry`, `half` or `slope` per channel, shape (c, 2).

    All values whose best fit is worse by at most 3.84 (widened for serial correlation) in twice the log
    likelihood, read off between the grid's values by a straight line. Where the data cannot tell, an end is
    the grid's end.
    """
    intervals = []
    for c, ad in enumerate(problem.shapes):
        values = np.unique(getattr(ad, axis))
        loss = np.array([_loss(problem, best, c, getattr(ad, axis) == value) for value in values])
        intervals.append(_span(values, np.maximum(loss, 0.0), CHI2_95 * widen[c]))
    return np.array(intervals)


def _loss(problem: Regression, best: Peak, channel: int, kept: NDArray[np.bool_]) -> float:
    allowed = np.ones(problem.starts[-1], dtype=bool)
    allowed[problem.starts[channel] : problem.starts[channel + 1]] = kept
    return best.gain - peak(problem, allowed, best).gain


def _span(values: Floats, loss: Floats, limit: float) -> tuple[float, float]:
    """Return the first and last value within the limit, between values by a straight line."""
    inside = np.flatnonzero(loss <= limit)
    if not len(inside):
        inside = np.array([int(loss.argmin())])
    first, last = int(inside[0]), int(inside[-1])
    return _crossing(values, loss, limit, (first, first - 1)), _crossing(
        values, loss, limit, (last, last + 1)
    )


def _crossing(values: Floats, loss: Floats, limit: float, pair: tuple[int, int]) -> float:
    inner, outer = pair
    if outer < 0 or outer >= len(values) or loss[inner] >= limit:
        return float(values[inner])
    share = (limit - loss[inner]) / max(loss[outer] - loss[inner], 1e-12)
    return float(values[inner] + share * (values[outer] - values[inner]))
