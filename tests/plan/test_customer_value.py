"""What the report tells of customer value is what the table holds and the fit says, in both languages."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from quanyu.ledger import KeptFit, keep_fit
from quanyu.plan.customer_value import customer_value
from quanyu.plan.report import render
from quanyu.plan.review import Review, review
from quanyu.workspace import Workspace

AS_OF = dt.date(2026, 11, 20)
REASON = ["In the holdout buyers ordered {ratio:.2f} times as often as expected; up to {most:.2f} is accepted.",
          {"ratio": 1.5, "most": 1.25}]  # fmt: skip


HOLDOUT = {"days": 120, "ratio": 1.1, "expected": 1000.0, "actual": 1100.0,
           "by_tenth": [{"level": 1, "n": 30.0, "expected": 0.41, "actual": 0.47}]}  # fmt: skip


def written(ws: Workspace, fits: bool | None, reasons: list[Any]) -> Workspace:
    """Three buyers in two tenths, and the fit they come from."""
    told = {"fits": fits, "reasons": reasons, "holdout": HOLDOUT}
    fit = KeptFit(
        "Lifetime", dt.datetime(2026, 11, 20, tzinfo=dt.UTC), spec={"horizon_days": 365},
        parameters={"model": "bg_nbd"}, diagnostics=told,
    )  # fmt: skip
    fit_id = keep_fit(ws.ledger, fit)
    rows = [("p1", 10, 300, 3.0, 0.9), ("p2", 1, 60, 0.5, 0.5), ("p3", 1, 40, 0.5, 0.1)]
    table = [
        {"person_id": person, "decile": decile, "clv_amount": Decimal(value), "expected_orders": orders,
         "p_alive": alive, "as_of": AS_OF, "fit_id": fit_id}
        for person, decile, value, orders, alive in rows
    ]  # fmt: skip
    ws.warehouse.replace("lifetimes", pa.Table.from_pylist(table), by="understand")
    metric = {"metric": ["gmv"], "grain": ["last_7"], "on": [dt.date(2026, 11, 13)], "dimension": ["all"],
              "slice": ["all"], "numerator": [1.0], "denominator": [1.0]}  # fmt: skip
    day = {**metric, "grain": ["day"], "on": [dt.date(2026, 11, 19)]}
    both = pa.concat_tables([pa.table(metric), pa.table(day)])
    ws.warehouse.replace("metrics", both, by="measure")
    return ws


def test_sums_shares_and_tenths(make_workspace: Any) -> None:
    found = customer_value(written(make_workspace(), True, []))
    assert found is not None
    assert (found.n_people, found.clv_amount, found.expected_orders, found.alive_share) == (
        3,
        400.0,
        4.0,
        0.5,
    )
    assert [(one.decile, one.clv_amount, one.value_share) for one in found.tenths] == [
        (10, 300.0, 0.75),
        (1, 50.0, 0.25),
    ]
    assert (found.top_share, found.model, found.ratio) == (0.75, "BG/NBD", 1.1)


def test_without_a_forecast_there_is_no_section(make_workspace: Any) -> None:
    ws = make_workspace()
    assert customer_value(ws) is None
    assert 'id="worth"' not in render(review(ws), "en")


@pytest.mark.parametrize(
    ("fits", "reasons", "said"),
    [
        (True, [], "held in its test: in the last 120 days buyers ordered 1.10 times"),
        (False, [REASON], "In the holdout buyers ordered 1.50 times as often"),
        (None, [], "The forecast is not tested yet."),
    ],
)
def test_the_report_says_whether_the_forecast_held(
    fits: bool | None, reasons: list[Any], said: str, make_workspace: Any
) -> None:
    found: Review = review(written(make_workspace(), fits, reasons))
    english, chinese = render(found, "en"), render(found, "zh")
    assert said in english
    assert "75% of the value" in english
    assert 'id="worth"' in chinese and "客户未来的价值" in chinese
    assert said not in chinese


@pytest.mark.parametrize("fits", [True, False])
def test_p_alive_is_withdrawn_where_the_forecast_does_not_fit(make_workspace: Any, fits: bool) -> None:
    ws = written(make_workspace(), fits, [] if fits else [REASON])
    page = render(review(ws), "en")
    assert ("of them are still active" in page) == ('<th class="n hide">P(alive)</th>' in page) == fits
    assert ("P(alive) is withdrawn: it comes from the same model." in page) != fits


def test_what_was_expected_in_the_test_stands_beside_what_came(make_workspace: Any) -> None:
    page = render(review(written(make_workspace(), True, [])), "en")
    assert "1,000 orders were expected in 120 days, 1,100 came" in page
    assert "0.41" in page
    assert "0.47" in page
