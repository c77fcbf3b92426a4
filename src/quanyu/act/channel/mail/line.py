"""A line to a mail server: many messages one after another, each known to be taken, refused or lost.

`smtplib` opens it (greeting, TLS, login); afterwards nothing waits: what was said is written as far as it goes, and replies are
read as they come, so that one thread serves several lines.
"""

from __future__ import annotations

import smtplib
import ssl
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from quanyu.act.channel.mail.verdict import Reply
from quanyu.act.channel.message import Outgoing

ROOM = 65_536


@dataclass(frozen=True)
class Ready:
    """A message that can go: to which address, and how its bytes are made when the server asks for them."""

    message: Outgoing
    address: str
    content: Callable[[], bytes]


@dataclass(frozen=True)
class Settled:
    """What became of a message on a line: the reply and the stage at which it came; none where the line was lost.

    `is_unknown`: the line was lost when the server had the whole message and had not answered. `is_untouched`: it was lost
    after others had gone, before this one began.
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
        self.ready: Ready | None = None
        self.refusal: tuple[str, Reply] | None = None
        self.is_begun = self.is_lost = False
        self.n_taken = 0
        self.unsaid, self.unread = b"", b""
        self.commands: deque[tuple[str, bytes]] = deque()
        self.awaited: deque[str] = deque()
        self.lines: list[str] = []

    @property
    def is_idle(self) -> bool:
        """Whether it can take a message."""
        return self.ready is None and not self.is_lost

    def give(self, ready: Ready, begin: Callable[[Outgoing], None]) -> None:
        """Hand a message over; `begin` is called before the server can have all of it."""
        self.ready, self.begin, self.refusal, self.is_begun = ready, begin, None, False
        is_wide = not (ready.address.isascii() and self.sender.isascii())
        option = b" SMTPUTF8" if is_wide else b""
        self.commands.extend((
            ("mail", f"MAIL FROM:<{self.sender}>".encode() + option + b"\r\n"),
            ("rcpt", f"RCPT TO:<{ready.address}>\r\n".encode()),
            ("data", b"DATA\r\n"),
        ))  # fmt: skip
        self._command()

    def _command(self) -> None:
        """Say the next command, or all of them where the server takes them together."""
        said = b""
        while self.commands and (self.is_piped or not (self.awaited or said)):
            stage, command = self.commands.popleft()
            self.awaited.append(stage)
            said += command
        if said:
            self.say(said)

    def say(self, more: bytes = b"") -> None:
        """Write as much as goes."""
        self.unsaid += more
        try:
            while self.unsaid:
                self.unsaid = self.unsaid[self.sock.send(self.unsaid) :]
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            pass
        except OSError:
            self.is_lost = True

    def heard(self) -> Iterator[Settled]:
        """Read what there is, go on with it, and yield the message if it is settled."""
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

    def lost(self) -> Iterator[Settled]:
        """Give up, and yield the message that was on its way. Where its end was not written, the server cannot have it."""
        self.is_lost = True
        if self.ready:
            is_unknown = self.is_begun and not self.unsaid
            yield Settled(
                self.ready, is_unknown=is_unknown, is_untouched=self.n_taken > 0 and not self.is_begun
            )
            self.ready = None

    def _answered(self, reply: Reply) -> Iterator[Settled]:
        if reply.code == 421 or not self.awaited:  # it hangs up, whatever was asked
            self.is_lost = True
            yield from self._settled("closing", reply) if self.is_begun or not self.n_taken else self.lost()
            return
        stage = self.awaited.popleft()
        if stage == "dot":
            yield from self._settled(stage, reply)
        elif stage == "data" and reply.code == 354 and not self.refusal:
            self._content()
        elif stage == "data" and reply.code == 354:  # nobody is left who would take it: end it empty
            self.awaited.append("dot")
            self.say(b".\r\n")
        elif stage != "rset":
            if not reply.is_good or stage == "data":
                self.refusal = self.refusal or (stage, reply)
            if self.refusal and (stage == "data" or not self.is_piped):
                self.commands.clear()
                self.commands.append(("rset", b"RSET\r\n"))
                yield from self._settled(stage, reply)
        self._command()

    def _content(self) -> None:
        assert self.ready
        content = self.ready.content()
        self.begin(self.ready.message)
        self.is_begun = True
        self.awaited.append("dot")
        if content.startswith(b"."):
            content = b"." + content
        self.say(content.replace(b"\r\n.", b"\r\n..") + b".\r\n")

    def _settled(self, stage: str, reply: Reply) -> Iterator[Settled]:
        if self.ready:
            stage, reply = self.refusal or (stage, reply)
            self.n_taken += stage == "dot" and reply.is_good
            yield Settled(self.ready, stage, reply)
            self.ready = None

    def close(self) -> None:
        """Say good-bye where the server listens, and hang up."""
        try:
            if not self.is_lost and self.ready is None:
                self.sock.send(b"QUIT\r\n")
        except OSError:
            pass
        self.server.close()
