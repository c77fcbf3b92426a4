"""Planted curves are recovered from daily series, and nothing is found where nothing was planted."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import numpy as np
import pytest

from quanyu.solve.array import Floats
from quanyu.solve.panel.panel import COARSE, Panel, regression
from quanyu.solve.panel.posterior import Belief, draws
from quanyu.solve.panel.profile import Placebo, inflation, interval, p_values, peak, placebo
from quanyu.solve.panel.regression import Measured
from quanyu.solve.response import carry_over, saturate
from quanyu.solve.spline import spline

DAYS = 400
CARRY, HALF, SLOPE = np.array([0.15, 0.6]), np.array([100.0, 80.0]), np.array([1.0, 1.5])
LANDS = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])


@dataclass(frozen=True, eq=False)
class Planted:
    """Three sales channels, two ad channels; `demand` moves all sales channels and, a little, the spend."""

    panel: Panel
    ads: Floats

    @property
    def level(self) -> Floats:
        """What each ad channel truly brings on an average day."""
        return np.asarray(self.ads.mean(axis=1))


def planted(seed: int, ceiling: tuple[float, float] = (30.0, 25.0), shock: float = 0.3) -> Planted:
    rng = np.random.default_rng(seed)
    demand = np.exp(np.repeat(rng.normal(0, shock, DAYS // 4 + 1), 4)[:DAYS])
    bursts = np.exp(np.repeat(rng.normal(0, 0.6, (2, DAYS // 10)), 10, axis=1)) * (
        np.repeat(rng.random((2, DAYS // 10)), 10, axis=1) > 0.12
    )
    spend = 90.0 * bursts * demand**0.8 * np.exp(rng.normal(0, 0.1, (2, DAYS)))
    ads = np.array(
        [
            top * saturate(np.maximum(carry_over(row, carry), 1e-9), half, slope)
            for top, row, carry, half, slope in zip(ceiling, spend, CARRY, HALF, SLOPE, strict=True)
        ]
    )
    base = np.array([[90.0], [60.0], [120.0]]) * demand * np.exp(0.1 * np.sin(np.arange(DAYS) / 50))
    orders = rng.poisson(base + LANDS.T @ ads).astype(float)
    nuisance = spline(DAYS, 60)
    group = np.zeros(nuisance.shape[1], dtype=np.int64)
    return Planted(Panel(orders, spend, LANDS, nuisance, group, np.ones_like(orders)), ads)


def test_levels_are_unbiased_and_their_intervals_cover() -> None:
    inside, score = [], []
    for seed in range(16):
        made = planted(seed)
        problem = regression(made.panel)
        best = peak(problem)
        widen = inflation(problem, best)
        found = draws(problem, best, Belief(np.full(2, 100.0), widen), 200, np.random.default_rng(seed)).level
        low, high = np.quantile(found, [0.025, 0.975], axis=0)
        inside += ((low <= made.level) & (made.level <= high)).tolist()
        score += ((found.mean(axis=0) - made.level) / found.std(axis=0)).tolist()
    assert np.mean(inside) >= 0.85
    assert abs(np.mean(score)) < 3 / np.sqrt(len(score))


def test_the_noise_of_poisson_orders_is_one() -> None:
    problem = regression(planted(5).panel)
    assert problem.noise == pytest.approx(np.ones(3), abs=0.2)


def test_profile_intervals_hold_the_planted_shapes() -> None:
    inside = []
    for seed in range(8):
        problem = regression(planted(seed, (60.0, 50.0)).panel)
        best = peak(problem)
        widen = inflation(problem, best)
        for axis, truth in (("carry", CARRY), ("half", HALF), ("slope", SLOPE)):
            ends = interval(problem, best, widen, axis)
            inside += ((ends[:, 0] <= truth * 1.0001) & (truth <= ends[:, 1] * 1.0001)).tolist()
    assert np.mean(inside) >= 0.85


def test_nothing_is_found_where_nothing_was_planted() -> None:
    found = []
    for seed in range(24):
        problem = regression(planted(seed, (0.0, 0.0)).panel)
        best = peak(problem)
        found += p_values(problem, best, inflation(problem, best), np.random.default_rng(0)).tolist()
    assert np.mean(np.array(found) <= 0.05) <= 0.15
    assert np.mean(np.array(found) <= 0.5) >= 0.3


def test_demand_that_moves_spend_and_all_orders_is_not_taken_for_an_effect() -> None:
    """With the same data but no other sales channel as control, the effect is far too large."""
    made = planted(2, (0.0, 0.0), shock=0.5)
    whole = regression(made.panel)
    alone = Panel(
        made.panel.orders[:1], made.panel.spend[:1], np.ones((1, 1)), made.panel.nuisance, made.panel.group,
        made.panel.is_open[:1],
    )  # fmt: skip
    naive = regression(alone)
    assert peak(naive).level[0] > 20
    assert peak(whole).level[0] < 6


def test_an_experiment_joins_by_its_precision() -> None:
    made = planted(4)
    usual = float(made.panel.spend[0][made.panel.spend[0] > 0].mean())
    truth = 30.0 * float(saturate(np.array([usual]), HALF[0], SLOPE[0])[0])
    spread = {}
    for name, measured in (("without", ()), ("with", (Measured(0, 0.0, usual, truth, 0.3),))):
        problem = regression(made.panel, measured)
        best = peak(problem)
        drawn = draws(problem, best, Belief(np.full(2, 100.0), np.ones(2)), 200, np.random.default_rng(1))
        tried, place = problem.shapes[0], drawn.place[:, 0]
        brings = tried.ceiling(drawn.level[:, 0], place) * saturate(
            np.full(200, usual), tried.half[place], tried.slope[place]
        )
        spread[name] = (float(brings.mean()), float(brings.std()))
    assert spread["with"][0] == pytest.approx(truth, abs=1.0)
    assert spread["with"][1] < 0.4 < spread["without"][1]


LEADS = (1, 3, 7, 14)


def follower(seed: int, share: float) -> Placebo:
    """Return the placebo scores of a channel without effect whose spend follows yesterday's demand on its own sales channel.

    That demand is of this sales channel alone, so no other is a control for it; `share` 0 is spend by itself.
    """
    rng = np.random.default_rng(seed)
    days, own = 160, np.zeros(161)
    for at in range(160):
        own[at + 1] = 0.8 * own[at] + 0.2 * rng.normal()
    spend = 90 * np.exp(share * own[:-1] / 0.33 + (1 - share) * rng.normal(0, 0.6, days))
    orders = rng.poisson(np.array([40 * np.exp(own[1:]), np.full(days, 60.0), np.full(days, 50.0)])).astype(
        float
    )
    nuisance = spline(days, 60)
    group = np.zeros(nuisance.shape[1], dtype=np.int64)
    lands = np.array([[1.0, 0.0, 0.0]])
    problem = regression(
        Panel(orders, spend[None], lands, nuisance, group, np.ones_like(orders)), grid=COARSE
    )
    return placebo(problem, peak(problem), lands, LEADS)


def test_spend_that_follows_demand_is_seen_and_other_spend_is_not_taken_for_it() -> None:
    """At the limit of 3.5 at most 1 % of channels by themselves are suspected: 4 of 40 would be chance of 1 in 1,000."""
    by_itself = [float(np.abs(follower(seed, 0.0).score).max()) for seed in range(40)]
    following = [float(np.abs(follower(seed, 0.7).score).max()) for seed in range(40)]
    assert np.sum(np.array(by_itself) > 3.5) <= 3
    assert np.sum(np.array(following) > 3.5) >= 32


def test_where_later_spend_is_as_today_no_following_could_be_seen() -> None:
    """The error of a placebo grows without bound as spend becomes steady, and is small where it jumps."""
    jumpy = follower(1, 0.0)
    made = planted(6)
    held = dataclasses.replace(made.panel, spend=np.repeat(made.panel.spend[:, ::50], 50, axis=1))
    problem = regression(held, grid=COARSE)
    steady = placebo(problem, peak(problem), LANDS, LEADS)
    assert jumpy.error.max() < 2 < steady.error[0, 0]


def test_the_peak_is_no_worse_than_any_pair_of_shapes_tried() -> None:
    problem = regression(planted(9).panel)
    best = peak(problem)
    rng = np.random.default_rng(0)
    sizes = [one.shape[1] for one in problem.features]
    for _ in range(200):
        place = [int(rng.integers(size)) for size in sizes]
        rows = np.stack([one[:, at] for one, at in zip(problem.features, place, strict=True)], axis=1)
        level = np.maximum(np.linalg.lstsq(rows, problem.target, rcond=None)[0], 0)
        gain = (problem.target**2).sum() - ((problem.target - rows @ level) ** 2).sum()
        assert gain <= best.gain + 1e-6


def test_draws_of_one_shape_are_a_normal_above_zero() -> None:
    made = planted(1)
    problem = regression(made.panel)
    one = dataclasses.replace(
        problem, shapes=problem.shapes[:1], features=(problem.features[0][:, :1],),
    )  # fmt: skip
    best = peak(one)
    drawn = draws(one, best, Belief(np.array([1e9]), np.ones(1), 0.0), 4_000, np.random.default_rng(2)).level[
        :, 0
    ]
    size = float((one.features[0] ** 2).sum())
    middle = float(one.features[0][:, 0] @ one.target) / size
    assert drawn.mean() == pytest.approx(middle, abs=4 / np.sqrt(size * 4_000) + 0.02)
    assert drawn.std() == pytest.approx(1 / np.sqrt(size), rel=0.06)


def test_a_sales_channel_that_opened_late_tells_nothing_before() -> None:
    made = planted(3)
    orders, is_open = made.panel.orders.copy(), made.panel.is_open.copy()
    orders[2, :150], is_open[2, :150] = 0, 0
    late = regression(dataclasses.replace(made.panel, orders=orders, is_open=is_open))
    assert peak(late).level == pytest.approx(made.level, rel=0.8)
    assert late.noise[2] == pytest.approx(1, abs=0.3)
