"""Days that are known ahead: who enters on them, who waits for them, and what becomes of those whose day is past."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from tests.act.conftest import person, put
from tests.act.journey.conftest import LI, Shop

from quanyu.act.journey.day import day_due
from quanyu.errors import JourneyError
from quanyu.part.action import action_named, perform
from quanyu.rule.window import anniversary

BORN = {
    7: dt.date(1990, 11, 25),
    8: dt.date(1992, 2, 29),
    9: dt.date(1990, 11, 19),
    10: dt.date(1988, 11, 20),
}
SQLITE = pytest.mark.parametrize("url", ["sqlite"], indirect=True)


def told(shop: Shop, days: dict[int, dt.date] = BORN) -> None:
    put(shop.ws, "portraits", [{"person_id": person(n), "as_of": shop.ws.today()} for n in days])
    rows = shop.ws.warehouse.table("portraits").select("person_id", "as_of")
    people = shop.ws.warehouse.read(rows.order_by("person_id"))
    shop.ws.warehouse.replace(
        "portraits", people.append_column("birthday_on", [[days[n] for n in sorted(days)]]), by="understand"
    )


def waiting(
    shop: Shop, day: dict[str, object], numbers: tuple[int, ...] = (7, 8, 9, 10), **ways: object
) -> None:
    shop.begin(
        name="j", when="did x", control_share=0, steps=[{"wait_until": {**day, **ways}}, {"exit": "went_on"}]
    )
    for number in numbers:
        shop.event(number, "x")
    shop.go()


def ends(shop: Shop) -> dict[str, int]:
    course = shop.course("j")
    return {**course.exited, "waiting": course.n_active}


def test_everybody_waits_for_their_own_day(shop: Shop) -> None:
    """It is 20 November: three days before the 25th is the 22nd; the 19th comes again in a year; the 20th is today."""
    told(shop)
    waiting(shop, {"anniversary": "birthday_on", "days": -3, "time": "09:00"}, (7, 9, 11))
    assert ends(shop) == {"no_such_day": 1, "waiting": 2}
    shop.go(days=1, hours=20, minutes=59)  # 22 November, 8:59 in Shanghai
    assert ends(shop)["waiting"] == 2
    shop.go(minutes=1)
    assert ends(shop) == {"no_such_day": 1, "went_on": 1, "waiting": 1}


def test_who_comes_on_the_day_itself_goes_on_at_once(shop: Shop) -> None:
    told(shop)
    waiting(shop, {"anniversary": "birthday_on", "time": "09:00"}, (10,))
    assert ends(shop) == {"went_on": 1, "waiting": 0}


@SQLITE
def test_whose_day_is_past_goes_the_other_way(shop: Shop) -> None:
    told(shop)
    waiting(shop, {"trait": "birthday_on"}, (7, 11), **{"else": [{"exit": "late"}]})
    assert ends(shop) == {"late": 2, "waiting": 0}


@SQLITE
def test_a_day_that_is_moved_is_waited_for_where_it_is_now(shop: Shop) -> None:
    told(shop, {7: dt.date(2026, 11, 22), 8: dt.date(2026, 11, 22)})
    waiting(shop, {"trait": "birthday_on", "time": "09:00"}, (7, 8))
    told(shop, {7: dt.date(2026, 11, 24), 8: dt.date(2026, 11, 22)})
    shop.go(days=2)
    assert ends(shop) == {"went_on": 1, "waiting": 1}
    shop.go(days=2)
    assert ends(shop) == {"went_on": 2, "waiting": 0}


@SQLITE
def test_a_day_is_one_where_the_person_is(shop: Shop) -> None:
    people = shop.ws.warehouse.read(shop.ws.warehouse.table("people")).to_pylist()
    zones = {person(7): "America/New_York", person(8): "Pacific/Auckland"}
    put(shop.ws, "people", [{**row, "time_zone": zones.get(row["person_id"])} for row in people])
    waiting(shop, {"date": "2026-11-23", "time": "00:00"}, (7, 8, 9))
    left = []
    for _ in range(24 * 4):
        before = shop.course("j").n_active
        shop.go(hours=1)
        left += [shop.clock.at] * (before - shop.course("j").n_active)
    assert [f"{at:%d %H}" for at in left] == ["22 11", "22 16", "23 05"]


def test_people_enter_on_their_birthday_and_on_no_other_day(shop: Shop) -> None:
    told(shop)
    shop.begin(
        name="j", day={"anniversary": "birthday_on", "days": -1, "time": "09:00"}, control_share=0, again="300 days",
        latest_hours=60, steps=[{"wait": "1 minute"}],
    )  # fmt: skip
    shop.go(hours=1)
    assert shop.course("j").n_enrolled == 0
    shop.go(days=5)  # nobody looked on the 24th
    assert shop.way("j", 7)[0] == "entered"
    shop.go(hours=2)
    assert shop.course("j").n_enrolled == 1
    shop.clock.at = dt.datetime(2027, 2, 26, 12, tzinfo=dt.UTC)
    shop.go()
    shop.go(days=1)
    assert shop.way("j", 8)[0] == "entered", "29 February is the 28th where there is none"
    shop.go(days=2)
    assert shop.course("j").n_enrolled == 2


@SQLITE
def test_everybody_of_whom_it_holds_enters_before_a_festival(shop: Shop) -> None:
    """Mid-autumn of 2027 is 15 September, a lunar day."""
    shop.begin(
        name="j", day={"festival": "mid-autumn", "days": -7}, whom="frequency >= 4", control_share=0, again="300 days",
        steps=[{"wait": "1 minute"}],
    )  # fmt: skip
    shop.clock.at = dt.datetime(2027, 9, 6, 12, tzinfo=dt.UTC)
    shop.go()
    assert shop.course("j").n_enrolled == 0
    shop.go(days=2)
    assert shop.course("j").n_enrolled == 13
    assert not shop.course("j").refused


@pytest.mark.parametrize(
    "born", [dt.date(1992, 2, 29), dt.date(1990, 1, 1), dt.date(1990, 12, 31), dt.date(1990, 3, 1)]
)
@pytest.mark.parametrize("days", [-400, -31, -1, 0, 1, 40])
def test_a_day_returns_once_a_year(born: dt.date, days: int) -> None:
    """Law: the days on which it is due are those of the anniversaries, so many days later, none left out and none twice."""
    later = dt.timedelta(days=days)
    since, found = dt.date(2023, 1, 1), []
    while len(found) < 6:
        day = day_due("anniversary", "birthday_on", days, born, since)
        found.append(day)
        since = day + dt.timedelta(days=1)
    assert [anniversary(born, day - later) for day in found] == [day - later for day in found]
    assert len({(day - later).year for day in found}) == 6
    assert {(b - a).days for a, b in itertools.pairwise(found)} <= {365, 366}


def test_who_is_put_in_by_name_enters_once(shop: Shop) -> None:
    def enrol(**given: object) -> tuple[bool, bool]:
        entered = perform(shop.ws, action_named("enrol_person"), {"journey": "j", **given}, LI)
        return entered.has_entered, entered.is_new

    shop.begin(name="j", whom="frequency >= 3", control_share=0, again="always", steps=[{"wait": "1 day"}])
    assert enrol(who="member:7", key="a") == (True, True)
    assert enrol(who="7", key="a") == (True, False)
    assert enrol(who=person(7), key="b") == (False, False), "is under way"
    assert enrol(who=person(9), key="a") == (False, False), "the condition does not hold"
    with pytest.raises(JourneyError, match="Nobody is known"):
        enrol(who="nobody")
    shop.go(days=1)
    assert enrol(who=person(7), key="a") == (True, False)
    assert enrol(who=person(7), key="c") == (True, True)
    assert shop.course("j").n_enrolled == 2
    assert shop.course("j").refused == {"under_way": 1, "no_match": 1}
    shop.do("pause_journey", journey="j")
    with pytest.raises(JourneyError, match="j is paused"):
        enrol(who=person(8))


@SQLITE
@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"enters": "nosuch"}, "no segment 'nosuch'"),
        ({"day": {"festival": "mid-autum"}}, "no festival 'mid-autum'"),
        ({"day": {"date": "tomorrow"}}, "'tomorrow' is no day"),
        ({"day": {"anniversary": "birthday_on", "days": 0.5}}, "day is given"),
        ({"day": {"trait": "x", "date": "2026-01-01"}}, "day is given"),
        ({"day": {"trait": "frequency"}}, "No trait 'frequency' holds a day"),
        ({"steps": [{"wait_until": {"trait": "frequency"}}]}, "No trait 'frequency' holds a day"),
        ({"steps": [{"wait_until": {"time": "09:00", "else": []}}]}, "wait_until is given"),
    ],
)
def test_a_day_that_could_never_come_is_refused(shop: Shop, fields: dict[str, object], said: str) -> None:
    with pytest.raises(JourneyError, match=said):
        shop.begin(**{"name": "j", "steps": [{"wait": "1 day"}], **fields})
