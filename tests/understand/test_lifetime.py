"""Lifetimes pass the laws of every method; histories are counted by hand; the table says what the fit says."""

from __future__ import annotations

import datetime as dt
from typing import Any

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quanyu.ledger import find_fit, list_fits
from quanyu.method import Fit, Inconclusive, fit
from quanyu.method.laws import Case, check_laws
from quanyu.settings import LifetimeSettings
from quanyu.understand.customer_value import lifetimes, specified
from quanyu.understand.history import histories, purchase_days, trade
from quanyu.understand.lifetime import Lifetime
from quanyu.understand.order_value import OrderValue
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
    check_laws(Case(spec, drawn(400, groups=3), [engine(make_workspace(), tmp_path)]))


@pytest.mark.spark
@pytest.mark.parametrize("spec", SPECS[1:], ids=str)
def test_it_keeps_the_laws_on_duckdb_and_spark(spec: Any, make_workspace: Any, tmp_path: Any) -> None:
    engines = [engine(make_workspace(engine=name), tmp_path) for name in ("duckdb", "spark")]
    check_laws(Case(spec, drawn(150, groups=2), engines))


def test_histories_are_counted_by_hand(small_trade: Workspace) -> None:
    found = trade(small_trade, AS_OF)
    assert (found.first_on, found.basis) == (dt.date(2026, 1, 10), "margin")
    days = purchase_days(small_trade, AS_OF, found, "first_channel")
    rows = small_trade.warehouse.read(histories(days, AS_OF, 60, "first_channel")).sort_by("person_id")
    ann, bob, cid = rows.to_pylist()
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


def test_too_few_buyers_are_inconclusive_and_empty_the_table(small_trade: Workspace) -> None:
    done = lifetimes(small_trade, AS_OF)
    assert done["n_buyers"] == 0
    assert "too few" in done["inconclusive"]
    assert small_trade.warehouse.count("lifetimes") == 0
    assert small_trade.warehouse.exists("lifetimes")
    (kept,) = list_fits(small_trade.ledger, method="Lifetime")
    assert "too few" in kept.diagnostics["inconclusive"]


def test_planted_groups_differ_and_a_holdout_is_foreseen(make_workspace: Any, tmp_path: Any) -> None:
    ws = make_workspace()
    rows, read = engine(ws, tmp_path)(drawn(6_000, seed=4, groups=2))
    found = fit(Lifetime(holdout_days=100, by="label"), rows, reduce=read)
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


def test_values_are_orders_times_worth_and_tenths_are_in_order(trading_shop: Workspace) -> None:
    done = lifetimes(trading_shop, AS_OF)
    rows = trading_shop.warehouse.read(trading_shop.warehouse.table("lifetimes"))
    assert len(rows) == done["n_buyers"] > 200
    kept = find_fit(trading_shop.ledger, done["fit_id"])
    assert kept is not None
    assert len(kept.diagnostics["tracking"]["actual"]) == len(kept.diagnostics["tracking"]["expected"])
    known = kept.diagnostics["holdout"]
    split = kept.diagnostics["tracking"]["holdout_from"]
    assert known["actual"] == kept.diagnostics["tracking"]["actual"][-1] - _repeats_by(rows, kept, split)
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
