"""Always-valid reading: an interval that holds at every look, however often one looks."""

from __future__ import annotations

import math

from quanyu.errors import MethodError
from quanyu.solve.experiment.effect import Effect


def always_valid(effect: Effect, n: int, *, tuning: float = 5000.0, confidence: float = 0.95) -> Effect:
    """Return the effect with the interval of an asymptotic confidence sequence and its always-valid p-value.

    `n` are the people of both arms; the interval is narrowest, for its kind, at `tuning` people. With V = n se^2 and
    rho^2 = (-2 ln a + ln(1 - 2 ln a)) / tuning: +- sqrt(2 V (n rho^2 + 1) / (n rho)^2 ln(sqrt(n rho^2 + 1) / a)).
    Source: Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas, *Annals of Statistics* 52 (2024), section 2.

    >>> from quanyu.solve.experiment.effect import effect
    >>> interval = always_valid(effect(0.4, 0.1), 5000)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.096, 0.704)
    """
    if n <= 0 or tuning <= 0 or not 0 < confidence < 1:
        raise MethodError(
            "A confidence sequence of {n} people, tuned to {tuning}, does not exist.",
            "Give numbers of people above zero and a confidence between 0 and 1.",
            n=n, tuning=tuning,
        )  # fmt: skip
    alpha = 1 - confidence
    rho2 = (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / tuning
    grown = n * rho2 + 1
    reach = effect.se * math.sqrt(2 * grown / (n * rho2) * math.log(math.sqrt(grown) / alpha))
    log_evidence = n * rho2 / grown * (effect.value / effect.se) ** 2 / 2 - math.log(grown) / 2
    return Effect(
        effect.value,
        effect.se,
        effect.df,
        effect.value - reach,
        effect.value + reach,
        min(1.0, math.exp(-log_evidence)),
    )
