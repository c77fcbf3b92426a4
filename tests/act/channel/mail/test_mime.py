"""A mail is what was written, whatever letters it is written in, and holds no head that somebody smuggled in."""

from __future__ import annotations

import datetime as dt
import email
from email import policy
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.act.channel.mail.heading import address_of, encoded, mailbox
from quanyu.act.channel.mail.mime import Letterhead
from quanyu.act.channel.mail.name import key_of, name_of
from quanyu.act.channel.message import Content, Outgoing

AT = dt.datetime(2026, 11, 20, 12, 0, 5, 999, tzinfo=dt.timezone(dt.timedelta(hours=8)))
HEAD = Letterhead("news@shop.cn", "0f" * 32, "商店, 全域", "re@shop.cn", "off@shop.cn")


def mail(content: Content, unsubscribe: str = "https://shop.cn/u/AbC-_9", **more: bool) -> bytes:
    return HEAD.mail(
        Outgoing("back-1:mail:p1", "li@example.com", content, unsubscribe, **more), "li@example.com", AT
    )


def parsed(raw: bytes) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(raw, policy=policy.default))


def said(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return part.get_content().replace("\r\n", "\n") if part else ""


def test_a_mail_says_who_what_when_and_how_to_be_rid_of_it() -> None:
    raw = mail(Content("双十一 ❤ Sale", "您好\n", "<p>您好</p>"))
    message = parsed(raw)
    assert message["From"].addresses[0].display_name == "商店, 全域"
    assert message["From"].addresses[0].addr_spec == "news@shop.cn"
    assert (message["Subject"], message["To"], message["Reply-To"]) == (
        "双十一 ❤ Sale",
        "li@example.com",
        "re@shop.cn",
    )
    assert message["Date"] == "Fri, 20 Nov 2026 12:00:05 +0800"
    assert (said(message, "plain"), said(message, "html")) == ("您好\n", "<p>您好</p>\n")
    assert key_of(message["Message-ID"], HEAD.secret) == "back-1:mail:p1"
    (line,) = [line for line in raw.split(b"\r\n") if line.startswith(b"List-Unsubscribe:")]
    assert line.startswith(
        b"List-Unsubscribe: <https://shop.cn/u/AbC-_9>, <mailto:off@shop.cn?subject=unsubscribe%20q.back-1%3D3A"
    )
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (message["Precedence"], message["Feedback-ID"]) == ("bulk", "back-1:marketing:quanyu:shop.cn")
    assert not message.defects


def test_a_receipt_carries_no_mark_of_advertising() -> None:
    message = parsed(mail(Content("Paid", "Thanks"), is_marketing=False))
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post", "Precedence", "Feedback-ID"} & set(message)
    assert message.get_content_type() == "text/plain"


def test_one_click_stands_only_beside_an_address_that_takes_it() -> None:
    for odd in (
        "",
        "javascript:1",
        "https://shop.cn/u/x>\r\nBcc: all@shop.cn",
        "https://shop.cn/" + "u" * 2000,
    ):
        message = parsed(mail(Content("Hi", "text"), odd))
        assert "List-Unsubscribe-Post" not in message
        assert message["List-Unsubscribe"].startswith("<mailto:off@shop.cn")
        assert "Bcc" not in message


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)


@settings(max_examples=60)
@given(TEXTS, TEXTS, TEXTS)
def test_what_is_written_arrives_and_nothing_else(subject: str, text: str, html: str) -> None:
    raw = mail(Content(subject, text, html))
    message = parsed(raw)
    plain = parsed(mail(Content("Hi", "text", "html" if text.strip("\n") and html.strip("\n") else "")))
    assert [name for name in message if name != "Content-Transfer-Encoding"] == [
        name for name in plain if name != "Content-Transfer-Encoding"
    ] or not (text and html)
    heads = raw.partition(b"\r\n\r\n")[0]
    assert all(len(line) < 998 and line.isascii() for line in raw.split(b"\r\n"))
    assert b"\n" not in raw.replace(b"\r\n", b"") and heads.isascii()
    assert " ".join(str(message["Subject"]).split()) == " ".join(
        "".join(" " if ord(c) < 33 or c in "\x7f\u2028\u2029" else c for c in subject).split()
    )


@pytest.mark.parametrize(
    "name", ["Shop\r\nBcc: all@shop.cn", "a\x00b", 'q"uo\\te', "=?utf-8?b?aGk=?=", "  ", "商店\n x"]
)
def test_names_begin_no_head(name: str) -> None:
    raw = b"From: " + mailbox("a@shop.cn", name) + b"\r\nX: y\r\n\r\n"
    message = parsed(raw)
    assert list(message) == ["From", "X"]
    assert message["From"].addresses[0].addr_spec == "a@shop.cn"


def test_a_body_of_very_long_lines_and_lone_dots_arrives() -> None:
    text = "x" * 5000 + "\n.\n..\nend"
    message = parsed(mail(Content("Hi", text, "<b>y</b>")))
    assert said(message, "plain") == text + "\n"
    assert encoded("a " * 300).count(b"\r\n ") > 5


@pytest.mark.parametrize(
    "wrong",
    ["", "li", "@x.cn", "li@", "li@x", "a b@x.cn", "li@x.cn\r\nRCPT TO:<b@x.cn>", "<li@x.cn>", "a@b@x.cn>", ".a@x.cn",
     "a..b@x.cn", "li@x_.c n", "li@-x.cn", "li@" + "a" * 64 + ".cn", "l" * 65 + "@x.cn", '"a b"@x.cn', "a,b@x.cn"],
)  # fmt: skip
def test_what_is_no_address_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        address_of(wrong)


def test_addresses_of_any_language() -> None:
    assert address_of(" Li.Lei+x@Example.COM ") == "Li.Lei+x@example.com"
    assert address_of("li@faß.de") == "li@xn--fa-hia.de", "not that of somebody at fass.de"
    assert address_of("用户@例子.中国") == "用户@xn--fsqu00a.xn--fiqs8s"


@given(st.text(min_size=1, max_size=60))
def test_a_name_gives_back_its_key_and_no_other_shop_s(key: str) -> None:
    key = key.encode("utf-8", "replace").decode()
    name = name_of(key, "0f" * 32)
    assert key_of(f"x <{name}@shop.cn>", "0f" * 32) == key
    assert key_of(name, "1f" * 32) == ""
    assert key_of(name[:-1] + ("A" if name[-1] != "A" else "B"), "0f" * 32) == ""
