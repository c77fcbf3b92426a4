"""What a spend test showed: the difference between its days of high and low spend, judged by how they were drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from quanyu.solve.array import Floats
from quanyu.solve.distribution import student_below
from quanyu.solve.spend_test.schedule import CARRIED, Flags, exposures, schedules

N_DRAWN = 199
STEPS = 4001


@dataclass(frozen=True)
class Reading:
    """The effect of going from low to high spend, in orders a day, with its standard error and interval.

    `p_value` is the share of schedules that might have been drawn under which as large an effect shows;
    `carry` the share of yesterday's pressure that is left today, as far as the days tell.
    """

    orders: float
    error: float
    low: float
    high: float
    p_value: float
    carry: float


def read(
    orders: Floats, control: Floats, is_high: Flags, start: float, random: np.random.Generator
) -> Reading:
    """Return what a test showed.

    `orders` (days,) are those of the sales channels that the ad leads to, `control` (days,) those of the others, zeros
    where there are none; `start` is the pressure before the first day (see `Design`).

    For each share c that may carry over, the effect is the least-squares coefficient of the pressure a_t = c * a_(t-1) +
    (1 - c) * high_t, adjusted for weekday, trend and the control. Its error is the larger of the usual one and of
    the spread of the same coefficient over other schedules that might have been drawn, applied to what the effect
    leaves (randomisation inference: Fisher 1935; Imbens, Rubin 2015, chapter 5): no law of the noise is assumed, and days
    may depend on one another. The shares are weighed by how well they fit (BIC weights), and the interval is that
    of the mixture of Student's t. The p-value is exact: the coefficient averaged over all shares against the same of
    other schedules.
    """
    days = len(orders)
    x = columns(control)
    root = 1 / np.sqrt((1 + control / control.mean()) / 2) if control.any() else np.ones(days)
    free = days - x.shape[1] - 1
    pressure = adjusted(exposures(is_high, start), x, root)
    drawn = adjusted(exposures(schedules(days // 7, N_DRAWN, random), start), x, root)
    target = adjusted(orders, x, root)
    power = (pressure**2).sum(axis=-1)
    effects = pressure @ target / power
    left = target - effects[:, None] * pressure
    squares = (left**2).sum(axis=-1)
    usual = np.sqrt(squares / free / power)
    spread = np.sqrt(
        (((drawn * left).sum(axis=-1) / (drawn**2).sum(axis=-1)) ** 2).mean(axis=0) * days / free
    )
    fit = -days / 2 * np.log(np.maximum(squares, 1e-12))
    weight = np.exp(fit - fit.max())
    weight /= weight.sum()
    error = np.maximum(np.maximum(usual, spread), 1e-9)
    middle = float(weight @ effects)
    low, high = _mixed(effects, error, weight, free)
    seen = np.abs((drawn @ target / (drawn**2).sum(axis=-1)).mean(axis=1))
    p_value = float((1 + (seen >= abs(effects.mean()) - 1e-12).sum()) / (1 + N_DRAWN))
    whole = float(np.sqrt(weight @ (error**2 + (effects - middle) ** 2)))
    return Reading(middle, whole, low, high, p_value, float(weight @ CARRIED))


def columns(control: Floats) -> Floats:
    """Return what the orders are adjusted for (days, k): level, trend, weekday, and the control where there is one."""
    day = np.arange(len(control))
    weekday = [(day % 7 == number).astype(np.float64) for number in range(1, 7)]
    trend = (day - day.mean()) / max(len(day), 1)
    shown = [control / control.mean() - 1] if control.any() else []
    return np.column_stack([np.ones(len(day)), trend, *weekday, *shown])


def adjusted(values: Floats, x: Floats, root: Floats) -> Floats:
    """Return weighted values (..., days) less what the columns `x` (days, k) explain of them."""
    basis, _ = np.linalg.qr(x * root[:, None])
    scaled = values * root
    return np.asarray(scaled - (scaled @ basis) @ basis.T)


def _mixed(effects: Floats, error: Floats, weight: Floats, free: int) -> tuple[float, float]:
    """Return the 2.5 % and 97.5 % quantiles of a mixture of Student's t."""
    grid = np.linspace((effects - 12 * error).min(), (effects + 12 * error).max(), STEPS)
    share = student_below((grid[:, None] - effects) / error, free) @ weight
    low, high = np.interp([0.025, 0.975], share, grid)
    return float(low), float(high)
