"""A mail server that takes messages and forgets them, as fast as asyncio goes; it answers as it is told to.

`answer(stage, line)` gives a reply for `mail`, `rcpt`, `data` and `dot`, "" to hang up, None for yes. It knows nothing of mail
beyond the order of commands: what it is told is handed to `taken` where somebody wants to look at it.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

Answer = Callable[[str, str], str | None]
FEATURES = ("PIPELINING", "8BITMIME", "SMTPUTF8", "SIZE 52428800")
GOOD = {
    "mail": "250 2.1.0 Ok",
    "rcpt": "250 2.1.5 Ok",
    "data": "354 Go on",
    "dot": "250 2.0.0 Ok: queued as 4XyZ1",
}


@dataclass
class Sink:
    """A server on a free port of this machine, in a thread of its own."""

    answer: Answer = lambda _stage, _line: None
    features: tuple[str, ...] = FEATURES
    greeting: str = "220 sink ESMTP"
    tls: ssl.SSLContext | None = None
    taken: Callable[[str, bytes], None] | None = None
    port: int = 0
    n_lines: int = 0
    n_taken: int = 0
    n_heard: int = 0
    said: list[str] = field(default_factory=list)
    is_noted: bool = False
    open: set[asyncio.Transport] = field(default_factory=set)

    def __enter__(self) -> Sink:
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        begun = self.loop.create_server(lambda: _Talk(self), "127.0.0.1", self.port, ssl=self.tls)
        self.server = asyncio.run_coroutine_threadsafe(begun, self.loop).result()
        self.port = self.server.sockets[0].getsockname()[1]
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self.loop).result()
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join()
        self.loop.close()

    async def _end(self) -> None:
        self.server.close()
        for transport in self.open:
            transport.abort()
        while self.open:
            await asyncio.sleep(0)


class _Talk(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self.sink, self.unread, self.content, self.unsaid = sink, b"", None, list[str]()
        self.transport: asyncio.Transport = None  # type: ignore[assignment]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]
        self.sink.n_lines += 1
        self.sink.open.add(self.transport)
        self.say(self.sink.greeting)
        self.write()

    def connection_lost(self, _error: Exception | None) -> None:
        self.sink.open.discard(self.transport)

    def say(self, line: str) -> None:
        self.unsaid.append(line)

    def write(self) -> None:
        """Answer what came together together, as servers that take commands together do."""
        if self.unsaid:
            self.transport.write(("\r\n".join(self.unsaid) + "\r\n").encode())
            self.unsaid.clear()

    def data_received(self, data: bytes) -> None:
        self.sink.n_heard += 1
        self.unread = self.unread + data if self.unread else data
        while self.unread and not self.transport.is_closing():
            if self.content is not None:
                if self.unread.startswith(b".\r\n"):
                    at = -2
                elif (at := self.unread.find(b"\r\n.\r\n", max(0, self.content))) < 0:
                    self.content = max(0, len(self.unread) - 4)
                    break
                whole, self.unread, self.content = self.unread[: at + 2], self.unread[at + 5 :], None
                self.settle(whole)
            else:
                line, end, rest = self.unread.partition(b"\r\n")
                if not end:
                    break
                self.unread = rest
                self.command(line.decode())
        self.write()

    def settle(self, whole: bytes) -> None:
        if self.sink.taken:  # before the answer, after which the sender may look
            self.sink.taken(self.to, whole)
        self.sink.n_taken += self.reply("dot", self.to)

    def command(self, line: str) -> None:
        if self.sink.is_noted:
            self.sink.said.append(line)
        word = line[:4].upper()
        if word == "MAIL":
            self.is_open = self.reply("mail", line)
            self.to = ""
        elif word == "RCPT":
            if self.is_open and self.reply("rcpt", line):
                self.to = line.partition("<")[2].partition(">")[0]
            elif not self.is_open:
                self.say("503 5.5.1 MAIL first")
        elif word == "DATA":
            if not self.to:
                self.say("554 5.5.1 No valid recipients")
            elif self.reply("data", line):
                self.content = 0
        elif word == "EHLO":
            names = ["sink", *self.sink.features]
            self.unsaid += [f"250{' ' if name is names[-1] else '-'}{name}" for name in names]
        elif word == "QUIT":
            self.say("221 2.0.0 Bye")
            self.close()
        else:
            self.say("250 2.0.0 Ok")

    def close(self) -> None:
        self.write()
        self.transport.close()

    def reply(self, stage: str, line: str) -> bool:
        said = self.sink.answer(stage, line)
        if said == "":
            self.write()
            self.transport.abort()
            return False
        self.say(said or GOOD[stage])
        if said and said.startswith("421"):
            self.close()
        return said is None or said[0] in "23"
