"""An interval for a forecast from how far earlier forecasts of the same length were off."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quanyu.solve.distribution import student_quantile
from quanyu.solve.history import Values

COVER = 0.95
NORMAL = 1.959963984540054


@dataclass(frozen=True)
class Excess:
    """How far forecasts of one length were off beyond what their own variance explains.

    `width` is the distance in logarithms that holds 95 % of them, `deviation` their root mean square; `worth` is how many
    independent forecasts the overlapping ones are worth.
    """

    n: int
    worth: float
    deviation: float
    width: float


def excess(errors: Values, own: Values, apart: float) -> Excess:
    """Return the excess of logarithmic errors (n,) over their own variances (n,).

    `apart` is the distance of neighbouring origins as a share of the horizon; the errors of overlapping horizons share
    days, with the correlation 1 - distance / horizon, and are worth 1 / mean square correlation independent ones
    (Satterthwaite 1946). The width is the larger of Student's quantile at so many degrees of freedom, and the conformal quantile: the
    ceil(0.95 (n + 1))-th smallest distance (Vovk, Gammerman, Shafer 2005), the largest where there are too few.

    >>> excess(np.array([0.3, -0.2, 0.1, -0.3]), np.zeros(4), 1.0).worth
    4.0
    """
    n = len(errors)
    gap = np.abs(np.subtract.outer(np.arange(n), np.arange(n))) * apart
    shared = np.maximum(1 - gap, 0.0)
    worth = n * n / float((shared**2).sum())
    square = errors**2
    # Each error keeps what it exceeds its own variance by: by chance alone about half of that variance stays, which pays for
    # not knowing it well. A difference of means would be 0 half the time, and too narrow when it is.
    beyond = float(np.maximum(square - own, 0.0).mean())
    deviation = float(np.sqrt(beyond))
    left = np.sort(np.abs(errors)) * np.sqrt(beyond / max(float(square.mean()), 1e-12))
    conformal = float(left[min(int(np.ceil(COVER * (n + 1))), n) - 1])
    return Excess(
        n, worth, deviation, max(deviation * float(student_quantile((1 + COVER) / 2, worth)), conformal)
    )


def interval(expected: float, own: float, beyond: float) -> tuple[float, float]:
    """Return the ends that hold 95 %: own variance (of the logarithm) and excess width add up as squares.

    >>> [round(end) for end in interval(100.0, 0.0, 0.5)]
    [61, 165]
    """
    width = float(np.sqrt(NORMAL**2 * own + beyond**2))
    return expected * np.exp(-width), expected * np.exp(width)
