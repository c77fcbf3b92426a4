"""A line to a mail server: many messages one after another, each known to be taken, refused or lost.

`smtplib` opens it (greeting, TLS, login); afterwards nothing waits: what was said is written as far as it goes, and replies are
read as they come, so that one thread serves several lines. Where the server takes commands together, the envelope of the next message
goes out behind the content of the one before (RFC 2920), and a message takes one way there and back.
"""

from __future__ import annotations

import smtplib
import ssl
from collections import deque
from collections.abc import Callable, Iterator
from typing import NamedTuple

from quanyu.act.channel.mail.verdict import Reply
from quanyu.act.channel.message import Outgoing

ROOM = 65_536
MOST = 3
"""Messages on a line that takes commands together: one whose content went, one whose envelope went with it, one that waits."""


class Ready(NamedTuple):
    """A message that can go: to which address, and how its bytes are made when the server asks for them."""

    message: Outgoing
    address: str
    content: Callable[[], bytes]


class Settled(NamedTuple):
    """What became of a message on a line: the reply and the stage at which it came; none where the line was lost.

    `is_unknown`: the line was lost when the server had the whole message and had not answered. `is_untouched`: it was lost
    after others had gone or with another one, before this one began.
    """

    ready: Ready
    stage: str = "lost"
    reply: Reply | None = None
    is_unknown: bool = False
    is_untouched: bool = False


class Line:
    """One open line. `give` hands a message over, `heard` reads what the server said, `say` writes what is left unsaid."""

    def __init__(self, server: smtplib.SMTP, sender: str) -> None:
        assert server.sock
        self.server, self.sock, self.sender = server, server.sock, sender
        self.is_piped = server.has_extn("pipelining")
        self.takes_utf8 = server.has_extn("smtputf8")
        self.sock.setblocking(False)
        self.given: deque[Ready] = deque()
        self.refusal: tuple[str, Reply] | None = None
        self.is_begun = self.is_lost = False
        self.n_taken = self.n_said = self.n_behind = 0
        self.unsaid, self.unread = b"", b""
        self.commands: deque[tuple[str, bytes]] = deque()
        self.awaited: deque[str] = deque()
        self.lines: list[str] = []

    @property
    def is_idle(self) -> bool:
        """Whether it has nothing to do."""
        return not self.given and not self.is_lost

    @property
    def has_room(self) -> bool:
        """Whether it can take a message."""
        return len(self.given) < (MOST if self.is_piped else 1) and not self.is_lost

    def give(self, ready: Ready, begin: Callable[[Outgoing], None]) -> None:
        """Hand a message over; `begin` is called before the server can have all of it."""
        self.begin = begin
        self.given.append(ready)
        self._go_on()

    def _go_on(self, said: bytes = b"") -> None:
        """Say what is given, then the next command, or all of them where the server takes them together."""
        if self.n_said == self.is_begun and self.n_said < len(self.given):
            self.commands += self._envelope(self.given[self.n_said].address)
            self.n_said += 1
        while self.commands and (self.is_piped or not self.awaited):
            stage, command = self.commands.popleft()
            self.awaited.append(stage)
            said += command
            self.n_behind += len(command)
        if said:
            self.say(said)

    def _envelope(self, address: str) -> Iterator[tuple[str, bytes]]:
        option = b"" if address.isascii() and self.sender.isascii() else b" SMTPUTF8"
        yield "mail", b"MAIL FROM:<%b>%b\r\n" % (self.sender.encode(), option)
        yield "rcpt", b"RCPT TO:<%b>\r\n" % address.encode()
        yield "data", b"DATA\r\n"

    def say(self, more: bytes = b"") -> None:
        """Write as much as goes."""
        self.unsaid = self.unsaid + more if self.unsaid else more
        try:
            while self.unsaid:
                self.unsaid = self.unsaid[self.sock.send(self.unsaid) :]
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            pass
        except OSError:
            self.is_lost = True

    def heard(self) -> Iterator[Settled]:
        """Read what there is, go on with it, and yield the messages that are settled by it."""
        try:
            while True:
                got = self.sock.recv(ROOM)
                self.unread += got
                self.is_lost = self.is_lost or not got
                if len(got) < ROOM and not (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending()):
                    break
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            pass
        except OSError:
            self.is_lost = True
        *lines, self.unread = self.unread.split(b"\n")
        for line in lines:
            text = line.decode("utf-8", "replace").rstrip("\r")
            self.lines.append(text[4:])
            if text[3:4] != "-":
                reply = Reply(int(text[:3]) if text[:3].isdigit() else 0, " ".join(self.lines).strip())
                self.lines = []
                yield from self._answered(reply)
        if self.is_lost:
            yield from self.lost()

    def lost(self, *, is_after_others: bool = False) -> Iterator[Settled]:
        """Give up, and yield the messages that were on their way. Of one whose end was not written the server has nothing."""
        self.is_lost = True
        is_unknown = self.is_begun and len(self.unsaid) <= self.n_behind
        is_untouched = (self.n_taken > 0 or is_after_others) and not self.is_begun
        while self.given:
            yield Settled(self.given.popleft(), is_unknown=is_unknown, is_untouched=is_untouched)
            is_unknown, is_untouched = False, True

    def _answered(self, reply: Reply) -> Iterator[Settled]:
        said = b""
        if reply.code == 421 or not self.awaited:  # it hangs up, whatever was asked
            if self.is_begun or not self.n_taken:
                yield from self._settled("closing", reply)
            yield from self.lost(is_after_others=True)
            return
        stage = self.awaited.popleft()
        if stage == "dot":
            yield from self._settled(stage, reply)
        elif stage == "data" and reply.code == 354:
            self.awaited.append("dot")
            said = (
                b".\r\n" if self.refusal else self._content()
            )  # where nobody is left who would take it: end it empty
        elif stage != "rset":
            if not reply.is_good or stage == "data":
                self.refusal = self.refusal or (stage, reply)
            if self.refusal and (stage == "data" or not self.is_piped):
                yield from self._settled(stage, reply)
                self.commands.clear()
                self.commands.append(("rset", b"RSET\r\n"))
        self._go_on(said)

    def _content(self) -> bytes:
        ready = self.given[0]
        content = ready.content()
        self.begin(ready.message)
        self.is_begun, self.n_behind = True, 0
        stuffed = content.replace(b"\r\n.", b"\r\n..") + b".\r\n"
        return b"." + stuffed if content.startswith(b".") else stuffed

    def _settled(self, stage: str, reply: Reply) -> Iterator[Settled]:
        if self.n_said:
            stage, reply = self.refusal or (stage, reply)
            self.n_taken += stage == "dot" and reply.is_good
            self.n_said, self.is_begun, self.refusal = self.n_said - 1, False, None
            yield Settled(self.given.popleft(), stage, reply)

    def close(self) -> None:
        """Say good-bye where the server listens, and hang up."""
        try:
            if self.is_idle:
                self.sock.send(b"QUIT\r\n")
        except OSError:
            pass
        self.server.close()
