"""Which names of cities lie within a distance of another."""

from __future__ import annotations

import subprocess
import sys

import ibis
import pytest

from quanyu.errors import RuleError
from quanyu.rule import holds, parse, typed
from quanyu.rule.asking import When
from quanyu.rule.place import centre, circle, known_names
from quanyu.text import told

UNREAD = """
import ibis
from quanyu.rule import parse, typed
from quanyu.rule.place.gazetteer import gazetteer
kinds = dict(ibis.schema({"city": "string"}).items())
typed(parse("city = Chengdu"), kinds)
parse("city within 5 km of Chengdu")
assert not gazetteer.cache_info().currsize
typed(parse("city within 5 km of Chengdu"), kinds)
assert gazetteer.cache_info().currsize
"""
CHENGDU = (30.66667, 104.06667)
SAME = ("成都", "成都市", " Chengdu ", "chengdu", "CHENGDU", "Ch’eng-tu")


def within(rule: str, city: str | None, country: str = "CN") -> bool:
    tree = typed(parse(rule), dict(ibis.schema({"city": "string"}).items()))
    return holds(tree, {"city": city}, When(country=country))


def test_the_list_of_cities_is_read_when_a_distance_is_asked_for() -> None:
    subprocess.run([sys.executable, "-c", UNREAD], check=True)


@pytest.mark.parametrize("name", SAME)
def test_a_city_goes_by_each_of_its_names(name: str) -> None:
    assert centre(name, "CN") == CHENGDU


@pytest.mark.parametrize("city", ["成都", "成都市", "chengdu", "CHENGDU", "德阳市", "德陽", "Deyang", "眉山"])
def test_a_city_is_near_however_it_is_written(city: str) -> None:
    assert within("city within 100 km of 成都", city) and not within("city within 10 km of 北京", city)
    assert within("city within 100 km of (30.66667, 104.06667)", city)


@pytest.mark.parametrize("city", ["Nowhereville", "", None, "四川省", "四川省成都市"])
def test_a_city_that_is_not_known_meets_neither_the_condition_nor_its_opposite(city: str | None) -> None:
    assert not within("city within 100 km of 成都", city)
    assert not within("not city within 100 km of 成都", city)


def test_of_equal_names_the_country_of_the_workspace_comes_first_and_then_more_people() -> None:
    london, ontario = (51.50853, -0.12574), (42.98339, -81.23304)
    assert centre("London", "CN") == centre("London", "GB") == centre("London") == london
    assert centre("London", "CA") == ontario
    assert centre("New York", "CN") == centre("New York City", "US")
    assert within("city within 1 km of (42.98339, -81.23304)", "london", "CA")
    assert not within("city within 1 km of (42.98339, -81.23304)", "london", "GB")


def test_a_circle_crosses_the_180th_meridian() -> None:
    assert "suva" in circle("(-18.1, -179.9)", 200).names


def test_a_circle_holds_its_centre_and_grows_with_its_width() -> None:
    some = [circle("上海", km, "CN").names for km in (0, 50, 100, 500)]
    assert "上海" in some[0] and some[0] < some[1] < some[2] < some[3] < known_names().names


def test_a_city_that_is_not_known_is_refused_with_the_nearest() -> None:
    with pytest.raises(RuleError) as refused:
        within("city within 5 km of Chengdoo", "a")
    assert "Did you mean Chengdu" in str(refused.value)
    _, line, caret, *_ = str(refused.value).splitlines()
    assert line[len(caret) - 1 :] == "Chengdoo"
    assert "您要的是" in told(refused.value, "zh")


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("city within 5 km of (91, 0)", "no point of the earth"),
        ("city within 5 km of (0, 180.5)", "no point of the earth"),
        ("city within 2001 km of 成都", "0 to 2000"),
        ("city within 5 km of (north, east)", "no city"),
        ("city within 5 km of 四川省", "no city"),
    ],
)
def test_what_is_no_place_is_refused(rule: str, said: str) -> None:
    with pytest.raises(RuleError) as refused:
        within(rule, "成都")
    assert said in told(refused.value, "en")
