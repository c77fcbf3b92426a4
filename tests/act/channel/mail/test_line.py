"""Every message has one outcome, or none where nobody can know; nobody gets one twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

Make = Callable[..., Any]


def keys(server: Any) -> Counter[str]:
    return Counter(to.partition("<u")[2].partition("@")[0] for to, _ in server.taken)


@pytest.mark.parametrize("features", [("PIPELINING",), ()])
@pytest.mark.parametrize("connections", [1, 3])
def test_each_message_arrives_once_and_refusals_concern_nobody_else(
    server: Make, handed: Make, numbered: Make, features: tuple[str, ...], connections: int
) -> None:
    answers = {
        "RCPT TO:<u3@": "550 5.1.1 no such user",
        "RCPT TO:<u5@": "451 4.7.1 greylisted, try again",
        "Subject: Hello 7\r": "554 5.7.1 looks like spam",
        "Subject: Hello 9\r": "452 4.2.2 mailbox full",
    }
    there = server(answers=answers, features=features)
    sent = handed(there.port, [numbered(i) for i in range(40)], connections=connections)
    told = {key: (one.status, one.reason) for key, one in sent.outcomes.items() if one.status != "delivered"}
    assert told == {
        "c7:3": ("permanent", "mailbox_unknown"),
        "c7:5": ("retry", "greylisted"),
        "c7:7": ("permanent", "spam"),
        "c7:9": ("retry", "mailbox_full"),
    }
    assert len(sent.outcomes) == 40
    assert keys(there) == Counter(str(i) for i in range(40) if i not in {3, 5, 7, 9})
    assert "c7:3" not in sent.begun
    assert sent.outcomes["c7:9"].detail == "452 4.2.2 mailbox full"
    assert sent.outcomes["c7:0"].receipt.endswith("queued as 17")


def test_a_server_that_takes_data_without_a_recipient_gets_no_message(
    server: Make, handed: Make, numbered: Make
) -> None:
    there = server(answers={"RCPT TO:<u1@": "550 5.1.1 unknown", "DATA\r": "354 go on"})
    sent = handed(there.port, [numbered(i) for i in range(3)], connections=1)
    assert sent.begun == ["c7:0", "c7:2"]
    assert sent.outcomes["c7:1"].reason == "mailbox_unknown"
    assert [content for to, content in there.taken if not to] == [b""]


def test_a_connection_lost_after_the_dot_leaves_its_message_open(
    server: Make, handed: Make, numbered: Make
) -> None:
    there = server(hang_up=("Subject: Hello 4\r",))
    sent = handed(there.port, [numbered(i) for i in range(10)], connections=2)
    assert set(sent.begun) - set(sent.outcomes) == {"c7:4"}
    assert keys(there) == Counter(str(i) for i in range(10) if i != 4)


def test_a_connection_lost_before_the_message_began_is_tried_again_and_then_waits(
    server: Make, handed: Make, numbered: Make
) -> None:
    there = server(hang_up=("RCPT TO:<u4@",))
    sent = handed(there.port, [numbered(i) for i in range(10)], connections=2)
    assert (sent.outcomes["c7:4"].status, sent.outcomes["c7:4"].reason) == ("retry", "connection_lost")
    assert "c7:4" not in sent.begun
    assert keys(there) == Counter(str(i) for i in range(10) if i != 4)


def test_a_server_that_hangs_up_after_some_messages_gets_the_rest_over_another_connection(
    server: Make, handed: Make, numbered: Make
) -> None:
    there = server(answers={"Subject: Hello 2\r": "421 4.7.0 too many messages"})
    sent = handed(there.port, [numbered(i) for i in range(6)], connections=1)
    assert {key for key, one in sent.outcomes.items() if one.status == "delivered"} == {
        f"c7:{i}" for i in (0, 1, 3, 4, 5)
    }
    assert (sent.outcomes["c7:2"].status, there.n_connections) == ("retry", 2)


def test_connections_are_made_anew_after_so_many_messages(server: Make, handed: Make, numbered: Make) -> None:
    there = server()
    sent = handed(there.port, [numbered(i) for i in range(10)], connections=1, messages_per_connection=3)
    assert (len(sent.outcomes), there.n_connections) == (10, 4)


@pytest.mark.parametrize(
    ("answers", "reason"),
    [({"MAIL FROM": "550 5.7.1 sender not owned by user"}, "sender_refused"),
     ({"RCPT TO": "554 5.7.1 Relay access denied"}, "sender_refused"),
     ({"MAIL FROM": "530 5.7.0 Authentication required"}, "sign_in_refused")],
)  # fmt: skip
def test_what_would_refuse_everybody_is_a_matter_of_the_settings(
    server: Make, handed: Make, numbered: Make, answers: dict[str, str], reason: str
) -> None:
    there = server(answers=answers)
    sent = handed(there.port, [numbered(i) for i in range(5)], connections=1)
    assert {(one.status, one.reason) for one in sent.outcomes.values()} == {("configuration", reason)}
    assert not any(content for _, content in there.taken)


def test_a_server_that_is_not_there_is_no_attempt(handed: Make, numbered: Make) -> None:
    sent = handed(1, [numbered(i) for i in range(3)])
    assert {(one.status, one.reason) for one in sent.outcomes.values()} == {("later", "unreachable")}
    assert not sent.begun


def test_a_busy_server_lets_wait_and_one_that_refuses_us_must_be_mended(
    server: Make, handed: Make, numbered: Make
) -> None:
    busy = handed(server(greeting="421 4.3.2 too many connections").port, [numbered(0)])
    closed = handed(server(greeting="554 5.7.1 you are blocked").port, [numbered(0)])
    assert busy.outcomes["c7:0"].status == "later"
    assert closed.outcomes["c7:0"].status == "configuration"


def test_no_starttls_no_mail(server: Make, handed: Make, numbered: Make) -> None:
    sent = handed(server().port, [numbered(0)], security="starttls")
    assert (sent.outcomes["c7:0"].status, sent.outcomes["c7:0"].reason) == (
        "configuration",
        "line_not_private",
    )


def test_addresses_that_are_none_and_letters_that_the_server_does_not_take(
    server: Make, handed: Make, numbered: Make
) -> None:
    odd = [
        numbered(0, contact="a@b\r\nRCPT TO:<all@x.cn>"),
        numbered(1, contact="李雷@shop.example"),
        numbered(2),
    ]
    plain = handed(server(features=("PIPELINING",)).port, odd)
    there = server()
    wide = handed(there.port, odd)
    assert [plain.outcomes[f"c7:{i}"].status for i in range(3)] == ["permanent", "permanent", "delivered"]
    assert [wide.outcomes[f"c7:{i}"].status for i in range(3)] == ["permanent", "delivered", "delivered"]
    assert "MAIL FROM:<news@shop.example> SMTPUTF8" in there.lines


def test_a_silent_server_is_left_after_a_time(server: Make, handed: Make, numbered: Make) -> None:
    there = server(answers={"MAIL FROM": "", "DATA": ""})
    there.answer = lambda said, usual: "250-not the last line" if said.startswith("MAIL") else usual
    sent = handed(there.port, [numbered(0)], timeout_seconds=0.1)
    assert sent.outcomes["c7:0"].reason == "connection_lost"


def test_messages_are_taken_from_their_source_only_as_they_can_go(
    server: Make, handed: Make, numbered: Make
) -> None:
    there = server()
    ahead = []

    def source() -> Any:
        for number in range(50):
            ahead.append(number - len(there.taken))
            yield numbered(number)

    messages: Any = source()
    assert len(handed(there.port, messages, connections=2).outcomes) == 50
    assert max(ahead) <= 2 * 2 + 2
