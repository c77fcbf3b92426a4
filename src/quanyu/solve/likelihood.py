"""The largest likelihood: several starts on coarse cells, Newton steps on all, and what the data can tell."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import scipy

from quanyu.solve.history import Values

Score: TypeAlias = Callable[[Values], tuple[float, Values]]
"""From log-parameters to a log-likelihood and its gradient."""

BELOW, ABOVE = 11.0, 7.0
"""How far below the smallest and above the largest start a log-parameter is sought."""
NEAR = 4.0
"""How far beyond the starts a search that goes on from elsewhere begins: not where the likelihood is flat."""
STEP = 1e-4
EDGE = 1e-9
"""So near a limit a log-parameter is at it."""


@dataclass(frozen=True)
class Maximum:
    """Where the likelihood `score` is largest.

    `place` are the log-parameters. `is_inside` says that no parameter ran to the edge of what is tried.
    """

    place: Values
    log_likelihood: float
    is_inside: bool
    score: Score

    @cached_property
    def covariance(self) -> Values | None:
        """The covariance of the log-parameters from the observed information; None where the data cannot tell them apart.

        The information is the negative second derivative by central differences of the gradient.
        """
        return _inverse(-_curved(self.score, self.place))

    @property
    def deviation(self) -> Values:
        """Standard errors of the log-parameters; NaN where they cannot be told."""
        if self.covariance is None:
            return np.full(len(self.place), np.nan)
        return np.asarray(np.sqrt(np.diag(self.covariance)))

    @property
    def standard_error(self) -> Values:
        """Standard errors of the parameters themselves, by the delta method."""
        return np.asarray(np.exp(self.place) * self.deviation)


def maximise(
    score: Score,
    starts: Sequence[Values],
    rough: Score | None = None,
    free: int = 0,
    first: Values | None = None,
) -> Maximum:
    """Return the best maximum found from the `starts` (log-parameters).

    `rough` is a cheaper log-likelihood near `score`, such as one on coarse cells: the search runs there, and only
    the last steps on `score`. The last `free` entries of a start are effects that may be negative. Where a maximum is known
    to be near `first`, it is sought from there alone.
    """
    near = rough or score
    n_bound = len(starts[0]) - free
    ends = np.stack([np.min(starts, axis=0) - BELOW, np.max(starts, axis=0) + ABOVE], axis=1)
    ends[n_bound:] = (-6.0, 6.0)
    begin = (
        starts if first is None else [np.clip(first, ends[:, 0] + BELOW - NEAR, ends[:, 1] - ABOVE + NEAR)]
    )
    tries = [_climbed(near, start, ends) for start in begin]
    place = max(tries, key=lambda attempt: attempt[0])[1]
    place, level = _polished(score, near, place, ends)
    bound, edge = place[:n_bound], ends[:n_bound]
    is_inside = bool(np.all((bound > edge[:, 0] + 0.1) & (bound < edge[:, 1] - 0.1)))
    return Maximum(place, level, is_inside, score)


def _climbed(score: Score, start: Values, limits: Values) -> tuple[float, Values]:
    """BFGS from one start; beyond the limits the likelihood goes on as a parabola that falls."""
    first, _ = score(start)
    scale = max(abs(first), 1.0)

    def down(place: Values) -> tuple[float, Values]:
        inside = np.clip(place, limits[:, 0], limits[:, 1])
        out = place - inside
        level, slope = score(inside)
        return -level / scale + float(out @ out), -np.where(out == 0, slope, 0.0) / scale + 2 * out

    # Not L-BFGS-B: its LAPACK calls on tiny matrices wait for one another's threads on a busy machine.
    optimum = scipy.optimize.minimize(
        down, start, jac=True, method="BFGS", options={"maxiter": 120, "gtol": 1e-7}
    )
    return -float(optimum.fun) * scale, np.clip(optimum.x, limits[:, 0], limits[:, 1])


def _polished(
    score: Score, near: Score, place: Values, limits: Values, rounds: int = 20
) -> tuple[Values, float]:
    """Newton steps on `score`; the second derivatives of `near` serve while they still shorten the way.

    A step ends at the limits, and must not lower the likelihood beyond its rounding error. Progress is the Newton decrement:
    what the likelihood still has to gain, which stays exact where the likelihood itself is too flat to tell.
    """
    level, slope = score(place)
    curve, is_own = _curved(near, place), near is score
    left = np.inf
    for _ in range(rounds):
        step = _newton(curve, slope, place, limits)
        to_gain = float(slope @ step)
        if to_gain > left / 4 and not is_own:
            curve, is_own = _curved(score, place), True
            step = _newton(curve, slope, place, limits)
            to_gain = float(slope @ step)
        if not 1e-18 * max(abs(level), 1.0) < to_gain < left:
            break
        left, size = to_gain, _length(place, step, limits)
        noise = 1e-13 * max(abs(level), 1.0)
        while size > 1e-3:
            tried = np.clip(place + size * step, limits[:, 0], limits[:, 1])
            higher, steeper = score(tried)
            if higher >= level - noise:
                break
            size /= 2
        else:
            break
        place, level, slope = tried, higher, steeper
        left = np.inf if size < 1 else left
    return place, level


def _newton(curve: Values, slope: Values, place: Values, limits: Values) -> Values:
    """The step to the top of the parabola, along a limit where it would lead out of it.

    Where there is no top, uphill along the slope's own scale.
    """
    free = np.ones(len(slope), dtype=bool)
    while True:
        step = np.zeros_like(slope)
        values, vectors = np.linalg.eigh(-curve[np.ix_(free, free)])
        if free.any() and np.all(np.isfinite(values)) and values[-1] > 0:
            safe = np.maximum(values, 1e-10 * values[-1])
            step[free] = vectors @ ((vectors.T @ slope[free]) / safe)
        leaves = (step < 0) & (place <= limits[:, 0] + EDGE) | (step > 0) & (place >= limits[:, 1] - EDGE)
        if not leaves.any():
            return step
        free &= ~leaves


def _length(place: Values, step: Values, limits: Values) -> float:
    """The part of a step, at most all of it, that leads up to the limits."""
    end = np.where(step > 0, limits[:, 1], limits[:, 0])
    moves = step != 0
    return float(np.min((end - place)[moves] / step[moves], initial=1.0))


def _curved(score: Score, place: Values) -> Values:
    """Second derivatives by central differences of the gradient."""
    columns = []
    for at in range(len(place)):
        move = np.zeros(len(place))
        move[at] = STEP
        columns.append((score(place + move)[1] - score(place - move)[1]) / (2 * STEP))
    curve = np.array(columns)
    return np.asarray((curve + curve.T) / 2)


def _inverse(information: Values) -> Values | None:
    """The inverse of a positive definite matrix; None where it is not one, or nearly not."""
    if not np.all(np.isfinite(information)):
        return None
    width = np.sqrt(np.abs(np.diag(information)))
    if not np.all(width > 0):
        return None
    scaled = information / np.outer(width, width)
    values, vectors = np.linalg.eigh(scaled)
    if values[0] <= 1e-8:
        return None
    return np.asarray((vectors / values) @ vectors.T / np.outer(width, width))
