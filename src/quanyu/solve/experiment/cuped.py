"""CUPED: what people did before explains part of what they do after, and that part need not be noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Literal

import numpy as np

from quanyu.solve.experiment.effect import Effect
from quanyu.solve.experiment.sample import Array, Sample
from quanyu.solve.experiment.welch import welch

Pooling = Literal["whole", "within"]
LEAST_SHARE = 1e-6
"""Covariates whose spread is below this share of the largest, after scaling, count as combinations of others."""


@dataclass(frozen=True)
class Adjusted:
    """The adjusted difference, the weights of the covariates, and by which share the variance fell."""

    effect: Effect
    theta: tuple[float, ...]
    variance_reduction: float


def estimate(treated: Sample, control: Sample, theta: Array, *, confidence: float = 0.95) -> Adjusted:
    """Return the difference of the means of the first value, adjusted by all the others with the weights `theta`.

    The difference of y - theta'x has the same expectation as that of y, as the covariates x were known before, and
    with the weights of `weights` the least variance. Judged by `welch`. Source: Deng, Xu, Kohavi and Walker,
    *WSDM* 2013. Raises `MethodError` where the adjusted value does not vary.

    >>> square = np.array([[4.0, 3.0], [3.0, 4.0]])
    >>> arms = [Sample(n, np.array([y, 5.0]), n * square) for n, y in ((80, 3), (90, 2))]
    >>> lift = estimate(*arms, weights(arms))
    >>> lift.effect.value, lift.theta, round(lift.variance_reduction, 4)
    (1.0, (0.75,), 0.5625)
    """
    arms = [adjusted(arm, theta) for arm in (treated, control)]
    effect = welch(*arms, confidence=confidence)
    raw = welch(treated, control, confidence=confidence)
    return Adjusted(effect, tuple(float(part) for part in theta), 1 - (effect.se / raw.se) ** 2)


def adjusted(arm: Sample, theta: Array) -> Sample:
    """Return the arm of y - theta'x alone.

    >>> float(adjusted(Sample(9, np.array([3.0, 5.0]), np.eye(2)), np.array([0.5])).mean[0])
    0.5
    """
    contrast = np.concatenate(([1.0], -np.asarray(theta)))
    return arm.mapped(contrast[None, :], np.array([contrast @ arm.mean]))


def weights(arms: Sequence[Sample], pooling: Pooling = "whole") -> Array:
    """Return the weights cov(x)^-1 cov(x, y) of the covariates in the best linear prediction of the first value.

    Covariances are those of all arms as one `whole`, or `within` the arms (for ratios, whose arms do not add up).
    Covariates that say nothing new get the smallest weights that fit.

    >>> weights([Sample(9, np.zeros(2), np.array([[4.0, 3.0], [3.0, 6.0]]))]).tolist()
    [0.5]
    """
    comoment = (
        reduce(add, [arm.comoment for arm in arms]) if pooling == "within" else reduce(add, arms).comoment
    )
    spread, shared = comoment[1:, 1:], comoment[1:, 0]
    scale = np.sqrt(np.diag(spread))
    scale = np.where(scale > 0, scale, 1.0)
    scaled = np.linalg.lstsq(spread / np.outer(scale, scale), shared / scale, rcond=LEAST_SHARE)[0]
    theta: Array = scaled / scale
    return theta
