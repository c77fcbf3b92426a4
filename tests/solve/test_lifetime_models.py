"""Models of buying against brute force: slopes by differences, integrals by quadrature, counts by adding up."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import approx_fprime
from scipy.special import betaln, gammaln, hyp2f1

from quanyu.solve.history import History, since_first
from quanyu.solve.spending.gamma_gamma import GammaGamma, Spending
from quanyu.solve.value.bg_bb import BgBb
from quanyu.solve.value.bg_nbd import BgNbd
from quanyu.solve.value.estimate import Estimate
from quanyu.solve.value.mbg_nbd import MbgNbd
from quanyu.solve.value.nbd import Nbd
from quanyu.solve.value.pareto_nbd import ParetoNbd

X = np.array([0.0, 0.0, 1.0, 4.0, 40.0, 300.0])
T_X = np.array([0.0, 0.0, 12.0, 200.0, 350.0, 365.0])
AGE = np.array([0.0, 365.0, 365.0, 365.0, 365.0, 365.0])
MODELS = (
    Nbd(0.9, 60.0),
    BgNbd(0.9, 60.0, 1.2, 8.0),
    MbgNbd(0.5, 40.0, 0.9, 1.6),
    ParetoNbd(0.55, 74.0, 0.6, 81.0),
    ParetoNbd(3.0, 9.0, 2.5, 900.0),
)
by_name = pytest.mark.parametrize("model", MODELS, ids=lambda model: type(model).__name__)
size = st.floats(0.02, 200.0)


@by_name
def test_slopes_are_the_derivatives(model: Any) -> None:
    kind, place = type(model), np.log([getattr(model, name) for name in model.names])
    _, slope = model.slopes(X, T_X, AGE)
    for cell in range(len(X)):
        at = X[[cell]], T_X[[cell]], AGE[[cell]]
        numeric = approx_fprime(place, lambda p, at=at: kind(*np.exp(p)).slopes(*at)[0][0], 1e-6)
        assert slope[:, cell] == pytest.approx(numeric, rel=2e-4, abs=2e-3)


@by_name
def test_counts_add_up_to_the_expectation(model: Any) -> None:
    upto = model.upto_if_alive(X[:5], AGE[:5], 90.0, 1_500)
    assert np.all(np.diff(upto, axis=1) >= -1e-12)
    assert upto[:, -1] == pytest.approx(1.0, abs=1e-4)
    added = (1 - upto).sum(axis=1)
    assert added == pytest.approx(model.orders_if_alive(X[:5], AGE[:5], np.full(5, 90.0)), rel=2e-3)


@by_name
def test_discounting_is_the_integral_of_the_rate(model: Any) -> None:
    rate, till = 0.3 / 365, 365.0

    def upto(u: float, cell: int) -> float:
        return float(model.orders_if_alive(X[[cell]], AGE[[cell]], np.array([u]))[0])

    found = model.discounted_if_alive(X, AGE, till, rate)
    for cell in range(len(X)):
        waited, _ = quad(lambda u, cell=cell: np.exp(-rate * u) * upto(u, cell), 0, till, epsrel=1e-10)
        assert found[cell] == pytest.approx(np.exp(-rate * till) * upto(till, cell) + rate * waited, rel=1e-6)
    assert model.discounted_if_alive(X, AGE, till, 0.0) == pytest.approx(
        model.orders_if_alive(X, AGE, np.full(len(X), till)), rel=1e-12
    )


@example(a=9.0, b=1.0, r=61.0, scale=0.5, x=23, ahead=232.0)
@example(a=17.0, b=1.0, r=1.0, scale=1.0, x=376, ahead=1593.0)
@given(
    a=size, b=size, r=size, scale=st.floats(0.5, 500.0), x=st.integers(0, 1_000), ahead=st.floats(0.1, 3_650)
)
@settings(max_examples=60, deadline=None)
def test_orders_over_the_coin_are_what_quadrature_gives(  # noqa: PLR0917 - drawn
    a: float, b: float, r: float, scale: float, x: int, ahead: float
) -> None:
    model, size_x, beta = BgNbd(r, scale, a, b), r + x, b + x
    found = model.orders_if_alive(np.array([float(x)]), np.zeros(1), np.array([ahead]))[0]
    logit = np.linspace(-900, 900, 400_001)
    density = np.exp(a * logit - (a + beta) * np.logaddexp(0, logit) - betaln(a, beta))
    p = np.exp(-np.logaddexp(0, -logit))
    value = -np.expm1(-size_x * np.log1p(p * ahead / scale)) / np.maximum(p, 1e-300)
    brute = float(
        (density * np.where(p > 1e-290, value, size_x * ahead / scale)).sum() * (logit[1] - logit[0])
    )
    whole = float(density.sum() * (logit[1] - logit[0]))
    assert found == pytest.approx(brute / whole, rel=2e-6)


def test_orders_are_equation_10_of_the_source() -> None:
    r, alpha, a, b, t = 0.243, 4.414, 0.793, 2.426, 39.0
    x, t_x, age = np.array([0.0, 2.0, 10.0]), np.array([0.0, 30.43, 35.0]), np.array([38.0, 38.86, 38.0])
    model = BgNbd(r, alpha, a, b)
    tail = ((alpha + age) / (alpha + age + t)) ** (r + x)
    tail *= hyp2f1(r + x, b + x, a + b + x - 1, t / (alpha + age + t))
    top = (a + b + x - 1) / (a - 1) * (1 - tail)
    gone = np.where(x > 0, a / (b + np.maximum(x, 1) - 1) * ((alpha + age) / (alpha + t_x)) ** (r + x), 0.0)
    assert model.p_alive(x, t_x, age) * model.orders_if_alive(x, age, np.full(3, t)) == pytest.approx(
        top / (1 + gone), rel=1e-10
    )


@given(
    r=size,
    alpha=st.floats(0.02, 500),
    s=size,
    beta=st.floats(0.02, 500),
    x=st.integers(0, 400),
    share=st.floats(0, 1),
)
@settings(max_examples=60, deadline=None)
def test_the_moment_of_death_is_integrated(  # noqa: PLR0917 - drawn
    r: float, alpha: float, s: float, beta: float, x: int, share: float
) -> None:
    age, last = 365.0, 365.0 * share if x else 0.0
    model = ParetoNbd(r, alpha, s, beta)
    found = model.slopes(np.array([float(x)]), np.array([last]), np.array([age]))[0][0]
    front = gammaln(r + x) - gammaln(r) + r * np.log(alpha) + s * np.log(beta)
    lived = -(r + x) * np.log(alpha + age) - s * np.log(beta + age)
    v = np.linspace(np.log(min(alpha, beta) + last), np.log(min(alpha, beta) + age), 40_001)
    u = np.exp(v) - min(alpha, beta)
    curve = np.log(s) + v - (r + x) * np.log(alpha + u) - (s + 1) * np.log(beta + u)
    area = np.log(np.trapezoid(np.exp(curve - curve.max()), v) + 1e-300) + curve.max()
    assert found == pytest.approx(front + np.logaddexp(lived, area), rel=1e-7, abs=2e-3)


def test_nothing_overflows() -> None:
    x, t_x, age = np.array([5_000.0, 1.0]), np.array([10.0, 0.5]), np.array([9_000.0, 30_000.0])
    for model in MODELS:
        level, slope = model.slopes(x, t_x, age)
        assert np.all(np.isfinite(level))
        assert np.all(np.isfinite(slope))
        assert np.all(model.p_alive(x, t_x, age) <= 1)
        assert np.all(np.isfinite(model.orders_if_alive(x, age, np.full(2, 365.0))))


def test_a_new_customer_of_the_mbg_may_be_gone_at_once() -> None:
    times = np.array([1.0, 50.0, 400.0])
    plain, again = (
        since_first(BgNbd(0.5, 40.0, 0.9, 1.6), times),
        since_first(MbgNbd(0.5, 40.0, 0.9, 1.6), times),
    )
    assert np.all(again < plain)


def test_occasions_in_every_order_have_probability_one() -> None:
    """Over all patterns of five occasions the likelihoods add up to one."""
    model = BgBb(1.2, 0.75, 0.66, 2.8)
    patterns = np.array([[(n >> k) & 1 for k in range(5)] for n in range(32)])
    x = patterns.sum(axis=1).astype(float)
    t_x = (patterns * np.arange(1, 6)).max(axis=1).astype(float)
    level, _ = model.slopes(x, t_x, np.full(32, 5.0))
    assert np.exp(level).sum() == pytest.approx(1.0, rel=1e-12)
    assert np.bincount(x.astype(int), np.exp(level)) == pytest.approx(model.share_with(5), rel=1e-12)


def test_slopes_of_occasions_and_of_spending() -> None:
    occasions = np.array([0.0, 1.0, 5.0, 6.0]), np.array([0.0, 4.0, 6.0, 6.0]), np.full(4, 6.0)
    place = np.log([1.2, 0.75, 0.66, 2.8])
    _, slope = BgBb(*np.exp(place)).slopes(*occasions)
    for cell in range(4):
        numeric = approx_fprime(
            place,
            lambda p, cell=cell: BgBb(*np.exp(p)).slopes(*(part[[cell]] for part in occasions))[0][0],
            1e-7,
        )
        assert slope[:, cell] == pytest.approx(numeric, rel=1e-4, abs=1e-5)
    cells = Spending(np.array([1.0, 7.0]), np.array([22.5, 310.0]), np.ones(2))
    place = np.log([6.25, 3.74, 15.44])
    _, slope = GammaGamma(*np.exp(place)).slopes(cells)
    numeric = approx_fprime(place, lambda p: GammaGamma(*np.exp(p)).slopes(cells)[0].sum(), 1e-7)
    assert slope.sum(axis=1) == pytest.approx(numeric, rel=1e-4, abs=1e-4)


def test_coarse_cells_keep_everybody_and_stay_possible() -> None:
    rng = np.random.default_rng(1)
    x = rng.geometric(0.4, 5_000) - 1.0
    age = rng.integers(1, 700, 5_000).astype(float)
    t_x = np.where(x > 0, np.ceil(age * rng.random(5_000)), 0.0)
    whole = History(x, t_x, age, np.ones(5_000))
    rough = whole.coarse(400)
    assert len(rough.x) <= 400
    assert (rough.n, rough.n_repeats) == (whole.n, whole.n_repeats)
    assert np.all((rough.t_x <= rough.age) & ((rough.t_x > 0) == (rough.x > 0)))


def test_cells_that_no_rounding_joins_are_left_apart() -> None:
    """Groups and numbers of purchases are never joined, however few cells are wanted."""
    x, group = (part.ravel() for part in np.meshgrid(np.arange(30.0), np.arange(8)))
    age = np.full(len(x), 100.0)
    whole = History(x, np.where(x > 0, 50.0, 0.0), age, np.ones(len(x)), group)
    assert len(whole.coarse(40).x) == len(x)


def drawn(rng: np.random.Generator, n: int, faster: float, sooner: float) -> tuple[Any, Any, Any]:
    """Histories of a BG/NBD with r .9, alpha 60, a 1.2, b 8 over up to 400 days, in weeks."""
    rate, coin = rng.gamma(0.9, 1 / 60, n) * faster, rng.beta(1.2 * sooner, 8.0, n)
    age = 400.0 - rng.integers(0, 300, n)
    x, t_x, now, alive = np.zeros(n), np.zeros(n), np.zeros(n), np.ones(n, dtype=bool)
    while alive.any():
        now += rng.exponential(1 / np.maximum(rate, 1e-9))
        buys = alive & (now < age)
        x[buys] += 1
        t_x[buys] = now[buys]
        alive = buys & (rng.random(n) > coin)
    return x, t_x, age


def test_planted_parameters_and_differences_between_groups_are_found() -> None:
    rng = np.random.default_rng(5)
    sizes, planted = (9_000, 4_000, 3_000), ((1.0, 1.0), (1.6, 1.0), (1.0, 2.0))
    parts = [drawn(rng, n, *effects) for n, effects in zip(sizes, planted, strict=True)]
    x, t_x, age = (np.concatenate(column) for column in zip(*parts, strict=True))
    group = np.repeat(np.arange(3), sizes)
    alone = Estimate.of(BgNbd, History(x[:9_000], t_x[:9_000], age[:9_000], np.ones(9_000)))
    off = np.log(alone.parameters) - np.log([0.9, 60.0, 1.2, 8.0])
    assert np.all(np.abs(off) < 3 * alone.maximum.deviation)
    found = Estimate.of(BgNbd, History(x, t_x, age, np.ones(len(x)), group), n_groups=3)
    assert found.faster[1] - found.faster[0] == pytest.approx(np.log(1.6), abs=0.12)
    assert found.sooner[2] - found.sooner[0] == pytest.approx(np.log(2.0), abs=0.25)
    assert abs(found.faster[2] - found.faster[0]) < 0.12


def test_groups_that_do_not_differ_come_out_equal() -> None:
    x, t_x, age = drawn(np.random.default_rng(6), 4_000, 1.0, 1.0)
    found = Estimate.of(BgNbd, History(x, t_x, age, np.ones(4_000), np.arange(4_000) % 4), n_groups=4)
    assert found.spread <= 0.1
    assert np.max(np.abs(found.faster)) < 0.1
