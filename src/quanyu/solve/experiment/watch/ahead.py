"""The difference of two shares while people still answer: an interval that holds at every look."""

from __future__ import annotations

import math
from dataclasses import dataclass

from quanyu.errors import MethodError
from quanyu.solve.experiment.effect import Effect, effect
from quanyu.solve.experiment.plan import always_valid

EVENTS = 100.0
"""How many who did it, of both arms, make the interval narrowest for its kind."""


@dataclass(frozen=True)
class Count:
    """One arm so far: `n` people, of whom `n_did` did it. Raises `MethodError` where more did it than there are."""

    n: int
    n_did: int

    def __post_init__(self) -> None:
        if not 0 <= self.n_did <= self.n:
            raise MethodError(
                "{n_did} of {n} people cannot have done it.", "Count people once.", n_did=self.n_did, n=self.n
            )

    def __add__(self, other: Count) -> Count:
        """Pool two arms."""
        return Count(self.n + other.n, self.n_did + other.n_did)

    @property
    def share(self) -> float:
        """The share that did it; 0 of nobody."""
        return self.n_did / self.n if self.n else 0.0


def difference(arm: Count, other: Count, *, confidence: float = 0.95) -> Effect | None:
    """Return the share of `arm` less that of `other` with an always-valid interval; None while nobody did it or an arm is empty.

    Whether everybody is written to at once and does it later, or people are written to bit by bit: what is known grows with those
    who did it, so the clock of the confidence sequence (`always_valid`) counts them and not the people. Its centre and standard
    error are those of shares with one success and one failure more in each arm, which hold for rare and few (Agresti and Caffo,
    *The American Statistician* 54 (2000) 280-288); `value` is the difference as it was seen.

    >>> told = difference(Count(4000, 480), Count(1000, 80))
    >>> round(told.value, 3), round(told.low, 3), round(told.high, 3)
    (0.04, 0.008, 0.071)
    """
    n_did = arm.n_did + other.n_did
    if not n_did or not arm.n or not other.n:
        return None
    (share, spread), (base, base_spread) = _steadied(arm), _steadied(other)
    found = always_valid(
        effect(share - base, math.sqrt(spread + base_spread)), n_did, tuning=EVENTS, confidence=confidence
    )
    return Effect(arm.share - other.share, found.se, found.df, found.low, found.high, found.p_value)


def _steadied(arm: Count) -> tuple[float, float]:
    """Return the share and its variance, with a success and a failure more."""
    n, share = arm.n + 2, (arm.n_did + 1) / (arm.n + 2)
    return share, share * (1 - share) / n
