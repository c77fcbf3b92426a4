"""The catalogue is complete: each metric is defined once, in two languages, over measures that exist."""

from __future__ import annotations

import pytest

from quanyu.tables.metric.catalogue import (
    BUYERS,
    MEASURES,
    METRICS,
    SPENDING,
    TRADE,
    TRAFFIC,
    VOICE,
    is_additive,
    metric,
)


def test_there_are_no_two_of_a_name() -> None:
    listed = (*TRADE, *BUYERS, *TRAFFIC, *SPENDING, *VOICE)
    assert len(listed) == len(METRICS) >= 30
    for at in (0, 1):
        assert len({one.label[at] for one in listed}) == len(listed)


@pytest.mark.parametrize("name", METRICS)
def test_a_metric_is_defined_in_both_languages(name: str) -> None:
    one = metric(name)
    assert all(one.label) and all(len(text) > 5 for text in one.definition)
    assert set(one.measures) <= set(MEASURES)


def test_ratios_come_from_sums() -> None:
    assert metric("aov_per_order").denominator != metric("aov_per_buyer").denominator
    assert metric("roas").denominator == "cost" != metric("roas").numerator
    assert metric("ctr").value(30, 1000) == 0.03
    assert metric("ctr").value(30, 0) is None
    assert not is_additive("visitors") and is_additive("roas") and not is_additive("cac")
