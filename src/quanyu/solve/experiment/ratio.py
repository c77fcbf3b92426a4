"""Ratio metrics: sums over sums, such as money per order, where people and not orders were assigned."""

from __future__ import annotations

import numpy as np

from quanyu.errors import MethodError
from quanyu.solve.experiment.sample import Sample


def ratio(arm: Sample) -> Sample:
    """Return the arm of the ratios of its values taken in pairs: (top, bottom, top, bottom, ...).

    The first ratio is the metric and further ones may serve `cuped.estimate` as covariates. The delta method: a ratio of means
    varies like (x - r y) / mean(y), with r the ratio. Source: Deng, Knoblich and Lu, *KDD* 2018. Raises
    `MethodError` for an odd number of values or a bottom whose mean is zero.

    >>> arm = Sample(100, np.array([6.0, 3.0]), 99 * np.array([[4.0, 1.0], [1.0, 1.0]]))
    >>> float(ratio(arm).mean[0]), round(ratio(arm).variance, 6)
    (2.0, 0.444444)
    """
    if len(arm.mean) % 2:
        raise MethodError(
            "A ratio is made of two values; there are {n}.", "Give tops and bottoms in turn.", n=len(arm.mean)
        )
    top, bottom = arm.mean[0::2], arm.mean[1::2]
    if (bottom == 0).any():
        raise MethodError("A ratio has a bottom of zero.", "Leave it out while nobody has any.")
    k = len(top)
    gradient = np.zeros((k, 2 * k))
    gradient[np.arange(k), 2 * np.arange(k)] = 1 / bottom
    gradient[np.arange(k), 2 * np.arange(k) + 1] = -top / bottom**2
    return arm.mapped(gradient, top / bottom)
