"""CUPED: what people did before explains part of what they do after, and that part need not be noise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from quanyu.solve.experiment.effect import Effect, effect
from quanyu.solve.experiment.sample import Array, Sample
from quanyu.solve.experiment.welch import degrees, welch

Pooling = Literal["whole", "within"]
LEAST_SHARE = 1e-10
"""Covariates whose spread is below this share of the largest, after scaling, count as combinations of others."""


@dataclass(frozen=True)
class Adjusted:
    """The adjusted difference, the weights of the covariates, and by which share the variance fell."""

    effect: Effect
    theta: tuple[float, ...]
    variance_reduction: float


def cuped(
    treated: Sample, control: Sample, *, confidence: float = 0.95, pooling: Pooling = "whole"
) -> Adjusted:
    """Return the difference of the means of the first value, adjusted by all the others as covariates.

    With y the first value and x the covariates, theta = cov(x)^-1 cov(x, y) over both arms as one `whole`, or `within`
    the arms (for ratios, whose arms do not add up); the difference of y - theta'x has the same expectation as that of
    y, as x was known before. Satterthwaite's degrees of freedom. Covariates that say nothing new get the smallest
    weights that fit. Source: Deng, Xu, Kohavi and Walker, *WSDM* 2013. Raises `MethodError` where the adjusted
    value does not vary.

    >>> arms = [Sample(n, np.array([y, 5.0]), n * np.array([[4.0, 3.0], [3.0, 4.0]])) for n, y in ((80, 3), (90, 2))]
    >>> found = cuped(*arms)
    >>> found.effect.value, found.theta, round(found.variance_reduction, 4)
    (1.0, (0.75,), 0.5625)
    """
    theta = weights(
        treated.comoment + control.comoment if pooling == "within" else (treated + control).comoment
    )
    contrast = np.concatenate(([1.0], -theta))
    arms = [arm.mapped(contrast[None, :], np.array([contrast @ arm.mean])) for arm in (treated, control)]
    parts = [max(arm.variance, 0.0) / arm.n for arm in arms]
    df = degrees(treated, control, *parts)
    value = float(contrast @ (treated.mean - control.mean))
    found = effect(value, math.sqrt(sum(parts)), df=df, confidence=confidence)
    raw = welch(treated, control, confidence=confidence)
    return Adjusted(found, tuple(float(part) for part in theta), 1 - (found.se / raw.se) ** 2)


def weights(comoment: Array) -> Array:
    """Return the weights of the covariates in the best linear prediction of the first value.

    >>> weights(np.array([[4.0, 3.0], [3.0, 6.0]])).tolist()
    [0.5]
    """
    spread, shared = comoment[1:, 1:], comoment[1:, 0]
    scale = np.sqrt(np.diag(spread))
    scale = np.where(scale > 0, scale, 1.0)
    found = np.linalg.lstsq(spread / np.outer(scale, scale), shared / scale, rcond=LEAST_SHARE)[0]
    theta: Array = found / scale
    return theta
