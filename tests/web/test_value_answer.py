from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from quanyu.settings import Settings
from quanyu.tables.view.outlook import FEW_ORIGINS, Outlook
from quanyu.understand.value.value_card import Holdout
from quanyu.web.pages.value.value_answer import answer, missed
from quanyu.web.view import View

BOUNDED = Outlook(30, 9, 4.0, 2.0, 6.0, 2000.0, 1000.0, 3000.0, None)
UNBOUNDED = Outlook(
    365, 9, 40.0, None, None, 9000.0, None, None, (FEW_ORIGINS, {"days": 365, "n": 0, "least": 8})
)


def look(language: str = "en") -> View:
    ws: Any = SimpleNamespace(settings=Settings())
    return View(ws, None, language, "/value", {})  # type: ignore[arg-type]


def in_test(expected: float, actual: float) -> Holdout:
    return Holdout(90, expected, actual, None, 0.0, 0.0, 0.9, ())


@pytest.mark.parametrize(
    ("expected", "actual", "said"),
    [(83, 100, "17% too low"), (125, 100, "25% too high"), (100.3, 100, "right to the percent"),
     (3, 0, "made for days without an order")],
)  # fmt: skip
def test_the_card_says_by_how_much_the_forecast_missed(expected: float, actual: float, said: str) -> None:
    assert missed(look(), in_test(expected, actual)) == said


def test_the_page_begins_with_what_customers_are_worth_and_how_sure_that_is() -> None:
    customers: Any = SimpleNamespace(n_people=1234, clv_amount=9000.0)
    card: Any = SimpleNamespace(horizon_days=365, outlook=(BOUNDED, UNBOUNDED), holdout=in_test(83, 100))
    told, test, bounds, why = answer(look(), customers, card)
    assert told == "1,234 buyers are expected to bring ¥9,000.00 of margin within 365 days."
    assert "17% too low" in test
    assert "30 days: ¥2,000.00, 95 % sure between ¥1,000.00 and ¥3,000.00" in bounds
    assert "cannot be told yet: Forecasts of 365 days" in why
    assert answer(look("zh"), customers, card)[1].endswith("订单预测偏低 17%。")


def test_a_forecast_with_bounds_needs_no_excuse_and_one_without_a_test_says_so() -> None:
    customers: Any = SimpleNamespace(n_people=9, clv_amount=2000.0)
    card: Any = SimpleNamespace(horizon_days=30, outlook=(BOUNDED,), holdout=None)
    _, test, *bounds = answer(look(), customers, card)
    assert "has not been tested" in test
    assert len(bounds) == 1
