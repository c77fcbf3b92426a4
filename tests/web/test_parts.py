from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from quanyu.errors import SettingError, UnknownMetricError
from quanyu.settings import Settings
from quanyu.tables.metric.catalogue import metric
from quanyu.tables.metric.period import preset
from quanyu.tables.view.metric_view import Card
from quanyu.web.language import inside
from quanyu.web.parts.card import arrow, card
from quanyu.web.parts.choice import chosen_period
from quanyu.web.parts.choice.period import presets
from quanyu.web.parts.definition import about
from quanyu.web.parts.markup import tag
from quanyu.web.parts.notice import told_fault
from quanyu.web.parts.plot.strips import Box, strips
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.spark import spark
from quanyu.web.parts.table.table import table
from quanyu.web.parts.write import writer
from quanyu.web.view import View

DAY = dt.date(2026, 7, 1)


def look(language: str = "zh", **query: str) -> View:
    ws: Any = SimpleNamespace(settings=Settings())
    return View(ws, None, language, "/", query)  # type: ignore[arg-type]


def test_markup_escapes_text_and_attributes() -> None:
    made = tag("a", "<script>", href='"><b', data_x=None, hidden=True)
    assert made == '<a href="&#34;&gt;&lt;b" hidden>&lt;script&gt;</a>'


def test_an_address_keeps_what_is_not_changed() -> None:
    view = look(period="last_7", trend="gmv")
    assert view.link(trend="n_orders") == "/?period=last_7&trend=n_orders"
    assert view.link(period=None) == "/?trend=gmv"
    assert view.link("/metrics", metric="gmv") == "/metrics?metric=gmv"


@pytest.mark.parametrize(
    "address", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:x", ""]
)
def test_the_language_switch_leads_nowhere_else(address: str) -> None:
    assert inside(address) == "/"


def test_a_fault_is_told_in_the_language_of_the_view() -> None:
    with pytest.raises(UnknownMetricError) as caught:
        metric("<gold>")
    chinese, english = told_fault(look("zh"), caught.value), told_fault(look("en"), caught.value)
    assert "没有名为“&lt;gold&gt;”的指标。" in chinese
    assert "可用的指标：" in chinese
    assert "There is no metric &#39;&lt;gold&gt;&#39;." in english
    assert "KeyError" in told_fault(look("zh"), KeyError("secret"))
    assert "secret" not in told_fault(look("zh"), KeyError("secret"))


def test_a_period_comes_from_the_address_or_is_the_default() -> None:
    assert chosen_period(look(), DAY) == preset("last_30", DAY)
    assert chosen_period(look(period="nonsense"), DAY) == preset("last_30", DAY)
    assert chosen_period(look(period="custom", since="x"), DAY) == preset("last_30", DAY)
    own = chosen_period(look(period="custom", since="2026-06-01", until="2026-06-03"), DAY)
    assert (own.since, own.until, own.days) == (dt.date(2026, 6, 1), dt.date(2026, 6, 4), 3)
    with pytest.raises(SettingError):
        chosen_period(look(period="custom", since="2026-06-03", until="2026-06-01"), DAY)


def test_the_picker_marks_the_chosen_period_and_keeps_other_choices() -> None:
    made = presets(look(trend="gmv", period="last_7"), preset("last_7", DAY))
    assert made.count('aria-current="true"') == 1
    assert made.count("trend=gmv") == made.count("<a ") > 5


CARD = Card(metric("net_revenue"), preset("last_7", DAY), 12345.6, 10000.0, None, "weekday", (1.0, None, 3.0))


def test_a_card_shows_value_changes_and_definition() -> None:
    made = card(look(), CARD)
    assert "¥1.23万" in made
    assert "▲ 23.5%" in made
    assert metric("net_revenue").definition[0] in made
    assert "¥12.35K" in card(look("en"), CARD)
    assert "–" in card(look(), replace(CARD, value=None))


def test_arrows_say_up_and_down_and_their_colour_good_and_bad() -> None:
    view = look("en")
    said = {
        ("gmv", 0.05): ("better", "▲ 5.0%"),
        ("gmv", -0.05): ("worse", "▼ 5.0%"),
        ("cac", 2.68): ("worse", "▲ 268.0%"),
        ("cost", 0.3): ("flat", "▲ 30.0%"),
        ("gmv", None): ("flat", "–"),
    }
    for (name, change), (kind, text) in said.items():
        made = arrow(view, "x", change, metric(name))
        assert f'class="{kind}"' in made and text in made


def test_a_definition_opens_without_scripts_and_is_named() -> None:
    made = about(look("en"), "GMV", "Paid <b>", "")
    assert 'aria-label="Definition of GMV"' in made
    assert "Paid &lt;b&gt;" in made
    assert "popovertarget" in made
    assert about(look("en"), "GMV") == ""


def test_a_sparkline_needs_two_points() -> None:
    assert spark([None, 4.0]) == ""
    assert "polyline" in spark([1.0, None, 2.0])
    assert "polyline" in spark([2.0, 2.0])


def test_a_table_writes_values_by_kind() -> None:
    columns = (
        Head("a"),
        Head("b", "currency"),
        Head("c", "ratio"),
        Head("d", "count"),
        Head("e", "time"),
        Head("f", "flag"),
    )
    at = dt.datetime(2026, 6, 30, 20, tzinfo=dt.UTC)
    made = table(Sheet("t", columns, (("<x>", 5, 0.5, 1234, at, True),)), writer(look()))
    for shown in ("&lt;x&gt;", "¥5.00", "50.00%", "1,234", "2026-07-01 04:00", "是"):
        assert shown in made


def test_boxes_hold_all_parts_the_largest_first_and_lead_on() -> None:
    parts = {"A": 3.0, "B": 50.0, "C": 0.0, "<D>": 20.0}
    made = strips([Box(name, size, "1", ("#fff", "#000"), name, f"/{size}") for name, size in parts.items()])
    places = [made.index(f'href="/{size}"') for size in (50.0, 20.0, 3.0)]
    assert places == sorted(places)
    assert 'href="/0.0"' not in made and "&lt;D&gt;" in made
    assert all(int(height) >= 44 for height in re.findall(r"min-height:(\d+)px", made))
