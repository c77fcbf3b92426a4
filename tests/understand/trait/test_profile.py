"""What the console reads about a person."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.conftest import on_duckdb

from quanyu.errors import ColumnError
from quanyu.understand.fact.fact_step import facts
from quanyu.understand.people_list import Listing, Whom, count, page
from quanyu.understand.rfm.rfm import rfm
from quanyu.understand.timeline import timeline
from quanyu.understand.trait.bar_rule import bar_rule
from quanyu.understand.trait.distribution import _of_days
from quanyu.understand.trait.pair import pair
from quanyu.understand.trait.portrait import portraits
from quanyu.understand.trait.profile import distribution, read_person
from quanyu.workspace import Workspace

AS_OF = dt.date(2026, 11, 20)


@pytest.fixture
def known(shop: Workspace) -> Workspace:
    written = on_duckdb(shop)
    for step in (facts, portraits, rfm):
        step(written, AS_OF)
    return shop


def test_a_person_is_shown_masked_with_traits_groups_and_moments(known: Workspace) -> None:
    ann = read_person(known, "ann")
    assert ann is not None
    assert (ann.name, ann.phone) == ("王**", "+86138****5678")
    assert ann.traits["n_orders"] == 3 and ann.rfm is not None and ann.rfm["group"] == "champions"
    assert "taobao:ann" in ann.identifiers
    assert not any("13812345678" in identifier for identifier in ann.identifiers)
    assert read_person(known, "nobody") is None

    moments = timeline(known, "ann", 3)
    assert [(moment.table, moment.what) for moment in moments] == [
        ("orders", "completed"), ("feedback", "review"), ("events", "search"),
    ]  # fmt: skip
    assert len(timeline(known, "ann")) == 9
    assert timeline(known, "di") == []

    def ids(whom: Whom, n: int = 50) -> list[str]:
        return [person_id for (person_id,) in page(known, Listing(whom, ()), n=n)]

    assert ids(Whom(text="138 1234 5678")) == ids(Whom(text="jd:ann")) == ids(Whom(text="王")) == ["ann"]
    assert len(ids(Whom(), 2)) == 2
    assert ids(Whom(text="%' OR 1=1")) == []

    with_feedback = ann.traits["n_feedback"]
    known.warehouse.replace(
        "feedback", known.warehouse.read(known.warehouse.table("feedback")).slice(0, 0), by="collect"
    )
    again = read_person(known, "ann")
    assert (
        with_feedback > 0 and again is not None and "n_feedback" not in again.traits
    )  # nothing is known, which is not 0

    tiers = distribution(known, "city_tier")
    assert [(bar.label, bar.n_people) for bar in tiers.bars] == [("1", 1), ("3+", 1)]
    assert (tiers.n_known, tiers.n_unknown) == (2, 2)
    spend = distribution(known, "spend_amount")
    assert sum(bar.n_people for bar in spend.bars) == spend.n_known == 4
    assert distribution(known, "margin_amount").bars == ()
    with pytest.raises(ColumnError, match="shoe_size"):
        distribution(known, "shoe_size")


def test_days_are_told_by_the_finest_of_weeks_months_quarters_and_years_that_fit() -> None:
    days = [dt.date(2026, 1, 30), dt.date(2026, 2, 2), dt.date(2026, 2, 8), dt.date(2026, 2, 9)]
    grain, bars = _of_days(dict.fromkeys(days, 1), 24)
    assert grain == "week"
    assert [(bar.label, bar.n_people) for bar in bars] == [
        ("2026-01-26", 1),
        ("2026-02-02", 2),
        ("2026-02-09", 1),
    ]
    assert _of_days(dict.fromkeys(days, 1), 2)[0] == "month"
    years = {dt.date(1950 + year, 12, 31): 2 for year in range(70)}
    grain, bars = _of_days(years, 24)
    assert grain == "year" and len(bars) <= 25 and sum(bar.n_people for bar in bars) == 140
    assert all(bar.low <= day < bar.high for bar in bars[:1] for day in [dt.date(1950, 12, 31)])  # type: ignore[operator]


def test_two_traits_together_hold_everybody_whose_both_are_known(known: Workspace) -> None:
    for names in (("city_tier", "spend_amount"), ("first_order_on", "n_orders")):
        told = pair(known, *names)
        rows = known.warehouse.read(known.warehouse.table("portraits").select(*names)).to_pylist()
        both = [row for row in rows if None not in row.values()]
        assert sum(told.cells.values()) == len(both) > 0
        assert told.n_beside == len(rows) - len(both)
        for (across, up), n in told.cells.items():
            rules = [
                bar_rule(side.trait.name, side.bars[at], (at == 0, at == len(side.bars) - 1))
                for side, at in ((told.first, across), (told.second, up))
            ]
            assert count(known, Whom("; ".join(rules))) == n
