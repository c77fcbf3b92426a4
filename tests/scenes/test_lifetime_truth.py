"""Customer value against a simulated shop: the planted process is recovered, and the year after is foreseen.

The shop's people buy and leave by a BG/NBD whose clock runs as fast as demand; ads and campaigns bring orders on
top, from people who have left as well. The first test looks at the planted process alone, as nobody could in a
real shop; the second takes all orders as a shop has them, forecasts from a day on, and compares with what then truly happened.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from quanyu.ledger import find_fit
from quanyu.solve.history import History
from quanyu.solve.holdout import agreement, by_tenth
from quanyu.solve.value.bg_nbd import BgNbd
from quanyu.solve.value.estimate import Estimate
from quanyu.understand.lifetime.history import histories, named, orders_until, purchase_days, trade
from quanyu.understand.value.customer_value import lifetimes
from quanyu.workspace import Workspace
from quanyu.world import Shop, simulate

SHOP = Shop(people=9_000, days=765, seed=11)
AHEAD = 365
CUT = SHOP.ends_on - dt.timedelta(days=AHEAD)


@pytest.fixture(scope="module")
def world() -> Any:
    return simulate(SHOP)


def test_the_planted_process_is_recovered(world: Any) -> None:
    """People who came after the shop began, their own orders, on the clock of demand."""
    came = world.people.filter(pc.greater_equal(world.people["arrived_on_day"], 0.0))["person_id"]
    own = pc.and_(pc.equal(world.orders["cause"], "base"), pc.is_in(world.orders["person_id"], came))
    orders = world.orders.filter(own)
    seconds = orders["ordered_at"].cast(pa.timestamp("s")).cast(pa.int64()).to_numpy() + 8 * 3_600
    days = seconds / 86_400 - SHOP.first_day
    clock = np.concatenate([[0.0], np.cumsum(world.setting.calendar.demand)])
    at = np.interp(days, np.arange(len(clock)), clock)
    _, person = np.unique(orders["person_id"].to_numpy(zero_copy_only=False), return_inverse=True)
    first, last = np.full(person.max() + 1, np.inf), np.full(person.max() + 1, -np.inf)
    np.minimum.at(first, person, at)
    np.maximum.at(last, person, at)
    x = np.bincount(person) - 1.0
    found = Estimate.of(BgNbd, History(x, last - first, clock[-1] - first, np.ones(len(x))))
    planted = np.log([SHOP.rate_shape, SHOP.rate_scale, SHOP.leave_a, SHOP.leave_b])
    assert found.maximum is not None
    off = (np.log(found.parameters) - planted) / found.maximum.deviation
    assert np.all(np.abs(off) < 3), off


def filled(ws: Workspace, orders: pa.Table) -> Workspace:
    keys = pc.binary_join_element_wise("shop", orders["person_id"], ":")
    number = pc.binary_join_element_wise(orders["platform"], orders["order_id"], "/")
    columns = {name: orders[name] for name in ("ordered_at", "status", "net_amount")}
    rows = pa.table({"order_id": number, "source": orders["platform"], "id_key": keys, **columns})
    ws.warehouse.replace("orders", rows, by="collect")
    people = pc.unique(orders["person_id"])
    known = pa.table(
        {
            "id_key": pc.binary_join_element_wise("shop", people, ":"),
            "kind": pa.array(["shop"] * len(people)),
            "person_id": people,
        }
    )
    ws.warehouse.replace("identities", known, by="collect")
    return ws


def test_the_year_after_is_foreseen(world: Any, make_workspace: Callable[..., Workspace]) -> None:
    ws = filled(make_workspace(lifetime={"horizon_days": AHEAD}), world.orders)
    done = lifetimes(ws, CUT)
    card = find_fit(ws.ledger, done["fit_id"])
    assert card is not None
    assert card.diagnostics["fits"] is True, card.diagnostics["reasons"]

    forecast = ws.warehouse.table("lifetimes")
    orders = orders_until(ws, SHOP.ends_on)
    until = named(ws, histories(purchase_days(ws, orders, trade(ws, orders)), SHOP.ends_on, AHEAD))
    both = ws.warehouse.read(
        forecast.inner_join(until.select("person_id", "late_orders", "early_repeats"), "person_id")
    )
    expected, actual, low, high, x, age = (
        both[name].to_numpy().astype(float)
        for name in ("expected_orders", "late_orders", "orders_low", "orders_high", "n_repeats", "age_days")
    )
    assert both["early_repeats"].equals(both["n_repeats"])
    weight = np.ones(len(both))
    model, rate = (
        agreement(expected, actual, weight),
        agreement(x / np.maximum(age, 1) * AHEAD, actual, weight),
    )
    assert 0.85 < model.ratio < 1.15
    assert model.correlation > rate.correlation
    assert model.mean_absolute_error < rate.mean_absolute_error
    assert np.mean((low <= actual) & (actual <= high)) >= 0.8
    for tenth in by_tenth(expected, actual, weight)[3:]:
        assert tenth.actual == pytest.approx(tenth.expected, rel=0.3)
    value = both["clv_amount"].cast(pa.float64()).to_numpy()
    order = np.argsort(value)
    top, bottom = actual[order[-len(order) // 10 :]].mean(), actual[order[: len(order) // 10]].mean()
    assert top > 5 * bottom
