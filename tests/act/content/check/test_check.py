"""Checks of contents: each kind of finding is met once, and a good content has none."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from quanyu.act.channel import Content
from quanyu.act.content import check_content
from quanyu.act.content.check import Finding
from quanyu.errors import ChannelError, ContentError
from quanyu.workspace import Workspace

WORDS = "春天的新茶已经到店了，欢迎来品尝，也欢迎告诉我们您的想法，我们等您来，茶在这里"
Put = Callable[[Workspace, str, list[dict[str, Any]]], None]
GOOD = (
    "<html><body><h1>{{ person.name | default: '朋友' }}，新茶到了</h1>"
    "<p>今年春天的茶已经到店，欢迎来品尝，也欢迎把您的想法告诉我们。</p>"
    '<p><img src="https://img.cn/a.jpg" alt="茶园" width="600"><a href="https://shop.cn/tea">去看看新茶</a></p></body></html>'
)


def kinds(found: tuple[Finding, ...], severity: str = "") -> set[str]:
    return {one.kind for one in found if not severity or one.severity == severity}


def check_mail(
    ws: Workspace, html: str = GOOD, subject: str = "新茶到了", text: str = "", **more: Any
) -> tuple[Finding, ...]:
    return ready(check_content(ws, {"mail": [Content(subject, text, html)]}, **more))


def ready(found: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """Return findings without what the settings of the channel lack."""
    return tuple(one for one in found if one.kind != "settings")


def test_a_good_content_has_no_findings(bare: Workspace) -> None:
    assert check_mail(bare) == ()


@pytest.mark.parametrize(("kind", "severity", "given"), [
    ("channel", "blocked", {"html": ""}),
    ("channel", "blocked", {"subject": ""}),
    ("long_subject", "note", {"subject": "新茶" * 16}),
    ("loud_subject", "warn", {"subject": "NEW TEA FOR YOU"}),
    ("loud_subject", "warn", {"subject": "新茶！！"}),
    ("pictures_only", "warn", {"html": f'<a href="https://shop.cn"><img src="https://img.cn/a.jpg" alt="{WORDS}"></a>'}),
    ("no_alt", "warn", {"html": GOOD.replace(' alt="茶园"', "")}),
    ("clipped", "warn", {"html": GOOD.replace("</body>", "<p>" + "茶 " * 30_000 + "</p></body>")}),
    ("many_links", "warn", {"html": GOOD.replace("</p></body>", '<a href="https://shop.cn/x">x</a> ' * 31 + "</p></body>")}),
    ("shortener", "warn", {"html": GOOD.replace("https://shop.cn/tea", "https://t.cn/abc")}),
    ("insecure", "note", {"html": GOOD.replace("https://shop.cn/tea", "http://shop.cn/tea")}),
    ("bare_number", "warn", {"html": GOOD.replace("https://shop.cn/tea", "https://10.0.0.1/tea")}),
    ("pretended", "warn", {"html": GOOD.replace("去看看新茶", "www.taobao.com")}),
    ("dropped", "warn", {"html": GOOD.replace("</body>", "<form><input></form></body>")}),
    ("template", "blocked", {"html": GOOD.replace("default", "defualt")}),
    ("template", "blocked", {"html": GOOD + "{{ person.nmae }}"}),
    ("template", "blocked", {"html": '<p style="display:none"><a href="{{ link.unsubscribe }}">退订</a></p>' + GOOD}),
    ("gap", "blocked", {"html": GOOD + "{{ coupon.code }}"}),
    ("absolute", "blocked", {"subject": "全国最好的新茶"}),
    ("absolute", "blocked", {"html": GOOD.replace("朋友", "最好的朋友，最佳选择")}),
])  # fmt: skip
def test_what_is_wrong_is_found(bare: Workspace, kind: str, severity: str, given: dict[str, str]) -> None:
    found = check_mail(bare, **given)
    assert kind in kinds(found, severity), found
    one = next(finding for finding in found if finding.kind == kind)
    assert all(one.why.values()) and one.why["zh"] != one.why["en"]


@pytest.mark.parametrize("harmless", [
    '<a href="https://www.shop.com.cn/tea">m.shop.com.cn</a>', '<a href="https://shop.cn/tea">shop.cn/tea</a>',
    '<img src="https://img.cn/p.gif" width="1" height="1" alt="">', '<a href="{{ link.preferences }}">偏好</a>',
])  # fmt: skip
def test_what_is_right_is_not(bare: Workspace, harmless: str) -> None:
    assert check_mail(bare, GOOD.replace("</p></body>", f"{harmless}</p></body>")) == ()


def test_a_branch_that_the_sample_does_not_take_is_checked_too(bare: Workspace) -> None:
    hidden = "{% if person.sex == 'male' %}史上最低价{% endif %}"
    assert "blocked" in {one.severity for one in check_mail(bare, GOOD.replace("</h1>", f"{hidden}</h1>"))}


def test_what_the_law_asks_for_has_to_stand_in_all_that_is_read_alone(bare: Workspace) -> None:
    sentence = "本品不能代替药物"
    html = GOOD.replace("</p></body>", f"{sentence}</p></body>")
    assert "missing" in kinds(check_mail(bare, category="health_food"))
    assert "missing" in kinds(check_mail(bare, html, text="新茶", category="health_food"))
    assert "missing" not in kinds(check_mail(bare, html, category="health_food"))
    with pytest.raises(ContentError, match="no category"):
        check_mail(bare, category="tea")


def test_what_the_settings_of_a_channel_lack_is_told_once(bare: Workspace) -> None:
    found = check_content(bare, {"mail": [Content("s", html=GOOD), Content("t", html=GOOD)]})
    assert [(one.variant, one.severity) for one in found if one.kind == "settings"] == [("", "blocked")] * 2


def test_several_variants_of_several_channels(bare: Workspace) -> None:
    sources = {
        "mail": [Content("s", html=GOOD), Content("最好的茶", html=GOOD)],
        "sms": [Content(text="{{ person.nmae }}")],
    }
    found = ready(check_content(bare, sources))
    assert [(one.channel, one.variant, one.kind) for one in found if one.severity == "blocked"] == [
        ("mail", "B", "absolute"), ("sms", "A", "template"),
    ]  # fmt: skip
    with pytest.raises(ChannelError):
        check_content(bare, {"pigeon": [Content(text="x")]})


def people_of(ws: Workspace, put: Put) -> Any:
    put(ws, "people", [
        {"person_id": f"p{n}", "name": "李雷" if n % 2 else None, "city": "上海" if n % 5 == 0 else "北京",
         "region": None if n < 3 else "浙江", "n_identifiers": 1}
        for n in range(20)
    ])  # fmt: skip
    return ws.warehouse.table("people").select("person_id")


GAPS = {
    "{{ person.name | default: 'x' }}{% if person.region %}{{ person.region }}{% endif %}": {},
    "{{ person.name }} {{ person.region }}": {"person.name": 10, "person.region": 3},
    "{% if person.name %}{{ person.name }}{% else %}{{ person.region }}{% endif %}": {"person.region": 2},
    "{% if person.city == '上海' %}{{ person.name }}{% endif %}": {"person.name": 2},
    "{{ rfm.group }}": {"rfm.group": 20},
}


def test_everybody_who_would_miss_a_variable_is_counted(embedded: Workspace, put: Put) -> None:
    people = people_of(embedded, put)
    for text, gaps in GAPS.items():
        found = check_content(embedded, {"sms": [Content(text=text)]}, people)
        assert {one.found: one.n_people for one in found if one.kind == "gap"} == gaps, text


def test_a_value_that_cannot_be_written_is_counted(embedded: Workspace, put: Put) -> None:
    found = check_content(
        embedded, {"sms": [Content(text="{{ person.city | money }}")]}, people_of(embedded, put)
    )
    assert max(one.n_people or 0 for one in found if one.kind == "template") == 20


def test_price_claims_are_held_against_what_was_paid(embedded: Workspace, put: Put) -> None:
    ws = embedded
    put(ws, "items", [{"item_id": "i1", "name": "龙井茶"}, {"item_id": "i2", "name": "紫砂壶"}])
    put(ws, "orders", [
        {"order_id": f"o{n}", "source": "s", "id_key": "m:1", "ordered_at": ws.now() - dt.timedelta(days=n + 1), "status": "completed",
         "paid_amount": 119, "currency": "CNY"}
        for n in range(3)
    ])  # fmt: skip
    put(ws, "order_lines", [
        {"order_id": f"o{n}", "line_no": 1, "source": "s", "item_id": "i1", "n_items": 1, "unit_price_amount": price}
        for n, price in enumerate((129, 99, 129))
    ])  # fmt: skip
    claims = {
        "龙井茶原价129元，现价89元。": ["At most 99.00 may be shown for 龙井茶."],
        "龙井茶原价99元，现价89元。": [],
        "龙井茶，春天的味道。原价129元，现价89元。": ["At most 99.00 may be shown for 龙井茶."],
        "龙井茶历史最低，到手价109元。": ["At most 99.00 may be shown for 龙井茶."],
        "龙井茶30天最低，到手价89元": [],
        "紫砂壶原价300元，特价200元。": [""],
        "绿茶原价300元，特价200元。": [],
    }
    for text, wanted in claims.items():
        found = check_content(ws, {"sms": [Content(text=text)]})
        assert [one.suggestion["en"] for one in found if one.kind == "price_history"] == wanted, text
