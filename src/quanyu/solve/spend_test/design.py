"""What a spend test is: two levels of spend, its weeks, and the probability that it shows an effect."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

import numpy as np

from quanyu.solve.array import Floats
from quanyu.solve.distribution import normal_below, student_quantile
from quanyu.solve.spend_test.reading import adjusted, columns
from quanyu.solve.spend_test.schedule import CARRIED, exposures, schedules

LEVELS: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"off": (0.0, 1.0), "up": (1.0, 2.0), "half_and_more": (0.5, 1.5), "off_and_double": (0.0, 2.0)}
)
"""The low and the high spend of each kind of test, as multiples of the usual spend."""
WEEKS = (4, 6, 8, 10, 12)
N_DRAWN = 40


@dataclass(frozen=True)
class Design:
    """A spend test of a kind, over so many weeks, on a channel that usually spends `usual` a day.

    >>> design = Design("off", 6, 1000.0)
    >>> design.low, design.high, design.days, design.start
    (0.0, 1000.0, 42, 1.0)
    """

    kind: str
    weeks: int
    usual: float

    @property
    def low(self) -> float:
        """The spend of a low day."""
        return LEVELS[self.kind][0] * self.usual

    @property
    def high(self) -> float:
        """The spend of a high day."""
        return LEVELS[self.kind][1] * self.usual

    @property
    def days(self) -> int:
        """How many days it takes."""
        return 7 * self.weeks

    @property
    def start(self) -> float:
        """The pressure before the first day: 0 that of low spend, 1 that of high spend."""
        return (self.usual - self.low) / (self.high - self.low)


def power(design: Design, effect: float, noise_: float, confidence: float = 0.95) -> float:
    """Return the probability that the test shows an effect of so many orders a day from low to high spend.

    Phi(effect / se - t), se = noise / sqrt(sum of squares of the pressure, adjusted as in the reading), the mean over
    the shares that may carry over and over schedules; t is the quantile of Student's t of the reading (Lewis, Rao
    2015, The unfavorable economics of measuring the returns to advertising, for the two-sample case).

    >>> round(power(Design("off", 8, 1000.0), 6.0, 6.0), 2)
    0.81
    """
    if noise_ <= 0 or effect <= 0:
        return 0.0
    root = _information(design.weeks, design.start)
    limit = float(student_quantile(0.5 + confidence / 2, design.days - adjusting(design.days)))
    return float(normal_below(effect * root / noise_ - limit).mean())


def standard_error(design: Design, noise_: float) -> float:
    """Return the standard error of the effect in orders a day that the test may be expected to have."""
    return float(np.sqrt((noise_**2 / _information(design.weeks, design.start) ** 2).mean()))


def adjusting(days: int) -> int:
    """Return how many coefficients the reading of so many days spends."""
    return int(columns(np.zeros(days)).shape[1]) + 1


@lru_cache(maxsize=64)
def _information(weeks: int, start: float) -> Floats:
    """Return the root of the sum of squares of the adjusted pressure by carry-over (carries,), averaged over draws."""
    drawn = schedules(weeks, N_DRAWN, np.random.default_rng([7, weeks]))
    pressure = adjusted(exposures(drawn, start), columns(np.zeros(7 * weeks)), np.ones(7 * weeks))
    return np.asarray(np.sqrt((pressure**2).sum(axis=-1).mean(axis=0)).reshape(len(CARRIED)))


def noise(orders: Floats, control: Floats) -> float:
    """Return the standard deviation of a day's orders that the adjustment of the reading leaves.

    >>> round(noise(np.array([3.0, 5.0] * 28), np.zeros(56)), 2)
    1.08
    """
    x = columns(control)
    left = orders - x @ np.linalg.lstsq(x, orders, rcond=None)[0]
    return float(np.sqrt((left**2).sum() / max(len(orders) - np.linalg.matrix_rank(x), 1)))
