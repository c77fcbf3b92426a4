"""The outlook of all customers: its interval holds on many shops, and where nobody can tell it says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from quanyu.ledger import find_fit
from quanyu.method import Inconclusive
from quanyu.solve.outlook.conformal import excess, interval
from quanyu.solve.value.bg_nbd import BgNbd
from quanyu.tables import contract
from quanyu.tables.view.outlook import FEW_ORIGINS, UNSEEN, outlook_of
from quanyu.understand.lifetime.purchase_log import PurchaseLog
from quanyu.understand.outlook.backtest import Past, foreseen, learned, off, origins
from quanyu.understand.outlook.demand_clock import Calendar, plain_clock
from quanyu.understand.outlook.outlook import outlook, outlook_from
from quanyu.understand.value.customer_value import lifetimes
from quanyu.workspace import Workspace
from quanyu.world.sale.trading import Traded, Trading, trading

AS_OF = dt.date(2026, 11, 20)
LENGTHS = (14, 30, 60)


@dataclass(frozen=True)
class Cut:
    """A shop as known on a day, and how often its customers ordered, and for how much, in the days after."""

    past: Past
    later: Traded

    def came(self, days: int) -> tuple[int, float]:
        mine = self.later.day <= self.past.today + days
        return int(mine.sum()), float(self.later.amount[mine].sum())


def cut(shop: Trading, days_left: int) -> Cut:
    found, today = trading(shop), shop.days - 1 - days_left
    known = found.day <= today
    people, person = np.unique(found.person[known], return_inverse=True)
    order = np.argsort(found.day[known], kind="stable")
    log = PurchaseLog(person[order], found.day[known][order], found.amount[known][order])
    calendar = Calendar.of(found.first_on, shop.days, is_chinese=shop.is_chinese)
    late = np.isin(found.person, people) & ~known
    later = Traded(found.first_on, found.person[late], found.day[late], found.amount[late])
    return Cut(Past(log, calendar, today, BgNbd, today // 10, 0.0), later)


def shops() -> Iterator[Trading]:
    """Restless shops: a strong wave, promotions, weeks that differ, trends up and down, festivals."""
    for seed in range(12):
        yield Trading(
            people=2_500, days=600 + 7 * seed, seed=seed, is_chinese=False, wave=0.3, noise=0.4,
            trend=(-0.3, 0.0, 0.3)[seed % 3], ends_on=dt.date(2026, 1, 1) + dt.timedelta(days=17 * seed),
        )  # fmt: skip


def test_the_interval_holds_on_many_shops() -> None:
    """At a true 90 % more than 5 of 12 lie outside once in 1,800 draws; told without the backtest, about half of them do."""
    outside = dict.fromkeys([(days, kind) for days in LENGTHS for kind in ("orders", "amount")], 0)
    n_told = 0
    for shop in shops():
        one = cut(shop, max(LENGTHS))
        told = outlook_from(one.past, max(LENGTHS))
        for days in LENGTHS:
            found, (n, amount) = outlook_of(told, days), one.came(days)
            if (
                found.low is None
                or found.high is None
                or found.amount_low is None
                or found.amount_high is None
            ):
                continue
            n_told += 1
            outside[days, "orders"] += not found.low <= n <= found.high
            outside[days, "amount"] += not found.amount_low <= amount <= found.amount_high
    assert n_told >= 30
    assert max(outside.values()) <= 5, outside


def test_the_clock_foresees_the_season() -> None:
    """Over shops with a wave of the year the error is less than two thirds of that of a model that knows no calendar."""
    errors = []
    for seed in range(8):
        shop = Trading(people=2_500, days=960, seed=seed, wave=0.5, bursts=0.0, is_chinese=False, trend=0.0)
        one = cut(shop, 60)
        state = learned(one.past, one.past.today)
        assert state is not None
        plain = learned(
            Past(one.past.log, flat(one.past.calendar), one.past.today, BgNbd, one.past.warm_up, 0.0),
            one.past.today,
        )
        assert plain is not None
        n, _ = one.came(60)
        errors.append(
            [np.log(n / foreseen(one.past, one.past.today, 60, each).orders[-1]) for each in (state, plain)]
        )
    clocked, unclocked = np.sqrt((np.array(errors) ** 2).mean(axis=0))
    assert clocked < 0.67 * unclocked, (clocked, unclocked)


def flat(calendar: Calendar) -> Calendar:
    return Calendar(calendar.first_on, np.zeros((len(calendar.columns), 1)), np.ones(1), ("",))


def test_a_festival_that_history_has_not_shown_is_not_foreseen() -> None:
    shop = Trading(people=1_500, days=300, ends_on=dt.date(2025, 12, 1))
    one = cut(shop, 40)  # 22 October: the presale has begun, its peak is to come
    told = outlook_from(one.past, 40)
    assert told["unseen"]["festival"].startswith("double 11")
    far = outlook_of(told, 40)
    assert far.reason is not None
    assert far.reason[0] == UNSEEN
    assert (far.low, far.high) == (None, None)
    # Nobody shall find an interval beside the reason, however many origins tested the length.
    days, ends = told["unseen"]["days"], [told[f"{kind}_high"] for kind in ("orders", "amount")]
    assert told["n_origins"][days - 1] >= 8
    assert [end[days - 2 : days] for end in ends] == [[end[days - 2], None] for end in ends]
    assert all(end[days - 2] is not None for end in ends)
    assert outlook_of(told, told["unseen"]["days"] - 1).reason is None
    seen = outlook_from(cut(Trading(people=1_500, days=700, ends_on=dt.date(2025, 12, 1)), 40).past, 40)
    assert seen["unseen"] is None


def test_fewer_than_eight_origins_cannot_tell() -> None:
    told = outlook_from(
        cut(Trading(people=1_500, days=260, ends_on=dt.date(2026, 10, 20), is_chinese=False), 60).past, 60
    )
    near, far = outlook_of(told, 20), outlook_of(told, 60)
    assert near.reason is None
    assert far.reason is not None
    assert (far.reason[0], far.reason[1]["least"]) == (FEW_ORIGINS, 8)
    assert far.low is None


def test_days_of_a_festival_that_an_origin_had_not_seen_count_on_neither_side() -> None:
    """The first Double 11 of a shop is no error of the forecasts made before it."""
    past = cut(Trading(people=1_500, days=420, old_days=0, ends_on=dt.date(2026, 1, 20)), 60).past
    peak = past.calendar.columns[:, past.calendar.names.index("double 11 peak")]
    days = np.flatnonzero(peak)
    before = [one for one in origins(past, 30) if one.day < days[0] and one.day + len(one.orders) > days[-1]]
    assert before
    for one in before:
        came, due = np.diff(one.orders, prepend=0.0), np.diff(one.forecast.orders, prepend=0.0)
        assert came[days - one.day - 1].sum() == due[days - one.day - 1].sum() == 0
        assert came.sum() > 0 and one.share[-1] < 1


def test_time_passes_by_demand() -> None:
    calendar = Calendar.of(dt.date(2026, 1, 1), 40, is_chinese=True)
    clock = plain_clock(calendar)
    assert clock.time.tolist() == list(range(40))
    assert clock.uncertainty(30, 5).tolist() == [0.0] * 5


def test_the_interval_adds_what_buyers_clock_and_earlier_forecasts_leave_open() -> None:
    past, days = (
        cut(Trading(people=1_200, days=450, is_chinese=False, ends_on=dt.date(2026, 10, 20)), 30).past,
        20,
    )
    told, state = outlook_of(outlook_from(past, days), days), learned(past, past.today)
    assert state is not None
    whole = foreseen(past, past.today, days, state)
    buyers = whole.orders_variance[-1] / whole.orders[-1] ** 2
    clock = state.clock.uncertainty(past.today + 1, days)[-1]
    _, beyond = off(list(origins(past, days)), "orders", days)
    assert beyond is not None and told.low is not None and told.high is not None
    width = np.sqrt(1.96**2 * (buyers + clock) + beyond.width**2)
    assert np.log(told.high / told.expected) == pytest.approx(width, rel=1e-3)
    assert np.log(told.expected / told.low) == pytest.approx(width, rel=1e-3)
    assert min(buyers, clock) > 0.01 * width**2


def test_what_errors_leave_beyond_their_own_variance() -> None:
    rng = np.random.default_rng(5)
    own = np.full(24, 0.01)
    chance = excess(rng.normal(0, 0.1, 24), own, 1.0)
    assert 0 < chance.deviation < 0.09
    both = excess(rng.normal(0, 0.5, 24), own, 1.0)
    assert both.deviation == pytest.approx(0.5, rel=0.3)
    assert both.width >= 2.06 * both.deviation
    overlapping = excess(rng.normal(0, 0.5, 24), own, 1 / 3)
    assert overlapping.worth == pytest.approx(24 / 2.4, rel=0.25)
    low, high = interval(100.0, 0.01, both.width)
    # One forecast in twenty or more that was far off is in the interval, however small the others' errors.
    once = excess(np.array([0.9, *rng.normal(0, 0.02, 11)]), np.zeros(12), 1.0)
    assert once.width > 0.85 > 2.2 * once.deviation
    assert low < 100 * np.exp(-both.width) < 100 * np.exp(both.width) < high


def traded(ws: Workspace) -> Workspace:
    """Four hundred buyers of two channels over 300 days, some of whom come again."""
    rng = np.random.default_rng(3)
    start, orders = dt.datetime(2026, 1, 24, 4, tzinfo=dt.UTC), []
    for person in range(400):
        first = int(rng.integers(0, 250))
        n = 1 + int(rng.poisson(rng.gamma(0.9, 1 / 60) * (300 - first)))
        days = {first, *(first + int(day) for day in rng.integers(1, 300 - first, n - 1))}
        orders += [(person, start + dt.timedelta(days=day)) for day in sorted(days)]

    def put(name: str, rows: dict[str, Any]) -> None:
        schema = pa.schema([contract(name).schema.to_pyarrow().field(column) for column in rows])
        ws.warehouse.replace(name, pa.table(rows, schema), by="collect")

    put("orders", {
        "order_id": [f"o{n}" for n in range(len(orders))], "source": ["test"] * len(orders),
        "id_key": [f"taobao:{person}" for person, _ in orders], "ordered_at": [at for _, at in orders],
        "status": ["completed"] * len(orders), "channel": [("taobao", "jd")[p % 2] for p, _ in orders],
        "net_amount": [50] * len(orders), "paid_amount": [50] * len(orders),
    })  # fmt: skip
    put("identities", {
        "id_key": [f"taobao:{p}" for p in range(400)], "kind": ["taobao"] * 400, "person_id": [f"p{p}" for p in range(400)],
    })  # fmt: skip
    return ws


@pytest.mark.parametrize("by", ["", "first_channel"])
def test_over_the_horizon_it_is_the_sum_of_all_forecasts(by: str, make_workspace: Any) -> None:
    ws = traded(make_workspace(lifetime={"by": by}))
    done = lifetimes(ws, AS_OF)
    table = ws.warehouse.table("lifetimes")
    sums = table.aggregate(orders=table.expected_orders.sum(), amount=table.clv_amount.sum().cast("float64"))
    (whole,) = ws.warehouse.read(sums).to_pylist()
    kept = find_fit(ws.ledger, done["fit_id"])
    assert kept is not None
    year = outlook_of(kept.diagnostics["outlook"], ws.settings.lifetime.horizon_days)
    assert (year.expected, year.amount) == (pytest.approx(whole["orders"]), pytest.approx(whole["amount"]))
    assert year.n_buyers == ws.warehouse.count("lifetimes")
    near = outlook(ws, 14)
    assert not isinstance(near, Inconclusive)
    assert near.low is not None and near.high is not None
    assert 0 < near.low < near.expected < near.high
    # A shop with one price: value follows orders.
    assert near.amount == pytest.approx(50 * near.expected, rel=0.01)
    far = outlook(ws, 30)
    assert isinstance(far, Inconclusive)
    assert "double 12 lies ahead (2026-12-10)" in far.reason
    assert isinstance(outlook(ws, 4_000), Inconclusive)


def test_without_customers_there_is_none(make_workspace: Any) -> None:
    assert isinstance(outlook(make_workspace(), 30), Inconclusive)
