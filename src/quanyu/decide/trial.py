"""The experiment that would tell what a channel brings: its kind and how many weeks it takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from quanyu.solve.trial import days_needed

Kind = Literal["pause", "pause_and_double", "pulse", "none"]
FEWEST_WEEKS = 4
PAUSE_AT_MOST, MOST_WEEKS = 12, 26
DOUBLE = 1.6
"""How much more shows when pauses alternate with twice the spend: not twice as much, because channels saturate."""
PULSE = 0.3
CLEAR_OF_ONE = 0.25
"""A marginal return is told from 1 at least as finely as this."""


@dataclass(frozen=True)
class Trial:
    """`pause`: none of the spend every other fortnight; `pause_and_double`: none and twice the spend in turn;
    `pulse`: 30 % more and less in turn; `none`: half a year would not be enough."""

    kind: Kind
    weeks: int | None = None


def to_find(spend: float, worth: float, noise: float | None) -> Trial:
    """Return the trial that shows an effect which pays for the spend, if there is one.

    `spend` per day, `worth` of an order, `noise` of a day's orders. An effect that pays for itself is
    spend / worth orders a day.

    >>> to_find(1000.0, 160.0, 8.0)
    Trial(kind='pause', weeks=10)
    >>> to_find(50.0, 160.0, 8.0)
    Trial(kind='none', weeks=None)
    """
    if not noise or spend <= 0 or worth <= 0:
        return Trial("none")
    effect = spend / worth
    weeks = _weeks(effect, noise)
    if weeks <= PAUSE_AT_MOST:
        return Trial("pause", weeks)
    weeks = _weeks(DOUBLE * effect, noise)
    return Trial("pause_and_double", weeks) if weeks <= MOST_WEEKS else Trial("none")


def to_sharpen(spend: float, worth: float, noise: float | None, marginal: float) -> Trial:
    """Return the trial that tells the marginal return of a known channel from 1.

    >>> to_sharpen(2000.0, 160.0, 8.0, 0.4)
    Trial(kind='pulse', weeks=18)
    """
    if not noise or spend <= 0 or worth <= 0:
        return Trial("none")
    effect = 2 * PULSE * spend / worth * max(abs(marginal - 1), CLEAR_OF_ONE)
    weeks = _weeks(effect, noise)
    return Trial("pulse", weeks) if weeks <= MOST_WEEKS else Trial("none")


def _weeks(effect: float, noise: float) -> int:
    """Return an even number of weeks, so that both halves are as long."""
    weeks = math.ceil(min(days_needed(effect, noise), 1e6) / 7)
    return max(FEWEST_WEEKS, weeks + weeks % 2)
