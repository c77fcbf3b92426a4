from __future__ import annotations

from datetime import date

import pytest

from quanyu.world import Shop
from quanyu.world.market.calendar import LUNAR, Calendar, anchor_day

YEAR = Calendar(Shop(days=400, ends_on=date(2026, 11, 20)))


def test_an_average_day_has_demand_one() -> None:
    assert YEAR.demand.mean() == pytest.approx(1)
    assert YEAR.demand.min() > 0


def test_festivals_have_the_shape_of_their_phases() -> None:
    def demand(month: int, day: int) -> float:
        return float(YEAR.demand[YEAR.index(date(2026, month, day))])

    assert demand(11, 11) > demand(10, 22) > demand(11, 16)
    assert demand(6, 18) > demand(6, 8) > demand(6, 24)
    assert demand(2, 17) < 0.6  # New Year's day: nobody ships
    assert YEAR.is_presale[YEAR.index(date(2026, 10, 16))]
    assert YEAR.balance_day[YEAR.index(date(2026, 10, 16))] == YEAR.index(date(2026, 10, 21))


def test_weekdays_follow_the_calendar() -> None:
    assert YEAR.weekday[YEAR.index(date(2026, 11, 16))] == date(2026, 11, 16).weekday() == 0


@pytest.mark.parametrize(
    ("festival", "year", "month", "day"), [("春节", 2026, 2, 17), ("七夕", 2027, 8, 8), ("中秋", 2028, 10, 3)]
)
def test_lunar_days_are_those_of_the_almanac(festival: str, year: int, month: int, day: int) -> None:
    assert anchor_day(festival, year) == date(year, month, day)


def test_years_beyond_the_table_have_no_lunar_festival() -> None:
    assert max(LUNAR["春节"]) == 2030
    late = Calendar(Shop(days=400, ends_on=date(2033, 12, 31)))
    assert {phase.festival for phase, _, _ in late.spans} >= {"618", "双11"}
