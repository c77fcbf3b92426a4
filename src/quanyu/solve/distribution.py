"""The distributions that answers are read off, without the time that importing `scipy.stats` takes.

The functions behind them are those of `scipy.special`, so that the figures are the same to the last bit.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import scipy
from numpy.typing import NDArray

Numbers = float | NDArray[np.float64]

ROOT_OF_TAU = np.sqrt(2 * np.pi)


def normal_density(at: Numbers, mean: Numbers = 0.0, sd: Numbers = 1.0) -> Any:
    """Return the density of the normal distribution: exp(-z^2 / 2) / sqrt(2 pi) / sd with z = (at - mean) / sd.

    >>> round(float(normal_density(0.0)), 4)
    0.3989
    """
    z = (at - mean) / sd
    return np.exp(-(z**2) / 2.0) / ROOT_OF_TAU / sd


def normal_below(at: Numbers) -> Any:
    """Return the probability that a standard normal number lies below.

    >>> round(float(normal_below(1.96)), 3)
    0.975
    """
    return scipy.special.ndtr(at)


def normal_above(at: Numbers, mean: Numbers = 0.0, sd: Numbers = 1.0) -> Any:
    """Return the probability that a normal number lies above; as exact far out as near the middle.

    >>> round(float(normal_above(1.96)), 3)
    0.025
    """
    return scipy.special.ndtr(-((at - mean) / sd))


def normal_quantile(share: Numbers) -> Any:
    """Return the number below which a share of standard normal numbers lies.

    >>> round(float(normal_quantile(0.975)), 2)
    1.96
    """
    return scipy.special.ndtri(share)


def student_below(at: Numbers, free: Numbers) -> Any:
    """Return the probability that a number of Student's distribution with `free` degrees of freedom lies below.

    >>> float(student_below(0.0, 5))
    0.5
    """
    return scipy.special.stdtr(free, at)


def student_quantile(share: Numbers, free: Numbers) -> Any:
    """Return the number below which a share > 0 of Student's distribution with `free` degrees of freedom lies.

    >>> round(float(student_quantile(0.975, 10)), 3)
    2.228
    """
    return scipy.special.stdtrit(free, share)


def chi_squared_above(at: Numbers, free: Numbers) -> Any:
    """Return the probability that a chi-squared number with `free` degrees of freedom lies above.

    >>> round(float(chi_squared_above(3.841, 1)), 3)
    0.05
    """
    return scipy.special.chdtrc(free, at)
