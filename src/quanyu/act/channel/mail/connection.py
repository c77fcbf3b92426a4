"""A connection to a mail server over which many messages go, each in one round trip where the server allows it.

A message and the envelope of the next leave together (PIPELINING, RFC 2920), so a slow line costs one wait a message.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

from quanyu.act.channel.mail.answer import Answer
from quanyu.act.channel.message import Outgoing

Step = Literal["mail", "rcpt", "data", "end", "drop", "reset"]
BLOCK = 65_536
MOST_ANSWER = 65_536
"""Bytes of one answer that nobody sends in earnest."""


@dataclass
class Parcel:
    """A message with its envelope, and the first answer that refused it."""

    outgoing: Outgoing
    return_path: str
    recipient: str
    content: Callable[[], bytes]
    options: str = ""
    refusal: tuple[Step, Answer] | None = None
    n_tries: int = 0
    ends_at: int = 0
    """How much the connection has said when the message is out; 0: it did not begin to say it."""


@dataclass(frozen=True)
class Done:
    """What a server said of a message at the step that decided it; no answer: nobody knows."""

    parcel: Parcel
    step: Step
    answer: Answer | None


class LostError(Exception):
    """The connection is gone."""


@dataclass
class Connection:
    """An open connection, signed in; `sock` does not block. `begin` is told of a message just before it may be taken."""

    sock: socket.socket
    begin: Callable[[Outgoing], None]
    is_pipelined: bool
    silence: float
    n_left: int
    is_utf8: bool = False
    n_taken: int = 0
    is_closing: bool = False
    heard_at: float = field(default_factory=time.monotonic)
    _waiting: deque[tuple[Step, Parcel]] = field(default_factory=deque)
    _out: bytearray = field(default_factory=bytearray)
    _in: bytearray = field(default_factory=bytearray)
    _lines: list[bytes] = field(default_factory=list)
    _n_said: int = 0
    _is_dirty: bool = False

    @property
    def takes(self) -> bool:
        """Whether another message may be given to it now: nothing is going on, or only the end of one is waited for."""
        steps = [step for step, _ in self._waiting]
        is_free = not steps or (self.is_pipelined and steps == ["end"])
        return is_free and self.n_left > 0 and not self.is_closing

    @property
    def is_idle(self) -> bool:
        """Whether nothing is going on."""
        return not self._waiting

    @property
    def wants_to_write(self) -> bool:
        """Whether the line was full."""
        return bool(self._out)

    @property
    def is_silent(self) -> bool:
        """Whether the server has been silent for too long."""
        return bool(self._waiting) and time.monotonic() - self.heard_at > self.silence

    def give(self, parcel: Parcel) -> None:
        """Hand over the envelope of a message; the message follows when the server wants it."""
        parcel.refusal, parcel.ends_at = None, 0
        parcel.n_tries += 1
        self.n_left -= 1
        if self.is_idle:
            self.heard_at = time.monotonic()
        if self._is_dirty:
            self._is_dirty = False
            self._say(b"RSET\r\n", "reset", parcel)
        self._say(f"MAIL FROM:<{parcel.return_path}>{parcel.options}\r\n".encode(), "mail", parcel)
        if self.is_pipelined:
            self._say(f"RCPT TO:<{parcel.recipient}>\r\n".encode(), "rcpt", parcel)
            self._say(b"DATA\r\n", "data", parcel)

    def read(self) -> Iterator[Done]:
        """Take in what the server said, go on, and yield what became of messages. Raises `LostError`."""
        lost: LostError | None = None
        try:
            while block := self._block():
                self._in += block
                self.heard_at = time.monotonic()
        except LostError as error:
            lost = error  # what it said before it went counts
        yield from self._work()
        if lost:
            raise lost

    def write(self) -> None:
        """Send what waits to be sent. Raises `LostError`."""
        try:
            while self._out:
                del self._out[: self.sock.send(self._out)]
        except (BlockingIOError, ssl.SSLWantWriteError, ssl.SSLWantReadError):
            return
        except OSError as error:
            raise LostError(str(error)) from None

    def left(self) -> Iterator[tuple[Parcel, Done | None]]:
        """Yield the messages under way on a lost connection: with what is known of them, None for those nobody took."""
        n_sent = self._n_said - len(self._out)
        for parcel in {id(parcel): parcel for _, parcel in self._waiting}.values():
            if parcel.refusal:
                yield parcel, Done(parcel, *parcel.refusal)
            else:
                is_gone = 0 < parcel.ends_at <= n_sent
                yield parcel, Done(parcel, "end", None) if is_gone else None

    def close(self) -> None:
        """Hang up."""
        with suppress(OSError, ValueError):
            self.sock.settimeout(1)
            if self.is_idle:
                self.sock.sendall(b"QUIT\r\n")
        self.sock.close()

    def _say(self, line: bytes, step: Step, parcel: Parcel) -> None:
        self._out += line
        self._n_said += len(line)
        self._waiting.append((step, parcel))

    def _block(self) -> bytes:
        try:
            block = self.sock.recv(BLOCK)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return b""
        except OSError as error:
            raise LostError(str(error)) from None
        if not block:
            raise LostError("closed by the server")
        return block

    def _work(self) -> Iterator[Done]:
        for answer in self._answers():
            if not self._waiting:
                self.is_closing = True  # said unasked: 421, it is about to hang up
                continue
            step, parcel = self._waiting.popleft()
            self.is_closing |= answer.code == 421
            if (done := self._next(step, parcel, answer)) is not None:
                yield done
        if len(self._in) > MOST_ANSWER:
            raise LostError("an answer without end")

    def _answers(self) -> Iterator[Answer]:
        while (end := self._in.find(b"\n")) >= 0:
            line = bytes(self._in[:end]).rstrip(b"\r")
            del self._in[: end + 1]
            if not line[:3].isdigit():
                raise LostError("the server does not speak SMTP")
            self._lines.append(line[4:])
            if line[3:4] != b"-":
                text = b" ".join(self._lines).decode("utf-8", "replace")
                self._lines = []
                yield Answer(int(line[:3]), text)

    def _next(self, step: Step, parcel: Parcel, answer: Answer) -> Done | None:
        """Go on after an answer; return what became of the message if that is decided."""
        if step == "end":
            self.n_taken += answer.is_good
            return Done(parcel, step, answer)
        if step in {"reset", "drop"}:
            return self._refused(parcel) if step == "drop" else None
        if not answer.is_good and parcel.refusal is None:
            parcel.refusal = (step, answer)
        if step == "data":
            return self._content(parcel, answer)
        if self.is_pipelined:
            return None
        if parcel.refusal:
            return self._refused(parcel)
        following: tuple[bytes, Step] = (
            (f"RCPT TO:<{parcel.recipient}>\r\n".encode(), "rcpt")
            if step == "mail"
            else (b"DATA\r\n", "data")
        )
        self._say(*following, parcel)
        return None

    def _content(self, parcel: Parcel, answer: Answer) -> Done | None:
        """Send the message if the server wants it; if only its DATA was taken, send nothing but the dot."""
        if answer.code != 354:
            parcel.refusal = parcel.refusal or ("data", answer)
            return self._refused(parcel)
        if parcel.refusal:
            self._say(b".\r\n", "drop", parcel)
            return None
        content = parcel.content()
        self.begin(parcel.outgoing)
        self._say(content, "end", parcel)
        parcel.ends_at = self._n_said
        return None

    def _refused(self, parcel: Parcel) -> Done:
        assert parcel.refusal is not None
        self._is_dirty = True
        return Done(parcel, *parcel.refusal)


def dotted(message: bytes) -> bytes:
    r"""Return a message as DATA takes it: dots at the start of lines doubled, and the one that ends it.

    >>> dotted(b"one\r\n.two\r\n")
    b'one\r\n..two\r\n.\r\n'
    """
    return message.replace(b"\r\n.", b"\r\n..") + b".\r\n"
