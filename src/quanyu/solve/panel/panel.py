"""Daily series of several sales channels against the spend of ad channels: everything but the ads removed.

The model: orders of sales channel p on day t have the mean

    b_pt + sum over ad channels c of lands_cp * level_c * feature_c(t),
    log b_pt = nuisance_t . theta_p + delta_t,

and the variance phi_p times the mean (quasi-Poisson). delta_t is free and shared by all sales channels, so
what moves all of them on a day (festivals, weather, news) cannot be taken for an effect of ads: the other
sales channels are the control (difference in differences). With one sales channel there is no such control
and delta is left out; then only `nuisance` stands between demand and ads.

Sources: difference in differences for paid channels: Blake, Nosko, Tadelis (2015), Consumer heterogeneity and
paid search effectiveness; quasi-likelihood: Wedderburn (1974); partialling out: Frisch, Waugh (1933), Lovell
(1963).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from quanyu.solve.array import Floats
from quanyu.solve.panel.profile import peak
from quanyu.solve.panel.regression import Measured, Regression
from quanyu.solve.response import FINE, Grid, Shapes, saturate, shapes

FAR = 4.0
"""Standardised residuals beyond this weigh less (Huber 1964): one viral day does not decide."""
ROUNDS = 8
FLOW_ROUNDS = 6
PRIOR_VARIANCE = 0.1
CHANCE = 4.0
"""Squared standard error that the best of a coarse grid of shapes reaches by chance."""
SMALLEST, LARGEST = 1e-4, 4.0
"""Bounds of the variance of a group's coefficients: moves of 1 % and of a factor of 7."""
COARSE = Grid((0.0, 0.3, 0.6, 0.85), (0.35, 1.0, 3.0), (1.0, 2.2))


@dataclass(frozen=True, eq=False)
class Panel:
    """What happened: `orders` (p, days) >= 0, `spend` (c, days) >= 0, `lands` (c, p) shares that add up to 1.

    `nuisance` (days, k) moves the log of every sales channel's orders, each with its own coefficients. Columns of
    `group` (k,) 0 are free; those of one group 1, 2 ... have a normal prior around 0, whose variance is estimated
    for each sales channel.
    `is_open` (p, days) says where a sales channel existed; other cells tell nothing.
    """

    orders: Floats
    spend: Floats
    lands: Floats
    nuisance: Floats
    group: NDArray[np.int64]
    is_open: Floats

    @property
    def has_control(self) -> bool:
        """Whether the days' common shocks can be told from ads."""
        return len(self.orders) > 1


def regression(panel: Panel, measured: Sequence[Measured] = (), grid: Grid = FINE) -> Regression:
    """Fit everything but the ads and return what is left: a linear problem in the levels, given the shapes.

    Gauss-Newton: the nuisance and the ads are fitted in turn on a coarse grid of shapes until they agree, then
    the nuisance is removed from the features of the full grid.
    """
    coarse = [shapes(row, COARSE) for row in panel.spend]
    state = _State.start(panel)
    for _ in range(ROUNDS):
        step = _Step(panel, state)
        state = step.next(_ads(panel, step, coarse))
    step = _Step(panel, state)
    full = tuple(shapes(row, grid) for row in panel.spend)
    features = [step.residual(step.white_ads(ad, lands)) for ad, lands in zip(full, panel.lands, strict=True)]
    target = step.residual(step.target)
    if measured:
        features, target = _with_measured(features, target, full, measured)
    extra = np.zeros(len(measured))

    def standardise(series: Floats, lands: Floats) -> Floats:
        rows = step.white(lands[:, None] * series).ravel()
        return np.concatenate([step.residual(np.concatenate([rows, np.zeros(len(step.penalty))])), extra])

    return Regression(full, tuple(features), target, state.noise, state.baseline, standardise)


@dataclass(frozen=True, eq=False)
class _State:
    baseline: Floats
    ads: Floats
    noise: Floats
    theta: Floats
    weight: Floats
    variance: Floats

    @classmethod
    def start(cls, panel: Panel) -> _State:
        """Begin with every sales channel at its usual share of the flow of all."""
        usual = panel.orders.mean(axis=1, keepdims=True)
        ones = np.ones_like(panel.orders)
        size = len(panel.orders) * panel.nuisance.shape[1]
        variance = np.full((len(usual), int(panel.group.max(initial=0)) + 1), PRIOR_VARIANCE)
        noise = np.ones(len(usual))
        flow = expected(panel, 0 * ones, 1.0) if panel.has_control else usual.sum() * ones[0]
        return cls(usual / usual.sum() * flow, 0 * ones, noise, np.zeros(size), ones, variance)


class _Step:
    """One linearisation: standardises rows, removes the nuisance, and knows the next state."""

    def __init__(self, panel: Panel, state: _State) -> None:
        self.panel, self.state = panel, state
        mean = state.baseline + state.ads
        self.far = FAR + 2 / np.sqrt(mean)
        self.root = np.sqrt(panel.is_open * state.weight / (state.noise[:, None] * mean))
        strength = self.root * state.baseline
        size = np.sqrt((strength**2).sum(axis=0))
        self.direction = strength / np.maximum(size, 1e-12)
        self.direction *= panel.has_control
        self._factor()
        prior = -np.sqrt(self.penalty) * state.theta
        self.target = np.concatenate([self.white(panel.orders - state.baseline).ravel(), prior])

    def white(self, values: Floats) -> Floats:
        """Standardise (p, days, ...) so that the noise has variance 1 and days' common shocks vanish."""
        extra = (1,) * (values.ndim - 2)
        scaled = values * self.root.reshape(*self.root.shape, *extra)
        direction = self.direction.reshape(*self.direction.shape, *extra)
        return np.asarray(scaled - direction * (direction * scaled).sum(axis=0))

    def white_ads(self, ad: Shapes, lands: Floats) -> Floats:
        """Return an ad channel's features as standardised rows (n, shapes)."""
        spread = lands[:, None, None] * ad.features.T[None]
        rows = self.white(spread).reshape(-1, ad.n)
        return np.vstack([rows, np.zeros((len(self.penalty), ad.n))])

    def residual(self, rows: Floats) -> Floats:
        """Remove the nuisance from standardised rows."""
        return np.asarray(rows - self.basis @ (self.basis.T @ rows))

    def next(self, ads: Floats) -> _State:
        """Return the state after fitting the nuisance to what the ads leave."""
        rows = self.target.copy()
        rows[: ads.size] -= self.white(ads).ravel()
        move = scipy.linalg.solve_triangular(self.upper, self.basis.T @ rows)
        n_sales, k = len(self.panel.orders), self.panel.nuisance.shape[1]
        shift = self.panel.nuisance @ move.reshape(n_sales, k).T
        rest = self.residual(rows)[: ads.size].reshape(ads.shape)
        baseline = self.state.baseline * np.exp(np.clip(shift.T, -1, 1))
        if self.panel.has_control:
            phi = float(self.state.noise @ baseline.sum(axis=1) / baseline.sum())
            open_flow = (baseline * self.panel.is_open).sum(axis=0)
            baseline *= expected(self.panel, ads, phi) / np.maximum(open_flow, 1e-9)
        floor = 1e-3 * self.panel.orders.mean(axis=1, keepdims=True)
        theta = self.state.theta + move
        return _State(
            np.maximum(baseline, floor),
            ads,
            self._noise(rest),
            theta,
            self._weight(rest),
            self._variance(theta),
        )

    def _factor(self) -> None:
        """Orthogonalise the nuisance of all sales channels, penalty rows below.

        Its columns are the derivatives at the fitted orders themselves. Steadier ones would leave in the target what
        the nuisance can still move: ads would come out too high as often as too low, by more than their errors say.
        """
        n_sales, n_days = self.panel.orders.shape
        k = self.panel.nuisance.shape[1]
        wide = np.zeros((n_sales, n_days, n_sales * k))
        for place in range(n_sales):
            wide[place, :, place * k : (place + 1) * k] = (
                self.state.baseline[place][:, None] * self.panel.nuisance
            )
        # A trace of ridge keeps columns that no open cell shows from breaking the factor.
        penalty = np.where(self.panel.group > 0, 1 / self.state.variance[:, self.panel.group], 1e-6)
        self.penalty = penalty.ravel()
        rows = np.vstack([self.white(wide).reshape(-1, n_sales * k), np.diag(np.sqrt(self.penalty))])
        self.basis, self.upper = np.linalg.qr(rows)

    def _variance(self, theta: Floats) -> Floats:
        """Return the variance of each group's coefficients by sales channel: their sum of squares over how many of
        them the data tell (MacKay 1992, Bayesian interpolation)."""
        inverse = scipy.linalg.solve_triangular(self.upper, np.eye(len(self.upper)))
        told = 1 - self.penalty * (inverse**2).sum(axis=1)
        n_sales, n_groups = self.state.variance.shape
        cell = (np.arange(n_sales)[:, None] * n_groups + self.panel.group).ravel()
        power, degrees = (np.bincount(cell, row, minlength=n_sales * n_groups) for row in (theta**2, told))
        variance = np.clip(power / np.maximum(degrees, 1e-6), SMALLEST, LARGEST)
        return np.asarray(variance.reshape(n_sales, n_groups))

    def _noise(self, rest: Floats) -> Floats:
        """Return phi per sales channel: squared residuals over what the fitted terms leave free."""
        n_days = rest.shape[1]
        used = (self.basis[: rest.size] ** 2).sum(axis=1).reshape(rest.shape)
        free = self.panel.is_open * (1 - used - self.direction**2)
        ratio = (rest**2).sum(axis=1) / np.maximum(free.sum(axis=1), 0.05 * n_days)
        return np.asarray(np.maximum(self.state.noise * ratio, 1e-9))

    def _weight(self, rest: Floats) -> Floats:
        """Return Huber's weights."""
        size = np.abs(rest) / np.sqrt(np.maximum(self.state.weight, 1e-3))
        return np.asarray(np.minimum(1.0, self.far / np.maximum(size, 1e-9)))


def expected(panel: Panel, ads: Floats, phi: float) -> Floats:
    """Return how many orders without ads all sales channels together expect on each day (days,).

    Quasi-Poisson on the nuisance; then each day moves towards its own orders as far as days vary more than orders by
    chance: by tau**2 * F / (phi + tau**2 * F), tau**2 by moments (Clayton, Kaldor 1987). It weighs days and
    nothing else: what is left of the day is removed by the control. A weight that knew the day's own orders would
    count days with few of them most, and bias whatever few orders a day can tell.
    """
    total = np.maximum((panel.orders * panel.is_open).sum(axis=0) - ads.sum(axis=0), 0.0)
    flow = np.full(len(total), max(float(total.mean()), 1e-6))
    theta = np.zeros(panel.nuisance.shape[1])
    held = np.diag(np.where(panel.group > 0, 1.0, 1e-4))
    for _ in range(FLOW_ROUNDS):
        score = panel.nuisance.T @ (total - flow) / phi - held @ theta
        move = np.linalg.solve((panel.nuisance.T * (flow / phi)) @ panel.nuisance + held, score)
        theta += move
        flow = flow * np.exp(np.clip(panel.nuisance @ move, -1, 1))
    spread = max(float(((total - flow) ** 2 - phi * flow).sum() / (flow**2).sum()), 0.0)
    pull = spread * flow / (phi + spread * flow)
    return np.asarray(np.maximum(flow + pull * (total - flow), 1e-3 * total.mean()))


def _ads(panel: Panel, step: _Step, coarse: Sequence[Shapes]) -> Floats:
    """Fit the ads on a coarse grid by coordinate ascent and return the orders they bring (p, days).

    What chance alone would give is taken off (James, Stein 1961): else ads that follow a trend take the whole
    baseline of a small sales channel, and there is nothing left to tell the trend by.
    """
    features = [
        step.residual(step.white_ads(ad, lands)) for ad, lands in zip(coarse, panel.lands, strict=True)
    ]
    problem = Regression(
        tuple(coarse), tuple(features), step.residual(step.target), step.state.noise, step.state.baseline
    )
    best = peak(problem)
    told = best.level**2 * np.diag(problem.gram)[best.place + np.array(problem.starts[:-1])]
    level = best.level * np.maximum(0.0, 1 - CHANCE / np.maximum(told, 1e-12))
    rows = [ad.features[place] * size for ad, place, size in zip(coarse, best.place, level, strict=True)]
    return np.asarray(panel.lands.T @ np.array(rows))


def _with_measured(
    features: list[Floats], target: Floats, ads: Sequence[Shapes], measured: Sequence[Measured]
) -> tuple[list[Floats], Floats]:
    blocks = [np.zeros((len(measured), ad.n)) for ad in ads]
    for row, measurement in enumerate(measured):
        ends = [
            saturate(np.array([amount]), ads[measurement.channel].half, ads[measurement.channel].slope)
            for amount in (measurement.spend_from, measurement.spend_to)
        ]
        blocks[measurement.channel][row] = (
            (ends[1] - ends[0]) / ads[measurement.channel].mean / measurement.error
        )
    joined = [np.vstack(pair) for pair in zip(features, blocks, strict=True)]
    return joined, np.concatenate(
        [target, [measurement.orders / measurement.error for measurement in measured]]
    )
