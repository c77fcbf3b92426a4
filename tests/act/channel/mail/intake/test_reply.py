"""Reports as mail servers write them, complaints, answers, and what is none of these."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quanyu.act.channel.mail.intake.reply import read_reply
from quanyu.act.channel.mail.name import name_of as sealed
from quanyu.act.response import Response

AT = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
SECRET = "00" * 32
CODE = sealed("c7:12", SECRET)
OTHER = sealed("c7:13", "11" * 32)


def report(
    status: str,
    action: str,
    said: str,
    to: str = "news@shop.example",
    original: str = f"<{CODE}@shop.example>",
) -> str:
    return f"""Return-Path: <>
From: MAILER-DAEMON@mx.example
To: {to}
Date: Fri, 20 Nov 2026 11:00:00 +0800
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="x"

--x
Content-Type: text/plain

It could not be delivered.

--x
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; a@b.cn
Action: {action}
Status: {status}
Diagnostic-Code: smtp; {said}

--x
Content-Type: text/rfc822-headers

From: news@shop.example
Message-ID: {original}

--x--
"""


def complaint(recipients: str = "Original-Rcpt-To: <a@b.cn>\n", code: str = CODE, kind: str = "abuse") -> str:
    return f"""From: <abuse@mail.example>
To: abuse@shop.example
Date: Fri, 20 Nov 2026 11:00:00 +0800
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="x"

--x
Content-Type: text/plain

An abuse report.

--x
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeGenerator/1.0
Version: 1
{recipients}
--x
Content-Type: message/rfc822

From: news@shop.example
Message-ID: <{code}@shop.example>
Subject: Hello

Hi
--x--
"""


def answer(subject: str = "Re: Hello", more: str = f"In-Reply-To: <{CODE}@shop.example>\n") -> str:
    return f"From: Li Lei <a@b.cn>\nTo: news@shop.example\nDate: Fri, 20 Nov 2026 11:00:00 +0800\n{more}Subject: {subject}\n\nHi\n"


def read(text: str) -> Response | None:
    return read_reply(text.encode(), SECRET, AT)


@pytest.mark.parametrize(
    ("status", "action", "kind", "reason"),
    [("5.1.1", "failed", "bounced", "mailbox_unknown"), ("5.2.2", "failed", "deferred", "mailbox_full"),
     ("4.4.1", "delayed", "deferred", "unreachable"), ("4.4.7", "failed", "deferred", "unreachable"),
     ("2.0.0", "relayed", "delivered", "refused")],
)  # fmt: skip
def test_reports_of_mail_servers(status: str, action: str, kind: str, reason: str) -> None:
    reply = read(report(status, action, "550 no"))
    assert reply and (reply.kind, reply.key, reply.contact) == (kind, "c7:12", "a@b.cn")
    assert reply.at == dt.datetime(2026, 11, 20, 3, tzinfo=dt.UTC)
    assert kind == "delivered" or reply.detail.startswith(reason)


@pytest.mark.parametrize(
    ("said", "kind", "reason"),
    [("550 5.7.1 likely unsolicited mail", "deferred", "spam"), ("550 Ip frequency limited", "deferred", "throttled"),
     ("550 5.1.1 <spam@b.cn>: user unknown", "bounced", "mailbox_unknown")],
)  # fmt: skip
def test_what_was_refused_for_what_we_are_says_nothing_of_the_mailbox(
    said: str, kind: str, reason: str
) -> None:
    reply = read(report("5.1.1" if kind == "bounced" else "5.0.0", "failed", said))
    assert reply and reply.kind == kind and reply.detail.startswith(reason)


def test_the_address_that_it_came_back_to_is_enough() -> None:
    reply = read(report("5.1.1", "failed", "550 no", to=f"back+{CODE}@shop.example", original="<gone@x>"))
    assert reply and reply.key == "c7:12"


def test_who_cannot_seal_cannot_report() -> None:
    assert read(report("5.1.1", "failed", "no", original=f"<{OTHER}@shop.example>")) is None
    assert read(report("5.1.1", "failed", "no", original="<c7:12@shop.example>")) is None
    assert read(complaint(code=OTHER)) is None


def test_complaints_count_for_one_recipient() -> None:
    reply = read(complaint())
    assert reply and (reply.kind, reply.key, reply.contact) == ("complained", "c7:12", "a@b.cn")
    assert read(complaint("Original-Rcpt-To: <a@b.cn>\nOriginal-Rcpt-To: <c@b.cn>\n")) is None
    opted = read(complaint(kind="opt-out"))
    assert opted and opted.kind == "unsubscribed"
    assert read(complaint(kind="not-spam")) is None


def test_people_answer_and_programs_do_not() -> None:
    reply = read(answer())
    assert reply and (reply.kind, reply.key, reply.contact) == ("replied", "c7:12", "a@b.cn")
    out = read(answer(CODE, ""))
    assert out and (out.kind, out.key) == ("unsubscribed", "c7:12")
    for head in ("Auto-Submitted: auto-replied", "Precedence: bulk", "X-Autoreply: yes", "Return-Path: <>"):
        assert read(answer("Out of office", f"In-Reply-To: <{CODE}@shop.example>\n{head}\n")) is None
    kept = read(answer("Re", f"In-Reply-To: <{CODE}@shop.example>\nAuto-Submitted: no\n"))
    assert kept and kept.kind == "replied"
    assert read(answer("Hello", "")) is None


def test_a_time_that_has_not_come_is_not_believed() -> None:
    late = read(answer().replace("Nov 2026", "Nov 2036"))
    odd = read(answer().replace("Fri, 20 Nov 2026 11:00:00 +0800", "yesterday"))
    assert late and odd and late.at == odd.at == AT


@given(st.binary(max_size=400))
def test_anything_can_come(content: bytes) -> None:
    assert read_reply(content, SECRET, AT) is None
    head = b"MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=x\r\n\r\n--x\r\n"
    assert read_reply(head + content, SECRET, AT) is None
