"""The line to a mail server: several connections at once in one thread, so that `begin` and the outcomes stay in order."""

from __future__ import annotations

import selectors
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from quanyu.act.channel.mail.address import Address, read_address
from quanyu.act.channel.mail.answer import outcome_of
from quanyu.act.channel.mail.compose import Origin
from quanyu.act.channel.mail.connection import Connection, Done, LostError, Parcel, dotted
from quanyu.act.channel.mail.door import ClosedError, open_connection
from quanyu.act.channel.message import Outcome, Outgoing
from quanyu.act.settings import MailSettings
from quanyu.workspace import Clock

MOST_TRIES = 3
"""Connections on which a message that nobody took may be lost before it waits for another time."""
MOST_READY = 200
TICK_SECONDS = 0.5


@dataclass
class MailLine:
    """A sender over SMTP. What a server took, and said so, is delivered; what was under way when it fell silent is open."""

    given: MailSettings
    origin: Origin
    clock: Clock
    _connections: list[Connection] = field(default_factory=list)
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _queue: deque[Parcel] = field(default_factory=deque)
    _ready: list[Outcome] = field(default_factory=list)
    _fault: Outcome | None = None
    _most: int = 0
    _has_taken: bool = False

    def send(self, messages: Iterable[Outgoing], begin: Callable[[Outgoing], None]) -> Iterator[Outcome]:
        """Hand messages over; see `Sender.send`."""
        source = iter(messages)
        self._fault, self._most = None, self.given.connections
        for connection in self._connections:
            connection.begin = begin
        try:
            is_more = True
            while is_more or self._queue or self._is_busy or self._ready:
                is_more = self._fill(source, begin) if is_more or self._queue else False
                self._each(Connection.write)
                yield from self._said()
                if self._is_busy:
                    self._listen()
        finally:
            for connection in [one for one in self._connections if not one.is_idle]:
                self._drop(connection)
            self._queue.clear()

    def ask(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        """Yield nothing: a mail server does not say what became of a message."""
        return iter(())

    def close(self) -> None:
        """Hang up."""
        for connection in list(self._connections):
            self._drop(connection)
        self._selector.close()

    @property
    def _is_busy(self) -> bool:
        return any(not connection.is_idle for connection in self._connections)

    def _said(self) -> Iterator[Outcome]:
        ready, self._ready = self._ready, []
        yield from ready

    def _fill(self, source: Iterator[Outgoing], begin: Callable[[Outgoing], None]) -> bool:
        """Give messages to connections until none takes another; return whether there may be more."""
        while len(self._ready) < MOST_READY:
            if not self._queue:
                message = next(source, None)
                if message is None:
                    return False
                if (parcel := self._parcel(message)) is None:
                    continue
                self._queue.append(parcel)
            connection = self._free(begin)
            if connection is not None:
                self._give(connection, self._queue.popleft())
            elif self._fault:
                self._ready.append(replace(self._fault, key=self._queue.popleft().outgoing.key))
            else:
                return True
        return True

    def _parcel(self, message: Outgoing) -> Parcel | None:
        """Return a message with its envelope; None, with an outcome, where it cannot go or not now."""
        to = read_address(message.contact)
        if to is None:
            self._ready.append(Outcome(message.key, "permanent", "address_invalid", message.contact))
            return None
        return Parcel(
            message, self.origin.envelope_of(message.key), str(to), lambda: self._content(message, to)
        )

    def _content(self, message: Outgoing, to: Address) -> bytes:
        return dotted(self.origin.message(message, to, self.clock()))

    def _free(self, begin: Callable[[Outgoing], None]) -> Connection | None:
        """Return a connection that takes a message: an idle one, a new one, or one that waits for the end of a message."""
        for spent in [one for one in self._connections if one.is_idle and not one.takes]:
            self._drop(spent)
        able = [one for one in self._connections if one.takes]
        idle = next((one for one in able if one.is_idle), None)
        return idle or self._opened(begin) or next(iter(able), None)

    def _opened(self, begin: Callable[[Outgoing], None]) -> Connection | None:
        if self._fault or len(self._connections) >= self._most:
            return None
        try:
            connection = open_connection(self.given, self.origin.address.domain, begin)
        except ClosedError as error:
            self._most = len(self._connections)
            if not self._most:
                self._fault = error.outcome
            return None
        self._connections.append(connection)
        self._selector.register(connection.sock, selectors.EVENT_READ, connection)
        return connection

    def _give(self, connection: Connection, parcel: Parcel) -> None:
        is_ascii = parcel.recipient.isascii() and parcel.return_path.isascii()
        if not is_ascii and not connection.is_utf8:
            self._ready.append(Outcome(parcel.outgoing.key, "permanent", "address_invalid", "no SMTPUTF8"))
            return
        parcel.options = "" if is_ascii else " SMTPUTF8"
        connection.give(parcel)

    def _each(self, do: Callable[[Connection], object]) -> None:
        """Do something with every connection; one that turns out to be lost is closed, and its messages are told apart."""
        for connection in list(self._connections):
            try:
                do(connection)
            except LostError as error:
                self._lost(connection, str(error))

    def _listen(self) -> None:
        """Wait until a server says something or a line is free again, and take it in."""
        for connection in self._connections:
            wanted = selectors.EVENT_READ | (selectors.EVENT_WRITE if connection.wants_to_write else 0)
            if self._selector.get_key(connection.sock).events != wanted:
                self._selector.modify(connection.sock, wanted, connection)
        heard = self._selector.select(TICK_SECONDS)
        for key, events in heard:
            if events & selectors.EVENT_READ:
                self._hear(key.data)
        for connection in [one for one in self._connections if one.is_silent]:
            self._lost(connection, "silent")

    def _hear(self, connection: Connection) -> None:
        try:
            for done in connection.read():
                self._settle(connection, done)
        except LostError as error:
            self._lost(connection, str(error))

    def _settle(self, connection: Connection, done: Done) -> None:
        key, answer = done.parcel.outgoing.key, done.answer
        if answer is None:
            return  # nobody knows: it stays begun
        if done.step == "end" and answer.is_good:
            self._has_taken = True
            self._ready.append(Outcome(key, "delivered", receipt=answer.text[:200]))
            return
        hangs_up = answer.code == 421 and done.step != "end" and connection.n_taken
        if hangs_up and done.parcel.n_tries < MOST_TRIES:
            self._queue.append(done.parcel)
            return
        outcome = outcome_of(key, answer, done.step, not self._has_taken)
        if outcome.status == "configuration":
            self._fault = outcome
        self._ready.append(outcome)

    def _lost(self, connection: Connection, why: str) -> None:
        left = list(connection.left())
        self._drop(connection)
        for parcel, done in left:
            if done:
                self._settle(connection, done)
            elif parcel.n_tries < MOST_TRIES:
                self._queue.append(parcel)
            else:
                self._ready.append(Outcome(parcel.outgoing.key, "retry", "connection_lost", why))

    def _drop(self, connection: Connection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
            self._selector.unregister(connection.sock)
        connection.close()
