"""Cards, series and breakdowns of a small shop."""

from __future__ import annotations

import datetime as dt

import pytest

from quanyu.errors import SettingError, UnknownMetricError
from quanyu.measure.metric import read
from quanyu.measure.metric.compute import metrics
from quanyu.measure.metric.explain import explain_change

AS_OF = dt.date(2026, 11, 20)


@pytest.fixture
def ws(make_workspace, write_orders, random_orders):
    ws = make_workspace()
    write_orders(ws, random_orders(11, 200))
    metrics(ws, AS_OF)
    return ws


def test_a_card_adds_up_to_its_days(ws) -> None:
    period = read.period(ws, "last_30")
    card = read.metric_card(ws, "net_revenue", period)
    points = read.series(ws, "net_revenue", "day", period)
    assert len(points) == 30 == len(card.spark)
    assert card.value == pytest.approx(sum(point.value for point in points))
    before = read.series(ws, "net_revenue", "day", period.previous())
    assert card.previous == pytest.approx(sum(point.value for point in before))
    assert card.last_year is None and card.change_on_year is None


def test_any_days_count_people_once(ws) -> None:
    month = read.period(ws, "last_month")
    same = read.period(ws, "", dt.date(2026, 10, 1), dt.date(2026, 11, 1))
    for name in ("n_buyers", "gmv", "repurchase_rate", "aov_per_order"):
        assert read.metric_card(ws, name, same).value == pytest.approx(
            read.metric_card(ws, name, month).value
        )


def test_a_comparison_with_days_before_the_data_is_none(ws) -> None:
    assert read.metric_card(ws, "gmv", read.period(ws, "last_90")).value is None
    assert read.metric_card(ws, "gmv", read.period(ws, "last_30")).previous is not None


def test_breakdown_shares_add_up_only_where_parts_do(ws) -> None:
    period = read.period(ws, "last_30")
    parts = read.breakdown(ws, "gmv", "channel", period)
    assert sum(part.share for part in parts) == pytest.approx(1)
    assert {part.slice for part in parts} == {"taobao", "jd", "unknown"}
    assert all(part.share is None for part in read.breakdown(ws, "n_buyers", "channel", period))


def test_a_change_is_explained_without_rest(ws) -> None:
    for name in ("gmv", "refund_rate", "aov_per_order"):
        told = explain_change(ws, name, "channel", read.period(ws, "last_30"))
        assert told.now - told.before == pytest.approx(
            sum(part.contribution for part in told.parts) + told.rest
        )
        assert told.rest == pytest.approx(0, abs=1e-6)


def test_unknown_names_say_what_there_is(ws) -> None:
    with pytest.raises(UnknownMetricError, match="net_revenue"):
        read.metric_card(ws, "revenue", read.period(ws, "last_7"))
    with pytest.raises(SettingError, match="last_30"):
        read.period(ws, "last_31")


def test_before_the_first_run_there_is_nothing(make_workspace) -> None:
    ws = make_workspace()
    assert read.as_of(ws) is None
    assert read.metric_card(ws, "gmv", read.period(ws, "last_7")).value is None
    assert read.series(ws, "gmv", "day", read.period(ws, "last_7")) == []
