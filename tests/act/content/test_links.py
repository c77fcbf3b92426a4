"""Links: numbered in order, short and signed, tagged at their target; the pixel and the footer."""

from __future__ import annotations

import re
from html import unescape

import pytest

from quanyu.act.channel import Content
from quanyu.act.content.compose import compose, composer, links_of
from quanyu.act.content.link import Tags, Trail
from quanyu.act.content.template import Voice
from quanyu.act.track import Token, read
from quanyu.errors import ContentError
from quanyu.workspace import Workspace

SECRET = "00" * 32
TAGS = Tags("mail", "c 1", "A")
TRAIL = Trail("https://m.shop.cn", SECRET, 7, TAGS, has_footer=True)
SERVICE = Trail("https://m.shop.cn", SECRET, 7, TAGS)
HTML = """<html><body><a class=x href="https://shop.cn/a?x=1&amp;y=2#top">a</a>
<A HREF='{{ items.url | default: "https://shop.cn/none" }}'>b</A> <a href=https://shop.cn/c>c</a>
<a href="#top">t</a> <a href="mailto:a@b.cn">m</a> <a href="tel:+86">p</a> <a href="https://shop.cn/a?x=1&amp;y=2#top">again</a>
<link href="https://shop.cn/style.css"><!--[if mso]><v:rect href="https://shop.cn/c"></v:rect><![endif]--></body></html>"""


def tokens(text: str) -> list[Token | None]:
    return [read(code, SECRET) for code in re.findall(r"https://m\.shop\.cn/\w/([-\w]+)", text)]


def test_every_link_has_its_number_and_targets_are_listed_in_the_same_order() -> None:
    made = compose(
        Content("s", "See https://shop.cn/t, or https://shop.cn/c.", HTML),
        {"items.url": None},
        trail=SERVICE,
        place=9,
    )
    clicks = [token for token in tokens(made.html) if token and token.purpose == "click"]
    assert [token.link for token in clicks] == [1, 6, 2, 3, 4]
    assert {(token.campaign_no, token.place) for token in clicks} == {(7, 9)}
    assert [token.link for token in tokens(made.text) if token] == [5, 2]
    assert made.text.endswith(".") and "," in made.text
    targets = links_of(
        Content("s", "See https://shop.cn/t, or https://shop.cn/c.", HTML), {"items.url": None}
    )
    assert targets == [
        "https://shop.cn/a?x=1&y=2#top", "https://shop.cn/c", "https://shop.cn/a?x=1&y=2#top",
        "https://shop.cn/c", "https://shop.cn/t", "https://shop.cn/none",
    ]  # fmt: skip
    for kept in ('href="#top"', 'href="mailto:a@b.cn"', 'href="tel:+86"', 'href="https://shop.cn/style.css"'):
        assert kept in made.html


def test_a_link_that_only_some_are_sent_keeps_its_number_and_moves_no_other() -> None:
    source = Content(
        "s", "t", '{% if person.city %}<a href="https://a.cn">a</a>{% endif %}<a href="https://b.cn">b</a>'
    )
    for city, numbers in (("Wuxi", [1, 2]), (None, [2])):
        made = compose(source, {"person.city": city}, trail=SERVICE)
        assert [token.link for token in tokens(made.html) if token and token.purpose == "click"] == numbers
    assert links_of(source) == ["https://a.cn", "https://b.cn"]


def test_links_of_loops_are_those_that_one_person_was_sent() -> None:
    source = Content(
        "s",
        "t",
        '{% for item in items.recommended %}<a href="{{ item.url }}">x</a>{% endfor %}<a href="https://z.cn">z</a>',
    )
    items = [{"url": f"https://shop.cn/{n}?a=1&b=2"} for n in range(3)]
    made = compose(source, {"items.recommended": items}, trail=SERVICE)
    assert [token.link for token in tokens(made.html) if token and token.purpose == "click"] == [2, 3, 4, 1]
    assert links_of(source, {"items.recommended": items}) == [
        "https://z.cn",
        *(item["url"] for item in items),
    ]
    assert links_of(source) == ["https://z.cn", "{{ item.url }}"]


def test_a_text_message_and_a_card_have_short_links_too() -> None:
    trail = Trail("https://m.cn", SECRET, 7, Tags("sms", "c1"))
    made = compose(
        Content(text="点击https://shop.cn/a，退订", link="https://shop.cn/b"), {}, trail=trail, place=3
    )
    assert re.fullmatch(r"点击https://m\.cn/c/[-\w]{14,20}，退订", made.text) and made.link.startswith(
        "https://m.cn/c/"
    )
    assert "unsubscribe" not in made.text


@pytest.mark.parametrize(("url", "wanted"), [
    ("https://a.cn", "https://a.cn?utm_source=mail&utm_medium=email&utm_campaign=c%201&utm_content=A"),
    ("https://a.cn/?b=1#f", "https://a.cn/?b=1&utm_source=mail&utm_medium=email&utm_campaign=c%201&utm_content=A#f"),
    ("https://a.cn/?utm_source=x&utm_medium=y&utm_campaign=z&utm_content=w", "https://a.cn/?utm_source=x&utm_medium=y&utm_campaign=z&utm_content=w"),
    ("https://a.cn/?b=%E4%BD%A0+x&utm_campaign=", "https://a.cn/?b=%E4%BD%A0+x&utm_campaign=&utm_source=mail&utm_medium=email&utm_content=A"),
    ("mailto:a@b.cn", "mailto:a@b.cn"),
])  # fmt: skip
def test_parameters_are_added_and_what_is_there_stays(url: str, wanted: str) -> None:
    assert TAGS.on(url) == wanted
    assert links_of(Content(html=f'<a href="{url}">x</a>', text="t"), tags=TAGS) in ([wanted], [])


def test_the_same_person_always_gets_the_same_links() -> None:
    made = [
        compose(Content("s", "", HTML), {"items.url": "https://shop.cn/z"}, trail=TRAIL, place=4)
        for _ in range(2)
    ]
    assert made[0] == made[1]
    assert len(set(tokens(made[0].html))) == 8


def test_marketing_mail_has_a_way_out_in_html_and_text() -> None:
    made = compose(
        Content("s", "", HTML), {"items.url": "https://shop.cn/z"}, Voice("zh", shop="茶{舍}"), TRAIL, 4
    )
    assert [token.purpose for token in tokens(made.html) if token][-3:] == [
        "unsubscribe",
        "preferences",
        "open",
    ]
    assert made.html.index("退订") < made.html.index("</body>") and "茶舍" in made.html
    assert [token.purpose for token in tokens(made.text) if token][-2:] == ["unsubscribe", "preferences"]


def test_service_mail_and_text_messages_have_none() -> None:
    made = compose(Content("s", "", "<p>x</p>"), {}, trail=SERVICE)
    assert "/u/" not in made.html + made.text and "/o/" in made.html


def test_a_way_out_of_ones_own_is_kept() -> None:
    html = '<p>x</p><p style="color:#999"><a href="{{ link.unsubscribe }}">Leave</a> <a href="{{ link.preferences }}">Choose</a></p>'
    made = compose(Content("s", "", html), {}, trail=TRAIL)
    assert made.html.count("/u/") == 1 and made.html.count("/p/") == 1 and "/c/" not in made.html
    assert made.text.count("/u/") == 1


HIDDEN = [
    '<div style="display:none">{}</div>', '<div style="visibility: hidden">{}</div>', '<p style="font-size:0">{}</p>',
    '<p style="font-size:1px;">{}</p>', '<p hidden>{}</p>', "<!-- {} -->", "<template>{}</template>",
    '<style>.x {{ display: none }}</style><p class="a x">{}</p>', "{{% if person.sex %}}{}{{% endif %}}",
    '<p style="opacity:0">{}</p>', '<div style="max-height:0;overflow:hidden">{}</div>', '<p style="color:#FFFFFF">{}</p>',
    '<div style="position:absolute; left:-9999px">{}</div>', "<!--[if mso]>{}<![endif]-->",
]  # fmt: skip


@pytest.mark.parametrize("around", HIDDEN)
def test_a_way_out_that_nobody_sees_is_refused(around: str) -> None:
    html = (
        around.replace("{}", '<a href="{{ link.unsubscribe }}">Leave</a>')
        .replace("{{%", "{%")
        .replace("%}}", "%}")
    )
    html = html.replace("{{ display: none }}", "{ display: none }")
    with pytest.raises(ContentError, match="people do not see"):
        compose(Content("s", "", f"<body>{html}</body>"), {"person.sex": "male"}, trail=TRAIL)


@pytest.mark.parametrize(
    "link",
    ['<a href="{{ link.unsubscribe }}"></a>', '<a href="{{ link.unsubscribe }}"><img src="x.gif"></a>'],
)
def test_a_way_out_without_words_is_refused(link: str) -> None:
    with pytest.raises(ContentError, match="people do not see"):
        compose(Content("s", "", link), {}, trail=TRAIL)


@pytest.mark.parametrize("shown", [
    '<table bgcolor="#000"><tr><td style="color:#fff"><a href="{{ link.unsubscribe }}" style="color:#fff">Leave</a></td></tr></table>',
    '<p style="opacity:0.9;font-size:10px"><a href="{{ link.unsubscribe }}"><img src="x.gif" alt="Leave"></a></p>',
    '{% if person.sex %}x{% endif %}<div style="display:none">preheader</div><a href="{{ link.unsubscribe }}">Leave</a>',
])  # fmt: skip
def test_a_way_out_in_plain_sight_passes(shown: str) -> None:
    assert "/u/" in compose(Content("s", "", shown), {"person.sex": "male"}, trail=TRAIL).html


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "java&#115;cript:alert(1)", " JAVASCRIPT:x", "data:text/html,x"]
)
def test_what_is_no_address_is_no_link(target: str) -> None:
    with pytest.raises(ContentError, match="no address"):
        compose(Content(html=f'<a href="{target}">x</a>', text="t"), {})
    with pytest.raises(ContentError, match="no address"):
        compose(Content(html='<a href="{{ item.url }}">x</a>', text="t"), {"item.url": unescape(target)})


def test_a_composer_makes_messages_of_one_variant(embedded: Workspace) -> None:
    make = composer(embedded, Content("s", "", '<a href="https://shop.cn">x</a>'), 3, Tags("mail", "", "B"))
    made = make({}, 5)
    codes = re.findall(r"http://127\.0\.0\.1:8081/c/([-\w]+)", unescape(made.html))
    assert [read(code, embedded.secret) for code in codes] == [Token("click", 3, 5, 1)]
    quiet = composer(embedded, Content("s", "", "x"), 3, Tags("mail"), is_marketing=False)
    assert "/u/" in made.html and "/u/" not in quiet({}, 5).html
