"""Composing: variables, escapes, errors that point, limits, and the text beside HTML."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from quanyu.act.channel import Content
from quanyu.act.content.compose import compose, variables_of
from quanyu.act.content.template import Voice
from quanyu.errors import ContentError
from quanyu.text import told

LI = {"person.name": "李<雷>\x07", "person.city": None, "person.sex": "male", "order.amount": "1234.5"}
ENGLISH = Voice("en", "GBP", "Europe/London", "Tea & Co")


def test_html_is_escaped_and_text_is_not() -> None:
    made = compose(
        Content(
            "{{ person.name }}", "{{ person.name }}", '<b title="{{ person.name }}">{{ person.name }}</b>'
        ),
        LI,
    )
    assert made.subject == made.text == "李<雷>"
    assert made.html == '<b title="李&lt;雷&gt;\x07">李&lt;雷&gt;\x07</b>'


def test_a_subject_is_one_line() -> None:
    assert (
        compose(Content("Hi {{ person.name }}\r\n you", "x"), {"person.name": "a\r\nBcc: b@c.cn"}).subject
        == "Hi a Bcc: b@c.cn you"
    )


def test_fields_and_the_card_are_filled_too() -> None:
    made = compose(
        Content(
            template="T1",
            fields={"amount": "{{ order.amount | money }}"},
            link="https://a.cn/{{ person.sex }}",
        ),
        LI,
    )
    assert (made.template, made.fields, made.link) == ("T1", {"amount": "¥1,234.50"}, "https://a.cn/male")


@pytest.mark.parametrize(("template", "wanted"), [
    ("{{ person.city | default: 'there' }}", "there"),
    ("{% if person.city %}in{% else %}out{% endif %}", "out"),
    ("{% unless person.city == 'x' %}not x{% endunless %}", "not x"),
    ("{% if person.city > 3 or person.city contains 'a' %}a{% endif %}.", "."),
    ("{% if person.city == nil and trait.none == blank %}none{% endif %}", ""),
    ("{% if person.city == nil %}none{% endif %}", "none"),
    ("{{ person.name | salutation: person.sex }}", "李先生"),
    ("{{ person.name | salutation: person.city }}", "李<雷>"),
    ("{{ '欧阳娜娜' | first_name }} {{ 'MARY JONES' | first_name }} {{ '王' | first_name }}", "娜娜 Mary 王"),
    ("{{ '2026-11-20T16:30:00+00:00' | day }} {{ '2026-11-20' | day: 'short' }}", "2026年11月21日 11月20日"),
    ("{{ '2026-11-20T16:30:00+00:00' | date: '%H:%M' }} {{ 1234567.5 | number: 1 }}", "00:30 1,234,567.5"),
    ("{% for item in items %}{{ item.n }}{% unless forloop.last %}, {% endunless %}{% endfor %}", "1, 2"),
    ("{% for x in person.city %}{{ x }}{% else %}nothing{% endfor %}", "nothing"),
    ("{% raw %}{{ x }}{% endraw %}{% comment %}{{ y }}{% endcomment %}{% # note %}", "{{ x }}"),
])  # fmt: skip
def test_templates(template: str, wanted: str) -> None:
    name = {"person.name": "李雷"} if "先生" in wanted else {}
    assert compose(Content(text=template), {**LI, **name, "items": [{"n": 1}, {"n": 2}]}).text == wanted


@pytest.mark.parametrize("city", ["Wuxi & <co>\n\x07", "", None, 7, ["a", "<b>"]])
@pytest.mark.parametrize(
    "template", ["{{ person.city }}", "{{ person.city | default: 'your <town>' }}!", "{{ person['city'] }}"]
)
def test_a_template_without_tags_says_what_one_with_tags_says(template: str, city: Any) -> None:
    """The first is filled without the machinery of Liquid where it only names texts."""
    said = []
    for source in (template, template + "{% if false %}x{% endif %}"):
        try:
            made = compose(
                Content(subject=source, text=source, html=f"<p>{source}</p>"), {"person.city": city}
            )
            said.append((made.subject, made.text, made.html))
        except ContentError as error:
            said.append(str(error))
    assert said[0] == said[1]


def test_money_and_days_are_written_as_the_shop_writes() -> None:
    source = Content(
        text="{{ order.amount | money }} {{ today | day }} {{ 'Ann Lee' | salutation: 'female' }}"
    )
    assert (
        compose(source, {**LI, "today": dt.date(2026, 11, 9)}, ENGLISH).text == "£1,234.50 9 Nov 2026 Ms Lee"
    )


@pytest.mark.parametrize(("template", "said"), [
    ("Dear\n {{ person.nmae }}", "line 2, column 5: the variable person.nmae has no value.\nDid you mean 'person.name'?"),
    ("{{ person.city }}", "column 4: the variable person.city has no value.\nWrite a value for its place, such as {{ person.city |"),
    ("{{ person.city | upcase }}", "the variable person.city has no value"),
    ("{{ person.name | upcas }}", "there is no filter 'upcas'.\nDid you mean 'upcase'?"),
    ("{% if person.city %}{{ x | qqq }}{% endif %}", "there is no filter 'qqq'.\nFilters: abs, append"),
    ("a\n{% fro x in y %}", "line 2, column 4: there is no tag 'fro' here.\nDid you mean 'for'?"),
    ("{% include 'etc/passwd' %}", "there is no tag 'include'"),
    ("{% render 'x' %}", "there is no tag 'render'"),
    ("{{ person.name | safe }}", "there is no filter 'safe'"),
    ("{% if person.name %}", "expected tag endif"),
    ("{{ person.name }", "expected '))'"),
    ("{{ person.name | money }}", "is no number"),
    ("{{ person.name | day }}", "is no day or time"),
    ("{{ person.name | date: '%999999999d' }}", "a date has no"),
])  # fmt: skip
def test_errors_say_what_and_where_and_what_was_meant(template: str, said: str) -> None:
    with pytest.raises(ContentError) as caught:
        compose(Content(text=template), LI)
    assert said in str(caught.value)
    assert "正文" in told(caught.value, "zh")


@pytest.mark.parametrize("template", [
    "{% for i in (1..100000) %}x{% endfor %}",
    "{% for i in (1..999) %}{% for j in (1..999) %}x{% endfor %}{% endfor %}",
    "{{ (1..1000000000) | join }}",
    "{{ 'aaaaaaaaaa' | replace: 'a', 'aaaaaaaaaa' | replace: 'a', 'aaaaaaaaaa' | replace: 'a', 'aaaaaaaaaa' "
    "| replace: 'a', 'aaaaaaaaaa' | replace: 'a', 'aaaaaaaaaa' | replace: 'a', 'aaaaaaaaaa' }}",
    "{% assign a = 'aaaaaaaaaa' %}{% for i in (1..40) %}{% assign a = a | append: a %}{% endfor %}",
    "{% assign a = 9 %}{% for i in (1..40) %}{% assign a = a | times: a %}{% endfor %}",
    "{{ '1e99999999' | ceil }}",
    "{% for i in (1..900) %}" + "x" * 2000 + "{% endfor %}",
    "{% if 1 %}" * 11 + "{% endif %}" * 11,
    "{% capture x %}{% for i in (1..900) %}" + "y" * 300 + "{% endfor %}{% endcapture %}{{ x | append: x }}",
])  # fmt: skip
def test_no_template_eats_the_machine(template: str) -> None:
    with pytest.raises(ContentError):
        compose(Content(text=template), {"x": "y"})


def test_values_are_no_templates() -> None:
    assert (
        compose(Content(text="{{ person.name }}"), {"person.name": "{{ person.city }}{% x %}"}).text
        == "{{ person.city }}{% x %}"
    )


def test_variables_are_those_of_every_part() -> None:
    source = Content(
        "{{ person.name }}",
        "{{ order.item | default: trait.life_cycle }}",
        '<a href="{{ link.unsubscribe }}">{{ items.favourite[0].name }}</a>',
        fields={"f": "{% assign x = rfm.group %}{{ x }}{{ today }}"}, link="{{ person['city'] }}",
    )  # fmt: skip
    assert variables_of(source) == {
        "person.name", "order.item", "trait.life_cycle", "items.favourite", "rfm.group", "today", "person.city",
    }  # fmt: skip


def test_the_text_beside_html_is_made_of_it() -> None:
    html = """<html><head><title>T</title><style>p {color: red}</style></head><body><h1>Hi {{ person.sex | default: "<you>" }}</h1>
      <p>A &amp; B<br>c <a href="https://a.cn/?x=1&amp;y={{ person.sex }}">shop</a> <img src="x" alt="Tea"></p>
      <ul>{% for item in items %}<li>{{ item.n }}</li>{% endfor %}</ul></body></html>"""
    made = compose(Content("s", "", html), {**LI, "items": [{"n": 1}, {"n": 2}]})
    assert made.text == "Hi male\n\nA & B\nc shop <https://a.cn/?x=1&y=male> Tea\n\n- 1\n- 2\n"
