"""Mail on its way: several lines to the server of the shop, as many messages on each as it takes."""

from __future__ import annotations

import selectors
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from smtplib import SMTP

from quanyu.act.channel.mail.heading import address_of
from quanyu.act.channel.mail.line import Line, Ready, Settled
from quanyu.act.channel.mail.mime import Letterhead
from quanyu.act.channel.mail.verdict import judged
from quanyu.act.channel.message import Outcome, Outgoing, Status
from quanyu.workspace import Clock

WAIT = 60.0
"""Seconds before messages are tried again that found no open line."""
Begin = Callable[[Outgoing], None]


class FaultyLineError(Exception):
    """No line could be opened: whether to wait or to mend something, and what was said."""

    def __init__(self, status: Status, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.status, self.reason, self.detail = status, reason, detail


class MailSender:
    """An open way to a mail server.

    `opens` gives a greeted line or raises `FaultyLineError`; `waits` the seconds until a domain may be written to.
    """

    def __init__(
        self,
        letterhead: Letterhead,
        opens: Callable[[], SMTP],
        *,
        waits: Callable[[str], float],
        clock: Clock,
        bounce_address: str,
        most: int = 4,
        timeout: float = 60.0,
    ) -> None:
        self.letterhead, self.opens, self.waits, self.clock = letterhead, opens, waits, clock
        self.bounce_address, self.most, self.timeout = bounce_address, most, timeout
        self.selector = selectors.DefaultSelector()
        self.lines: dict[Line, float] = {}
        self.busy: set[Line] = set()
        self.again: deque[Ready] = deque()
        self.fault: FaultyLineError | None = None

    def send(self, messages: Iterable[Outgoing], begin: Begin) -> Iterator[Outcome]:
        """Hand messages over; see `Sender`. Where no line can be opened, all that are left get that outcome untried."""
        source, self.fault = iter(messages), None
        while True:
            while self._has_room() and (ready := self._next(source)):
                outcome = self._given(ready, begin) if isinstance(ready, Ready) else ready
                if outcome:
                    yield outcome
            if not self.busy:
                return
            for settled in self._heard():
                outcome = self._outcome(settled)
                if outcome:
                    yield outcome

    def ask(self, _messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        """Yield nothing: a mail server does not say what it took."""
        return iter(())

    def close(self) -> None:
        """Hang up."""
        for line in list(self.lines):
            self._drop(line)
        self.selector.close()

    def _has_room(self) -> bool:
        return self._may_open() or not self.lines or any(line.has_room for line in self.lines)

    def _may_open(self) -> bool:
        return len(self.lines) < self.most and not self.fault

    def _next(self, source: Iterator[Outgoing]) -> Ready | Outcome | None:
        """Return the next message that may go now, or why it may not."""
        if self.again:
            return self.again.popleft()
        message = next(source, None)
        if message is None:
            return None
        try:
            address = address_of(message.contact)
        except (ValueError, UnicodeError) as error:
            return Outcome(message.key, "permanent", "bad_address", str(error))
        waits = self.waits(address.rpartition("@")[2])
        if waits:
            return Outcome(message.key, "later", "paced", after_seconds=waits)
        return Ready(message, address, partial(self._content, message, address))

    def _content(self, message: Outgoing, address: str) -> bytes:
        return self.letterhead.mail(message, address, self.clock())

    def _given(self, ready: Ready, begin: Begin) -> Outcome | None:
        """Hand a message to an idle line, one that is opened for it, or one with room; an outcome where it cannot be tried."""
        line = next((line for line in self.lines if line not in self.busy), None)
        if line is None and self._may_open():
            try:
                line = self._opened()
            except FaultyLineError as error:
                self.fault = error
        line = line or next((line for line in self.lines if line.has_room), None)
        key, fault = ready.message.key, self.fault
        if line is None and fault:
            if not self.lines:
                return Outcome(key, fault.status, fault.reason, fault.detail, after_seconds=WAIT)
            self.again.append(ready)
        elif line and not (ready.address.isascii() or line.takes_utf8):
            return Outcome(key, "permanent", "unsupported", "The server takes no addresses beyond ASCII.")
        elif line:
            line.give(ready, begin)
            self.busy.add(line)
            self._watch(line)
        return None

    def _opened(self) -> Line:
        line = Line(self.opens(), self.bounce_address)
        self.selector.register(line.sock, selectors.EVENT_READ, line)
        self.lines[line] = 0.0
        return line

    def _watch(self, line: Line) -> None:
        """Wait for what the server says, and where something is unsaid for room to say it."""
        self.lines[line] = time.monotonic() + self.timeout
        wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if line.unsaid else 0)
        if self.selector.get_key(line.sock).events != wanted:
            self.selector.modify(line.sock, wanted, line)

    def _heard(self) -> Iterator[Settled]:
        """Wait until a server says something, and yield the messages that are settled by it."""
        soonest = min(self.lines[line] for line in self.busy)
        for key, events in self.selector.select(max(0.0, soonest - time.monotonic())):
            line: Line = key.data
            if events & selectors.EVENT_WRITE:
                line.say()
            yield from line.heard()
            self._watch(line)
        now = time.monotonic()
        for line in list(self.lines):
            if line.is_lost or (line in self.busy and self.lines[line] <= now):
                yield from line.lost()
                self._drop(line)
            elif line.is_idle:
                self.busy.discard(line)

    def _drop(self, line: Line) -> None:
        self.selector.unregister(line.sock)
        self.busy.discard(line)
        del self.lines[line]
        line.close()

    def _outcome(self, settled: Settled) -> Outcome | None:
        """Return what became of a message; None where nobody knows, or where it goes again by another line.

        A server that hangs up after some messages has not looked at the next one.
        """
        ready, reply, key = settled.ready, settled.reply, settled.ready.message.key
        if settled.is_unknown:
            return None
        if settled.is_untouched:
            self.again.append(ready)
            return None
        if reply is None:
            return Outcome(key, "retry", "connection_lost")
        if settled.stage == "dot" and reply.is_good:
            return Outcome(key, "delivered", detail=reply.detail, receipt=reply.receipt)
        status, reason, wait = judged(reply, is_about_sender=settled.stage == "mail")
        return Outcome(key, status, reason, reply.detail, after_seconds=wait)
