"""Where the worth of an order or P(alive) cannot be told, what is said is what is done."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from quanyu.ledger import find_fit
from quanyu.method import Cells, Inconclusive
from quanyu.plan.customer_value import customer_value
from quanyu.solve.value import KINDS
from quanyu.solve.value.estimate import Estimate
from quanyu.tables import contract
from quanyu.understand.lifetime import order_value
from quanyu.understand.lifetime.lifetime import Lifetime
from quanyu.understand.lifetime.lifetime_check import NOBODY_LEAVES, WITHDRAWN
from quanyu.understand.lifetime.order_value import OrderValue, worth_of
from quanyu.understand.value.customer_value import lifetimes
from quanyu.understand.value.value_map import value_map
from quanyu.workspace import Workspace
from quanyu.world.sale.trading import Traded, Trading, trading

AS_OF = dt.date(2026, 11, 20)


def valued(n: Any, mean: Any) -> dict[str, Any]:
    cells = Cells.of({"n_orders": np.asarray(n, dtype=float), "mean_amount": np.asarray(mean, dtype=float)},
                     np.ones(len(n), dtype=np.int64))  # fmt: skip
    solved = OrderValue().solve({"cells": cells})
    assert not isinstance(solved, Inconclusive)
    return dict(solved)


def spent(p: float, q: float, size: int, seed: int = 1) -> tuple[Any, Any]:
    """Orders and their average worth of buyers by Gamma-Gamma; for q <= 1 the average has no end."""
    rng = np.random.default_rng(seed)
    n = 1 + rng.poisson(2.0, size)
    return n, np.maximum(rng.gamma(p * n) / n * 30 / rng.gamma(q, 1.0, size), 0.01)


def said(learned: dict[str, Any]) -> list[str]:
    return [reason[0] for reason in learned["diagnostics"]["reasons"]]


@pytest.mark.parametrize("q", [0.5, 0.8, 1.0])
@pytest.mark.parametrize("p", [0.4, 2.0, 8.0])
def test_without_a_finite_average_everybody_gets_the_shops(p: float, q: float) -> None:
    n, mean = spent(p, q, 3_000)
    learned = valued(n, mean)
    assert (order_value.NO_AVERAGE if learned["q"] <= 1 else order_value.UNSETTLED) in said(learned)
    average = (n * mean).sum() / n.sum()
    assert worth_of(learned, n.astype(float), mean) == pytest.approx(average)


@pytest.mark.parametrize("q", [1.02, 1.1, 1.3, 2.0])
@pytest.mark.parametrize("p", [0.3, 1.5])
def test_near_the_edge_the_model_serves_only_where_it_is_settled(p: float, q: float) -> None:
    """Over 36 shops each: buyers are worth what they paid to 15 %, or the shop's average; without the guard up to three times that."""
    for size, seed in ((size, seed) for size in (60, 150, 600) for seed in range(12)):
        n, mean = spent(p, q, size, seed)
        learned = valued(n, mean)
        found = worth_of(learned, n.astype(float), mean)
        if learned["rule"] == order_value.AVERAGE:
            assert found == pytest.approx((n * mean).sum() / n.sum())
            assert said(learned)
        else:
            assert found.mean() == pytest.approx(mean.mean(), rel=0.15), (size, seed)
            assert learned["q"] - 1 > 2 * learned["diagnostics"]["standard_errors"]["q"]


def test_a_shop_with_one_price_gets_that_price() -> None:
    learned = valued([1, 2, 5] * 40, [99.0] * 120)
    assert said(learned) == [order_value.ONE_PRICE]
    assert worth_of(learned, np.ones(3), np.full(3, 99.0)).tolist() == [99.0] * 3
    one = valued([4], [12.5])
    assert (said(one), one["average"]) == ([order_value.ONE_PRICE], 12.5)


def test_few_buyers_and_few_who_came_again_get_the_average() -> None:
    few = valued([1, 3], [10.0, 30.0])
    assert (said(few), few["average"]) == ([order_value.FEW_BUYERS], 25.0)
    once = valued([1] * 100, np.arange(1.0, 101.0))
    assert (said(once), once["average"]) == ([order_value.FEW_AGAIN], 50.5)


def test_buyers_who_brought_nothing_are_told_and_lower_the_average() -> None:
    n, mean = spent(3.0, 0.7, 1_000)
    mean[:300] = -5.0
    learned = valued(n, mean)
    assert order_value.LEFT_OUT in said(learned)
    assert learned["average"] == pytest.approx((n * mean).sum() / n.sum())
    cells = Cells.of({"n_orders": np.ones(5), "mean_amount": -np.ones(5)}, np.ones(5, dtype=np.int64))
    assert isinstance(OrderValue().solve({"cells": cells}), Inconclusive)


def test_orders_and_worth_that_go_together_are_told() -> None:
    n, mean = spent(6.0, 4.0, 2_000)
    assert order_value.DEPENDENT in said(valued(n, mean * n))
    assert not said(valued(n, mean))


def stayed(size: int, leave: float, seed: int = 2) -> Cells:
    """Histories of buyers who leave after an order with a probability, or never."""
    found = trading(Trading(people=size, days=400, seed=seed, leave_a=1e3 * leave + 1e-9, leave_b=1e3, wave=0.0, festival=0.0,
                            bursts=0.0, noise=0.0, growth=0.0, old_days=0))  # fmt: skip
    _, person = np.unique(found.person, return_inverse=True)
    n, first, last = (
        np.bincount(person),
        np.full(person.max() + 1, 999),
        np.zeros(person.max() + 1, dtype=int),
    )
    np.minimum.at(first, person, found.day)
    np.maximum.at(last, person, found.day)
    columns = {"n_repeats": n - 1, "span_days": last - first, "age_days": 399 - first}
    return Cells.of(columns, np.ones(len(n), dtype=np.int64))


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_model_under_which_nobody_leaves_says_so(kind: Any) -> None:
    def reasons(leave: float) -> list[Any]:
        solved = Lifetime(model=kind).solve({"whole": stayed(1_500, leave)})
        assert not isinstance(solved, Inconclusive)
        return [reason[0] for reason in solved["diagnostics"]["leaving"]]

    assert reasons(0.0) == [NOBODY_LEAVES]
    assert reasons(0.3) == []


def test_a_likelihood_without_a_maximum_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the search for it comes back with, no number is told that is none."""
    lost = Estimate(KINDS["bg_nbd"], np.full(4, np.nan))
    monkeypatch.setattr("quanyu.understand.lifetime.lifetime.Estimate.of", lambda *_, **__: lost)
    solved = Lifetime(model="bg_nbd").solve({"whole": stayed(600, 0.3)})
    assert isinstance(solved, Inconclusive)
    assert "no maximum" in solved.reason


def filled(ws: Workspace, found: Traded, until: int) -> Workspace:
    mine = found.day <= until
    first = AS_OF - dt.timedelta(days=until)
    at = [
        dt.datetime.combine(first + dt.timedelta(days=int(day)), dt.time(4), dt.UTC)
        for day in found.day[mine]
    ]
    person, n = found.person[mine].tolist(), int(mine.sum())

    def put(name: str, rows: dict[str, Any]) -> None:
        schema = pa.schema([contract(name).schema.to_pyarrow().field(column) for column in rows])
        ws.warehouse.replace(name, pa.table(rows, schema), by="collect")

    amount = pa.array(found.amount[mine]).cast(pa.decimal128(18, 2))
    put("orders", {"order_id": [f"o{k}" for k in range(n)], "source": ["t"] * n, "id_key": [f"taobao:{k}" for k in person],
                   "ordered_at": at, "status": ["completed"] * n, "net_amount": amount, "paid_amount": amount})  # fmt: skip
    people = sorted(set(person))
    put("identities", {"id_key": [f"taobao:{k}" for k in people], "kind": ["taobao"] * len(people),
                       "person_id": [f"p{k}" for k in people]})  # fmt: skip
    return ws


def test_p_alive_of_everybody_beside_lost_buyers_is_withdrawn(make_workspace: Any) -> None:
    shop = Trading(people=800, days=400, leave_a=1e-9, leave_b=1e3, rate_scale=120.0, wave=0.0, festival=0.0, bursts=0.0,
                   noise=0.0, old_days=0)  # fmt: skip
    ws = filled(make_workspace(), trading(shop), 399)
    done = lifetimes(ws, AS_OF)
    card = find_fit(ws.ledger, done["fit_id"])
    assert card is not None
    (nobody, _), (withdrawn, values) = card.diagnostics["leaving"]
    rows = ws.warehouse.read(ws.warehouse.table("lifetimes"))
    quiet = rows["age_days"].to_numpy() - rows["span_days"].to_numpy()
    assert (nobody, withdrawn, values["n"]) == (NOBODY_LEAVES, WITHDRAWN, int((quiet > 90).sum()))
    assert rows["p_alive"].null_count == len(rows)
    found, told = value_map(ws), customer_value(ws)
    assert (found.n_alive, found.cells, {one.p_alive for one in found.tenths}) == (None, (), {None})
    assert told is not None
    assert (told.alive_share, told.leaving[1][0]) == (None, WITHDRAWN)


@pytest.mark.parametrize("one_price", [False, True])
def test_what_a_buyer_brings_lies_within_the_bounds(one_price: bool, make_workspace: Any) -> None:
    """Eight in ten, or more where orders are few; with one price, the bounds are those of the orders."""
    shop = Trading(
        people=1_500,
        days=580,
        wave=0.0,
        festival=0.0,
        bursts=0.0,
        rate_shape=2.0,
        rate_scale=40.0,
        old_days=0,
    )
    drawn = trading(shop)
    found = (
        Traded(drawn.first_on, drawn.person, drawn.day, np.full(len(drawn.day), 20.0)) if one_price else drawn
    )
    ws = filled(make_workspace(lifetime={"horizon_days": 180, "discount_rate": 0.0}), found, 399)
    lifetimes(ws, AS_OF)
    rows = ws.warehouse.read(ws.warehouse.table("lifetimes"))
    late = found.day > 399
    came = np.bincount(found.person[late], found.amount[late], minlength=shop.people)
    who = np.array([int(person[1:]) for person in rows["person_id"].to_pylist()])
    low, high = (rows[f"clv_amount_{end}"].to_numpy().astype(float) for end in ("low", "high"))
    if one_price:
        assert low.tolist() == (20 * rows["orders_low"].to_numpy()).tolist()
        assert high.tolist() == (20 * rows["orders_high"].to_numpy()).tolist()
        return
    inside = (low <= came[who] + 1e-6) & (came[who] <= high + 1e-6)
    assert 0.78 < inside.mean() < 0.95
    assert (came[who] > high).mean() == pytest.approx(0.08, abs=0.05)
