"""A mail server that answers as it is told to, and a line to it."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

import pytest

from quanyu.act.channel import Content, Outcome, Outgoing
from quanyu.act.channel.mail.address import Address
from quanyu.act.channel.mail.compose import Origin
from quanyu.act.channel.mail.line import MailLine
from quanyu.act.settings import MailSettings

NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
SECRET = "00" * 32


@dataclass
class Server:
    """What it answers, by what stands in the line or the message; `hang_up` names what makes it go without a word."""

    answers: dict[str, str] = field(default_factory=dict)
    hang_up: tuple[str, ...] = ()
    features: tuple[str, ...] = ("PIPELINING", "SMTPUTF8")
    greeting: str = "220 server"
    taken: list[tuple[str, bytes]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    n_connections: int = 0
    port: int = 0

    def serve(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                line, _ = listener.accept()
                self.n_connections += 1
                threading.Thread(target=self.talk, args=(line,), daemon=True).start()

    def talk(self, line: socket.socket) -> None:
        with suppress(OSError, EOFError), closing(line), line.makefile("rb") as heard:
            line.sendall(f"{self.greeting}\r\n".encode())
            to = ""
            while said := heard.readline().decode():
                self.lines.append(said.strip())
                word = said[:4].upper()
                answer = self.answer(said, "250 OK")
                if word == "EHLO":
                    answer = "\r\n".join(["250-server", *(f"250-{one}" for one in self.features), "250 HELP"])
                elif word == "RCPT":
                    to = said.strip() if answer.startswith("2") else ""
                elif word == "DATA":
                    answer = self.answer(said, "354 go on" if to else "503 no recipient")
                line.sendall(f"{answer}\r\n".encode())
                if answer.startswith("354"):
                    self.take(line, heard, to)
                    to = ""
                elif answer.startswith("421"):
                    raise EOFError

    def take(self, line: socket.socket, heard: object, to: str) -> None:
        content = b""
        while (one := heard.readline()) != b".\r\n":  # type: ignore[attr-defined]
            if not one:
                raise EOFError
            content += one
        answer = self.answer(content.decode("utf-8", "replace"), "250 2.0.0 queued as 17")
        if answer.startswith("250"):
            self.taken.append((to, content))
        line.sendall(f"{answer}\r\n".encode())
        if answer.startswith("421"):
            raise EOFError

    def answer(self, said: str, usual: str) -> str:
        if any(word in said for word in self.hang_up):
            raise EOFError
        return next((answer for word, answer in self.answers.items() if word in said), usual)


@contextmanager
def running(server: Server) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server.port = listener.getsockname()[1]
        threading.Thread(target=server.serve, args=(listener,), daemon=True).start()
        yield server
        listener.shutdown(socket.SHUT_RDWR)


@dataclass
class Sent:
    """What became of messages, by key, and which were begun."""

    outcomes: dict[str, Outcome]
    begun: list[str]


Hand = Callable[..., Sent]


def message(number: int, subject: str = "Hello", contact: str = "") -> Outgoing:
    content = Content(f"{subject} {number}", f"text {number}\n.dot\n", f"<p>{number}</p>")
    return Outgoing(
        f"c7:{number}", contact or f"u{number}@shop.example", content, f"https://shop.example/u/{number}"
    )


def hand(port: int, messages: list[Outgoing], **settings: object) -> Sent:
    given = MailSettings(
        **{"host": "127.0.0.1", "port": port, "security": "none", "timeout_seconds": 5, **settings}
    )
    line = MailLine(given, Origin(Address("news", "shop.example"), "Shop", SECRET), lambda: NOW)
    begun: list[str] = []
    outcomes = list(line.send(messages, lambda one: begun.append(one.key)))
    line.close()
    assert len({one.key for one in outcomes}) == len(outcomes)
    assert len(set(begun)) == len(begun)
    return Sent({one.key: one for one in outcomes}, begun)


@pytest.fixture
def server() -> Iterator[Callable[..., Server]]:
    from contextlib import ExitStack

    with ExitStack() as stack:
        yield lambda **given: stack.enter_context(running(Server(**given)))


@pytest.fixture
def handed() -> Hand:
    return hand


@pytest.fixture
def numbered() -> Callable[..., Outgoing]:
    return message
