"""How long spend must be changed on and off until an effect of a given size shows."""

from __future__ import annotations

import math

from scipy.special import ndtri

WASH_OUT = 1.25
"""More days are needed than the formula says because the days after a change still carry the old spend."""


def days_needed(effect: float, noise: float, confidence: float = 0.95, power: float = 0.8) -> float:
    """Return the days of a trial that alternates two levels of spend, half of the time each.

    `effect` is the difference in orders a day between the two, `noise` the standard deviation of a day's
    orders once the control is taken off. days = 4 * noise**2 * (z_confidence + z_power)**2 / effect**2, the
    two-sample formula (Lewis, Rao 2015, The unfavorable economics of measuring the returns to advertising),
    a quarter more for carry-over. Infinite where there is no effect to look for.

    >>> round(days_needed(2.0, 5.0))
    245
    """
    if effect <= 0:
        return math.inf
    z = float(ndtri(0.5 + confidence / 2) + ndtri(power))
    return WASH_OUT * 4 * (noise * z / effect) ** 2
