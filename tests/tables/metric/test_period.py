"""Periods, what they are compared with, and the Chinese calendar."""

from __future__ import annotations

import datetime as dt

import pytest

from quanyu.tables.metric.period import GRAINS, PRESETS, Period, preset, spring_festival, windows


def test_windows_end_before_the_as_of_day() -> None:
    as_of = dt.date(2026, 11, 20)
    assert preset("last_7", as_of) == Period("last_7", "last_7", dt.date(2026, 11, 13), as_of)
    assert preset("yesterday", as_of).days == 1
    assert preset("this_week", as_of).since == dt.date(2026, 11, 16)
    assert preset("last_week", as_of).previous().since == dt.date(2026, 11, 2)
    assert preset("last_month", as_of).previous() == Period(
        "last_month", "month", dt.date(2026, 9, 1), dt.date(2026, 10, 1)
    )


@pytest.mark.parametrize("name", PRESETS)
def test_comparisons_have_as_many_days(name: str) -> None:
    period = preset(name, dt.date(2026, 11, 20))
    if "month" not in name:
        assert period.previous().days == period.days == period.last_year(is_lunar=True)[0].days
    assert period.grain in GRAINS


def test_this_month_is_compared_with_the_same_days_of_the_month_before() -> None:
    period = preset("this_month", dt.date(2026, 3, 31))
    assert period.previous() == Period("this_month", "this_month", dt.date(2026, 2, 1), dt.date(2026, 3, 1))
    assert preset("this_month", dt.date(2026, 3, 11)).previous().until == dt.date(2026, 2, 11)


def test_spring_festival_is_compared_with_spring_festival() -> None:
    period = preset("last_7", dt.date(2026, 2, 24))
    before, alignment = period.last_year(is_lunar=True)
    assert alignment == "lunar"
    assert spring_festival(2026) - period.since == spring_festival(2025) - before.since
    assert period.last_year(is_lunar=False)[1] == "weekday"
    assert preset("last_7", dt.date(2026, 11, 12)).last_year(is_lunar=True)[1] == "weekday"


def test_every_window_is_kept_once() -> None:
    kept = windows(dt.date(2027, 2, 1), is_lunar=True)
    assert len({(one.grain, one.since) for one in kept}) == len(kept)
