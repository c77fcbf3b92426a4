"""Messages as Python's own mail reader reads them."""

from __future__ import annotations

import datetime as dt
import email.policy
from email.message import EmailMessage
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.act.channel import Content, Outgoing
from quanyu.act.channel.mail.address import Address, read_address
from quanyu.act.channel.mail.compose import Origin
from quanyu.act.channel.mail.seal import opened

AT = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
SECRET = "00" * 32
LINK = f"https://shop.example/u/{'x' * 400}"


def made(content: Content, name: str = "全域", is_marketing: bool = True, unsubscribe: str = LINK) -> bytes:
    shop = Address("news", "shop.example")
    origin = Origin(shop, name, SECRET, return_path=Address("back", "shop.example"), unsubscribe_address=shop)
    return origin.message(
        Outgoing("c7:12", "a@b.cn", content, unsubscribe, is_marketing), Address("a", "b.cn"), AT
    )


def parsed(message: bytes) -> EmailMessage:
    return cast(EmailMessage, email.message_from_bytes(message, policy=email.policy.default))


def texts(message: EmailMessage) -> list[str]:
    return [part.get_content().replace("\r\n", "\n") for part in message.walk() if not part.is_multipart()]


def test_both_parts_and_every_header() -> None:
    raw = made(
        Content(
            "你好，您的8折券已到账，仅限今天使用，先到先得，全场通用", "中文\n.\nFrom here", "<p>中文</p>"
        )
    )
    message = parsed(raw)
    assert message["Subject"] == "你好，您的8折券已到账，仅限今天使用，先到先得，全场通用"
    assert message["From"].addresses[0].display_name == "全域"
    assert (message["To"], message["Date"].datetime) == ("a@b.cn", AT)
    assert opened(message["Message-ID"], SECRET) == "c7:12"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (message["Precedence"], message["Feedback-ID"]) == ("bulk", "c7:quanyu:shop.example")
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]
    assert texts(message) == ["中文\n.\nFrom here\n", "<p>中文</p>\n"]
    (line,) = [line for line in raw.split(b"\r\n") if line.startswith(b"List-Unsubscribe: ")]
    assert line.startswith(f"List-Unsubscribe: <{LINK}>, <mailto:news@shop.example?subject=q1.".encode())


def test_service_mail_takes_back_no_consent() -> None:
    message = parsed(made(Content("Paid", "Thank you"), is_marketing=False, unsubscribe=""))
    assert not {"List-Unsubscribe", "List-Unsubscribe-Post", "Precedence", "Feedback-ID"} & set(
        message.keys()
    )
    assert message.get_content_type() == "text/plain"


@given(st.text(), st.text(), st.text(st.characters(codec="utf-8"), max_size=300))
def test_no_text_adds_a_header_or_a_line_that_servers_refuse(subject: str, name: str, text: str) -> None:
    raw = made(Content(f"s{subject}", text, text and f"<b>{text}"), name)
    head = raw.partition(b"\r\n\r\n")[0]
    usual = made(Content("s", "t", "h"), "n").partition(b"\r\n\r\n")[0]

    def names(lines: bytes) -> list[bytes]:
        return [line.partition(b":")[0] for line in lines.split(b"\r\n") if not line.startswith(b" ")]

    coding = b"Content-Transfer-Encoding"  # a single part has it in the head
    assert [one for one in names(head) if one != coding] == [one for one in names(usual) if one != coding]
    assert b"\r" not in raw.replace(b"\r\n", b"") and b"\n" not in raw.replace(b"\r\n", b"") and raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998


@pytest.mark.parametrize(
    "text", ["plain", "=3D equals " * 20, "x" * 2_000, "From me", "tab\t \nend ", "a\0b", "中" * 900, ""]
)
def test_bodies_come_out_as_they_went_in(text: str) -> None:
    assert texts(parsed(made(Content("s", text, "")))) == [f"{text}\n"]


@pytest.mark.parametrize(
    "text", ["a", "@b.cn", "a@", "a b@c.cn", "a@b@c.cn", "a@-b.cn", "a..b@c.cn", "<a@b.cn>", "a@b.cn\n", "a@b..cn", "a@localhost"]
)  # fmt: skip
def test_what_is_no_address(text: str) -> None:
    assert read_address(text) is None
