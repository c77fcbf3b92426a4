"""Messages go once: refused, lost or taken, each is told apart, whatever the server does and when it hangs up."""

from __future__ import annotations

import collections
import datetime as dt
import itertools
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from bench.mail_sink import Answer, Sink

from quanyu.act.channel.mail.line import Line, Ready
from quanyu.act.channel.mail.mime import Letterhead
from quanyu.act.channel.mail.opening import opened
from quanyu.act.channel.mail.sender import MailSender
from quanyu.act.channel.message import Content, Outcome, Outgoing
from quanyu.act.settings import MailSettings

AT = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
NONE: Answer = lambda _stage, _line: None  # noqa: E731


def message(number: int, contact: str = "") -> Outgoing:
    return Outgoing(
        f"c:mail:p{number}", contact or f"p{number}@example.com", Content("Hi", f"text {number}\n.\n")
    )


class Shop:
    """A shop beside a sink: what was begun, what arrived, what came of each."""

    def __init__(self, sink: Sink, **settings: Any) -> None:
        self.sink, self.begun = sink, list[str]()
        given = {"host": "127.0.0.1", "port": sink.port, "security": "none", "from_address": "news@shop.cn"}
        self.settings = MailSettings(**given | settings)
        self.arrived = collections.Counter[str]()
        sink.taken = lambda to, _content: self.arrived.update([to])

    def send(
        self, messages: Iterator[Outgoing] | list[Outgoing], waits: Callable[[str], float] = lambda _: 0.0
    ) -> dict[str, Outcome]:
        sender = MailSender(
            Letterhead("news@shop.cn", "00" * 32), lambda: opened(self.settings), waits=waits, clock=lambda: AT,
            bounce_address="bounce@shop.cn", most=self.settings.connections, timeout=self.settings.timeout_seconds,
        )  # fmt: skip
        outcomes = list(sender.send(messages, lambda message: self.begun.append(message.key)))
        sender.close()
        assert len({outcome.key for outcome in outcomes}) == len(outcomes), "one outcome each"
        assert len(set(self.begun)) == len(self.begun), "begun once"
        return {outcome.key.rpartition(":")[2]: outcome for outcome in outcomes}


@pytest.fixture(params=["piped", "one by one"])
def sink(request: pytest.FixtureRequest) -> Iterator[Sink]:
    with Sink(features=("PIPELINING", "SMTPUTF8") if request.param == "piped" else ("8BITMIME",)) as sink:
        yield sink


def told(outcomes: dict[str, Outcome]) -> dict[str, str]:
    return {name: f"{outcome.status} {outcome.reason}".strip() for name, outcome in outcomes.items()}


def test_each_message_arrives_once_by_few_lines(sink: Sink) -> None:
    shop = Shop(sink, connections=3)
    got = shop.send(iter([message(n) for n in range(200)]))
    assert collections.Counter(told(got).values()) == {"delivered": 200}
    assert {*shop.arrived.values()} == {1} and len(shop.arrived) == 200
    assert sink.n_lines == 3
    assert got["p7"].receipt == "4XyZ1"


def test_one_refusal_makes_nobody_else_wait_or_get_it_again(sink: Sink) -> None:
    refusals = {"p3@": "554 5.7.1 no", "p5@": "450 4.2.0 greylisted", "p8@": "550 5.1.1 no such user"}
    sink.answer = lambda stage, line: next(
        (said for who, said in refusals.items() if stage == "rcpt" and who in line), None
    )
    shop = Shop(sink, connections=2)
    got = told(shop.send([message(n) for n in range(12)]))
    assert {name: said for name, said in got.items() if said != "delivered"} == {
        "p3": "permanent refused", "p5": "retry greylisted", "p8": "permanent mailbox_unknown",
    }  # fmt: skip
    assert len(shop.arrived) == 9 and {*shop.arrived.values()} == {1}
    assert not {"c:mail:p3", "c:mail:p5", "c:mail:p8"} & set(shop.begun), (
        "refused before anything could be taken"
    )


def test_a_message_that_is_refused_at_its_end_was_not_taken(sink: Sink) -> None:
    sink.answer = lambda stage, line: "554 5.7.1 spam" if stage == "dot" and line.startswith("p1@") else None
    got = Shop(sink).send([message(n) for n in range(3)])
    assert told(got) == {"p0": "delivered", "p1": "permanent spam", "p2": "delivered"}
    assert got["p1"].detail == "554 5.7.1 spam"


def test_a_refused_sender_or_login_is_told_as_such(sink: Sink) -> None:
    sink.answer = lambda stage, _line: "550 5.7.1 not yours" if stage == "mail" else None
    assert told(Shop(sink).send([message(1)])) == {"p1": "configuration sender_refused"}
    got = Shop(sink, user="li", password="geheim").send([message(1), message(2)])
    assert told(got) == {"p1": "configuration unsupported", "p2": "configuration unsupported"}
    got = Shop(sink, security="starttls").send([message(1)])
    assert told(got) == {"p1": "configuration unsupported"}, "never in the clear where TLS was asked for"
    sink.greeting = "554 5.7.1 your address is listed"
    shop = Shop(sink)
    assert told(shop.send([message(1)])) == {"p1": "configuration refused"}
    assert shop.begun == []


def test_no_server_there_is_no_attempt(sink: Sink) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        shop = Shop(sink, port=taken.getsockname()[1])
        got = shop.send([message(n) for n in range(3)])
    assert told(got) == dict.fromkeys(("p0", "p1", "p2"), "later unreachable")
    assert got["p0"].after_seconds > 0 and shop.begun == []


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data"])
def test_a_server_that_hangs_up_before_the_end_has_nothing(sink: Sink, stage: str) -> None:
    """The first message on a line comes again another time, a later one goes by the next line."""
    numbers = itertools.count(1)
    sink.answer = lambda at, _line: "" if at == stage and next(numbers) in (1, 4) else None
    shop = Shop(sink, connections=1)
    got = told(shop.send([message(n) for n in range(6)]))
    assert got == {"p0": "retry connection_lost"} | dict.fromkeys((f"p{n}" for n in range(1, 6)), "delivered")
    assert len(shop.arrived) == 5 and {*shop.arrived.values()} == {1}


def test_what_a_server_may_have_taken_is_left_unknown(sink: Sink) -> None:
    sink.answer = lambda stage, line: "" if stage == "dot" and line.startswith("p2@") else None
    shop = Shop(sink, connections=1)
    got = told(shop.send([message(n) for n in range(5)]))
    assert got == dict.fromkeys(("p0", "p1", "p3", "p4"), "delivered"), "nothing is said of p2"
    assert shop.begun.count("c:mail:p2") == 1 and shop.arrived["p2@example.com"] == 1


def test_a_server_that_ends_lines_after_some_messages(sink: Sink) -> None:
    """As many do after a hundred messages, with a word before."""
    numbers = itertools.count(1)
    sink.answer = lambda stage, _line: (
        "421 4.7.0 enough for one line" if stage == "mail" and next(numbers) % 4 == 0 else None
    )
    shop = Shop(sink, connections=2)
    got = told(shop.send([message(n) for n in range(20)]))
    assert dict.fromkeys(got.values()) == {"delivered": None} and len(got) == 20
    assert {*shop.arrived.values()} == {1}


def test_a_silent_server_is_given_up(sink: Sink) -> None:
    sink.answer = lambda stage, _line: "" if stage == "dot" else None
    with socket.create_server(("127.0.0.1", 0)) as silent:
        shop = Shop(sink, port=silent.getsockname()[1], timeout_seconds=0.1)
        assert told(shop.send([message(1)])) == {"p1": "later unreachable"}
    assert shop.begun == []


def test_what_may_not_go_now_is_not_tried(sink: Sink) -> None:
    shop = Shop(sink)
    waits = lambda domain: 30.0 if domain == "qq.com" else 0.0  # noqa: E731
    got = shop.send([message(1, "a@qq.com"), message(2), message(3, "no address")], waits)
    assert told(got) == {"p1": "later paced", "p2": "delivered", "p3": "permanent bad_address"}
    assert got["p1"].after_seconds == 30 and shop.begun == ["c:mail:p2"]


def test_addresses_of_any_language_need_a_server_that_takes_them(sink: Sink) -> None:
    sink.is_noted = True
    shop = Shop(sink)
    got = told(shop.send([message(1, "用户@例子.中国"), message(2, "li@例子.中国")]))
    takes = "SMTPUTF8" in sink.features
    assert got == {"p1": "delivered" if takes else "permanent unsupported", "p2": "delivered"}
    assert "RCPT TO:<li@xn--fsqu00a.xn--fiqs8s>" in sink.said
    assert ("MAIL FROM:<bounce@shop.cn> SMTPUTF8" in sink.said) is takes


def test_a_recipient_that_is_refused_leaves_nothing_to_the_next(sink: Sink) -> None:
    """A server may say 354 though it refused the only recipient: then the message ends empty and counts for nobody."""
    sink.answer = lambda stage, line: "550 5.1.1 no" if stage == "rcpt" and "p1@" in line else None
    got = told(Shop(sink, connections=1).send([message(n) for n in range(3)]))
    assert got == {"p0": "delivered", "p1": "permanent mailbox_unknown", "p2": "delivered"}


def test_where_commands_go_together_an_envelope_goes_behind_the_content_before(sink: Sink) -> None:
    """One way there and back for a message: the server has the next envelope before it has answered."""
    sink.is_noted = True
    shop = Shop(sink, connections=1)
    assert len(shop.send([message(n) for n in range(50)])) == 50
    assert [line[:4] for line in sink.said if line[:4] in ("MAIL", "RCPT", "DATA")] == [
        "MAIL",
        "RCPT",
        "DATA",
    ] * 50
    if "PIPELINING" in sink.features:
        assert sink.n_heard < 2 * 50, (
            "one for the content and the next envelope, and few more where a content comes in two"
        )


@pytest.mark.parametrize("last", ["", "421 4.7.28 rate limit"])
def test_what_stood_behind_a_lost_message_goes_by_another_line(sink: Sink, last: str) -> None:
    sink.answer = lambda stage, line: last if stage == "dot" and line.startswith("p0@") else None
    shop = Shop(sink, connections=1)
    got = told(shop.send([message(n) for n in range(6)]))
    assert {name: got.pop(name, "unknown") for name in ("p0",)} == {
        "p0": "retry throttled" if last else "unknown"
    }
    assert got == {f"p{n}": "delivered" for n in range(1, 6)}
    assert {*shop.arrived.values()} == {1}


def test_a_content_that_was_not_written_whole_is_not_unknown(sink: Sink) -> None:
    """What is unsaid may be the envelope behind it: only then the server can have it."""
    line = Line.__new__(Line)
    for unsaid, is_unknown in ((b"", True), (b"x" * 30, True), (b"x" * 31, False)):
        line.given = collections.deque([Ready(message(1), "p1@example.com", bytes)])
        line.is_begun, line.unsaid, line.n_behind, line.n_taken = True, unsaid, 30, 0
        (settled,) = line.lost()
        assert settled.is_unknown is is_unknown
