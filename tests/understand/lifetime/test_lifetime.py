"""Lifetimes pass the laws of every method; histories are counted by hand; the table says what the fit says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.conftest import on_duckdb, written_by
from tests.method.laws import Case, check_laws

from quanyu.ledger import find_fit, list_fits
from quanyu.method import Fit, Inconclusive, fit
from quanyu.understand.lifetime.history import histories, named, orders_until, purchase_days, trade
from quanyu.understand.lifetime.lifetime import Lifetime
from quanyu.understand.lifetime.order_value import OrderValue
from quanyu.understand.settings import LifetimeSettings
from quanyu.understand.value.customer_value import lifetimes, specified
from quanyu.understand.value.value_map import value_map
from quanyu.workspace import Workspace

AS_OF = dt.date(2026, 11, 20)


def drawn(n: int, seed: int = 1, groups: int = 1) -> pa.Table:
    """Buyers of a BG/NBD over up to 400 days with a holdout of 100; group g buys 1 + g times as fast."""
    rng = np.random.default_rng(seed)
    group = rng.integers(0, groups, n)
    rate, coin = rng.gamma(0.9, 1 / 40, n) * (1 + group), rng.beta(1.2, 6.0, n)
    age = rng.integers(1, 400, n)
    columns: dict[str, list[Any]] = {name: [] for name in NAMES}
    for person in range(n):
        days, now = {0}, 0.0
        while True:
            now += rng.exponential(1 / max(rate[person], 1e-9))
            if now >= age[person]:
                break
            days.add(int(np.ceil(now)))
            if rng.random() < coin[person]:
                break
        early = [day for day in days if day <= age[person] - 100]
        columns["n_repeats"].append(len(days) - 1)
        columns["span_days"].append(max(days))
        columns["age_days"].append(int(age[person]))
        columns["early_repeats"].append(len(early) - 1 if early else None)
        columns["early_span_days"].append(max(early) if early else None)
        columns["early_age_days"].append(int(age[person]) - 100 if early else None)
        columns["late_orders"].append(len(days) - len(early) if early else None)
    cents = (rng.gamma(6.0, 1 / rng.gamma(4.0, 1 / 1500, n)) * 100).astype(int)
    return pa.table(
        {
            "key": np.arange(n),
            **{name: pa.array(values, pa.int64()) for name, values in columns.items()},
            "label": pa.array([f"g{g}" for g in group]),
            "n_orders": pa.array([x + 1 for x in columns["n_repeats"]], pa.int64()),
            "mean_amount": pa.array([int(c) for c in cents], pa.int64()),
        }
    )


def order(number: int, key: str, when: str, net: float, **given: Any) -> dict[str, Any]:
    """One order or return document at noon in Shanghai."""
    return {
        "order_id": f"o{number}", "source": "test", "id_key": key, "status": "completed", "channel": "taobao",
        "ordered_at": dt.datetime.fromisoformat(f"{when}T12:00:00+08:00"), "net_amount": Decimal(str(net)),
        "margin_amount": Decimal(str(net)) / 2, **given,
    }  # fmt: skip


def filled(ws: Workspace, orders: list[dict[str, Any]], owners: dict[str, str]) -> Workspace:
    keys = [{"id_key": key, "kind": key.split(":")[0], "person_id": person} for key, person in owners.items()]
    written = written_by(ws).warehouse
    written.replace("orders", pa.Table.from_pylist(orders), by="collect")
    written.replace("identities", pa.Table.from_pylist(keys), by="collect")
    return ws


def small(ws: Workspace) -> Workspace:
    """Ann buys on three days with two identifiers, Bob once, Cid once and returns more; Dan's order is closed."""
    orders = [
        order(1, "jd:ann", "2026-01-10", 100, channel="jd"),
        order(2, "taobao:ann", "2026-01-10", 60),
        order(3, "taobao:ann", "2026-02-10", 120),
        order(4, "taobao:ann", "2026-10-31", 90),
        order(5, "taobao:ann", "2026-11-03", -10, status="returned"),
        order(6, "taobao:ann", "2026-11-30", 900),
        order(7, "jd:bob", "2026-11-01", 40, margin_amount=None),
        order(8, "jd:cid", "2026-03-01", 50),
        order(9, "jd:cid", "2026-03-09", -80, status="returned"),
        order(10, "jd:dan", "2026-03-01", 50, status="closed"),
        order(11, "jd:dan", "2026-03-02", 0),
    ]
    owners = {"jd:ann": "ann", "taobao:ann": "ann", "jd:bob": "bob", "jd:cid": "cid", "jd:dan": "dan"}
    return filled(ws, orders, owners)


def traded(ws: Workspace) -> Workspace:
    """Some hundred buyers over 400 days whose orders follow the model."""
    rows, rng = drawn(420, seed=3), np.random.default_rng(3)
    first = [AS_OF - dt.timedelta(days=age) for age in rows["age_days"].to_pylist()]
    orders: list[dict[str, Any]] = []
    for person, (x, span, begun) in enumerate(
        zip(rows["n_repeats"].to_pylist(), rows["span_days"].to_pylist(), first, strict=True)
    ):
        between = rng.choice(np.arange(1, span), max(x - 1, 0), replace=False) if x > 1 else []
        for day in {0, *([span] if x else []), *(int(one) for one in between)}:
            when = (begun + dt.timedelta(days=day)).isoformat()
            orders.append(order(len(orders), f"jd:{person}", when, round(float(rng.gamma(6, 9)), 2)))
    return filled(ws, orders, {f"jd:{person}": f"p{person:04d}" for person in range(420)})


NAMES = (
    "n_repeats", "span_days", "age_days", "early_repeats", "early_span_days", "early_age_days", "late_orders",
)  # fmt: skip


def engine(ws: Workspace, tmp_path: Any) -> Any:
    def load(rows: pa.Table) -> tuple[ir.Table, Any]:
        file = tmp_path / f"{abs(hash(str(rows)))}.parquet"
        pq.write_table(rows, file)
        return ws.warehouse.scan([file]), ws.warehouse.read

    return load


SPECS = (
    Lifetime(holdout_days=100),
    Lifetime(model="pareto_nbd", horizon_days=90, discount_rate=0.0),
    Lifetime(model="mbg_nbd", by="label"),
    OrderValue(),
)


@pytest.mark.parametrize("spec", SPECS, ids=str)
def test_it_keeps_the_laws(spec: Any, make_workspace: Any, tmp_path: Any) -> None:
    check_laws(Case(spec, drawn(250, groups=3), [engine(make_workspace(), tmp_path)]))


@pytest.mark.spark
@pytest.mark.parametrize("spec", SPECS[1:], ids=str)
def test_it_keeps_the_laws_on_duckdb_and_spark(spec: Any, make_workspace: Any, tmp_path: Any) -> None:
    engines = [engine(make_workspace(engine=name), tmp_path) for name in ("duckdb", "spark")]
    check_laws(Case(spec, drawn(150, groups=2), engines))


def test_histories_are_counted_by_hand(workspace: Workspace) -> None:
    small_trade = small(workspace)
    orders = orders_until(small_trade, AS_OF, "first_channel")
    found = trade(small_trade, orders)
    assert (found.first_on, found.basis) == (dt.date(2026, 1, 10), "margin")
    days = purchase_days(small_trade, orders, found, "first_channel")
    known = named(small_trade, histories(days, AS_OF, 60, "first_channel"))
    rows = small_trade.warehouse.read(known).sort_by("person_id")
    ann, bob, cid = rows.to_pylist()  # the order of 30 November is after the as-of day
    assert {name: ann[name] for name in ("person_id", "n_repeats", "span_days", "age_days", "first_channel")} == {
        "person_id": "ann", "n_repeats": 2, "span_days": 294, "age_days": 314, "first_channel": "jd",
    }  # fmt: skip
    assert (ann["early_repeats"], ann["early_span_days"], ann["early_age_days"], ann["late_orders"]) == (
        1,
        31,
        254,
        1,
    )
    assert float(ann["mean_amount"]) == 60.0
    assert (bob["n_repeats"], bob["early_repeats"], bob["late_orders"]) == (0, None, None)
    assert (cid["n_repeats"], float(cid["mean_amount"])) == (0, -15.0)


def test_the_horizon_and_the_holdout_come_from_the_settings() -> None:
    assert specified(LifetimeSettings(), 600).holdout_days == 200
    assert specified(LifetimeSettings(), 60).holdout_days == 0
    assert specified(LifetimeSettings(horizon_days=90), 600).holdout_days == 90
    assert specified(LifetimeSettings(holdout_days=30), 60).holdout_days == 30
    assert [specified(LifetimeSettings(), days).warm_up_days for days in (400, 2_000)] == [40, 90]


def test_too_few_buyers_are_inconclusive_and_empty_the_table(embedded: Workspace) -> None:
    small_trade = small(embedded)
    done = lifetimes(small_trade, AS_OF)
    assert done["n_buyers"] == 0
    assert "too few" in done["inconclusive"]
    assert small_trade.warehouse.count("lifetimes") == 0
    assert small_trade.warehouse.exists("lifetimes")
    (kept,) = list_fits(small_trade.ledger, method="Lifetime")
    sentence, values = kept.diagnostics["inconclusive"]
    assert sentence.format(**values) == done["inconclusive"]
    assert value_map(small_trade).reason == (sentence, values)


def test_planted_groups_differ_and_a_holdout_is_foreseen(make_workspace: Any, tmp_path: Any) -> None:
    ws = make_workspace()
    rows, read = engine(ws, tmp_path)(drawn(6_000, seed=4, groups=2))
    found = fit(Lifetime(holdout_days=100, model="bg_nbd", by="label"), rows, reduce=read)
    assert isinstance(found, Fit)
    place = {name: at for at, name in enumerate(found.parameters["groups"])}
    gap = found.parameters["faster"][place["g1"]] - found.parameters["faster"][place["g0"]]
    assert gap == pytest.approx(np.log(2.0), abs=0.2)
    assert found.diagnostics["fits"] is True, found.diagnostics["reasons"]
    assert found.diagnostics["holdout"]["ratio"] == pytest.approx(1.0, abs=0.12)
    assert found.diagnostics["holdout"]["covered"] >= 0.8
    assert found.diagnostics["log_likelihood"] > found.diagnostics["reference_log_likelihood"]


def test_a_forecast_that_fails_says_why(make_workspace: Any, tmp_path: Any) -> None:
    rows = drawn(2_000, seed=9)
    late = pa.array([None if n is None else 3 * n + 1 for n in rows["late_orders"].to_pylist()], pa.int64())
    table, read = engine(make_workspace(), tmp_path)(rows.set_column(7, "late_orders", late))
    found = fit(Lifetime(holdout_days=100, model="bg_nbd"), table, reduce=read)
    assert isinstance(found, Fit)
    assert found.diagnostics["fits"] is False
    sentence, values = found.diagnostics["reasons"][0]
    assert values["ratio"] > 1.25
    assert "{ratio" in sentence


def test_without_buyers_there_is_nothing(make_workspace: Any) -> None:
    ws = make_workspace()
    assert lifetimes(ws, AS_OF)["n_buyers"] == 0
    assert isinstance(
        fit(Lifetime(), ws.warehouse.table("lifetimes"), reduce=ws.warehouse.read), Inconclusive
    )


def test_values_are_orders_times_worth_and_tenths_are_in_order(embedded: Workspace) -> None:
    trading_shop = traded(embedded)
    done = lifetimes(trading_shop, AS_OF)
    rows = trading_shop.warehouse.read(trading_shop.warehouse.table("lifetimes"))
    assert len(rows) == done["n_buyers"] > 200
    kept = find_fit(trading_shop.ledger, done["fit_id"])
    assert kept is not None
    assert len(kept.diagnostics["tracking"]["actual"]) == len(kept.diagnostics["tracking"]["expected"])
    known = kept.diagnostics["holdout"]
    assert 0 < known["actual"] < kept.diagnostics["tracking"]["actual"][-1]
    for row in rows.to_pylist():
        assert row["orders_low"] <= row["expected_orders"] + 1
        assert row["orders_low"] <= row["orders_high"]
        assert row["clv_amount"] <= row["expected_margin_amount"]
        assert float(row["expected_margin_amount"]) == pytest.approx(
            row["expected_orders"] * float(row["expected_order_amount"]),
            abs=0.02 + 0.006 * row["expected_orders"],
        )
    by_tenth = (
        rows.group_by("decile").aggregate([("clv_amount", "min"), ("clv_amount", "max")]).sort_by("decile")
    )
    assert by_tenth["decile"].to_pylist() == list(range(1, 11))
    lows, highs = by_tenth["clv_amount_min"].to_pylist(), by_tenth["clv_amount_max"].to_pylist()
    assert all(high < low for high, low in zip(highs, lows[1:], strict=False))


def test_the_map_adds_up_to_the_table(workspace: Workspace) -> None:
    trading_shop = traded(workspace)
    done = lifetimes(on_duckdb(trading_shop), AS_OF)
    found = value_map(trading_shop)
    rows = trading_shop.warehouse.read(trading_shop.warehouse.table("lifetimes"))
    assert (
        found.n_people
        == sum(one.n_people for one in found.tenths)
        == sum(c.n_people for c in found.cells)
        == len(rows)
    )
    assert found.clv_amount == pytest.approx(float(sum(rows["clv_amount"].to_pylist())))
    assert sum(one.value_share for one in found.tenths) == pytest.approx(1.0)
    assert sum(c.n_people * c.p_alive for c in found.cells) == pytest.approx(sum(rows["p_alive"].to_pylist()))
    assert found.card is not None and found.card.fit_id == done["fit_id"]
    assert found.card.tracking is not None and found.card.tracking.on[-1] <= AS_OF
