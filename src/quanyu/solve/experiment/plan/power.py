"""Power: how many people an experiment takes, and the smallest effect it can see."""

from __future__ import annotations

import math

from quanyu.errors import MethodError
from quanyu.solve.distribution import normal_quantile


def detectable(
    n: float, variance: float, *, control_share: float = 0.5, confidence: float = 0.95, power: float = 0.8
) -> float:
    """Return the smallest difference of means that `n` people in two arms find with the power asked for.

    (z_confidence + z_power) sqrt(variance / n (1 / share + 1 / (1 - share))), the two-sided normal approximation.
    Raises `MethodError` for a share, confidence or power outside 0 to 1.

    >>> round(detectable(4000, 1.0), 4)
    0.0886
    """
    if n <= 0 or variance < 0:
        raise MethodError(
            "{n} people with the variance {variance} make no experiment.",
            "Give people and a variance above zero.",
            n=n, variance=variance,
        )  # fmt: skip
    return reach(confidence, power) * math.sqrt(variance / n * _imbalance(control_share))


def needed(
    least: float,
    variance: float,
    *,
    control_share: float = 0.5,
    confidence: float = 0.95,
    power: float = 0.8,
) -> int:
    """Return how many people both arms together need to find a difference `least` with the power asked for.

    >>> needed(0.0886, 1.0)
    4000
    """
    if not least:
        raise MethodError("No number of people can find an effect of zero.", "Name the least that matters.")
    return math.ceil((reach(confidence, power) / least) ** 2 * variance * _imbalance(control_share))


def needed_alike(n: int, se: float, gap: float, *, confidence: float = 0.95, power: float = 0.8) -> int:
    """Return how many people arms like those that were read need, in all, to tell an effect from one `gap` away.

    `n` people gave the standard error `se`, which falls with the root of n. Raises `MethodError` for a gap of zero.

    >>> needed_alike(1000, 0.5, 0.7)
    4005
    """
    if not gap:
        raise MethodError("No number of people can find an effect of zero.", "Name the least that matters.")
    return math.ceil(n * (reach(confidence, power) * se / gap) ** 2)


def reach(confidence: float, power: float) -> float:
    """Return how many standard errors an effect must have to be found.

    >>> round(reach(0.95, 0.8), 4)
    2.8016
    """
    if not (0 < confidence < 1 and 0 < power < 1):
        raise MethodError(
            "Confidence {confidence} and power {power} must lie between 0 and 1.",
            "Common are 0.95 and 0.8.",
            confidence=confidence, power=power,
        )  # fmt: skip
    return float(normal_quantile(0.5 + confidence / 2) + normal_quantile(power))


def _imbalance(control_share: float) -> float:
    if not 0 < control_share < 1:
        raise MethodError(
            "The share {share} is not between 0 and 1.", "Give a share such as 0.05.", share=control_share
        )
    return 1 / control_share + 1 / (1 - control_share)
