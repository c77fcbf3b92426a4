"""Messages handed over by requests, several at once, while `begin` and the outcomes stay with whoever asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass

import httpx

from quanyu.act.channel.message import Outcome, Outgoing
from quanyu.act.channel.wire.failure import failed

Ask = Callable[[Outgoing], Outcome | None]


@dataclass(frozen=True)
class HttpSender:
    """A sender over HTTP. `deliver` makes the request for one message and says what became of it; None: nobody knows.

    `check` gives an outcome for messages that cannot go, before anything is sent; `asked` asks the provider for one that began.
    """

    client: httpx.Client
    deliver: Ask
    check: Ask = lambda _: None
    asked: Ask = lambda _: None
    lanes: int = 1

    def send(self, messages: Iterable[Outgoing], begin: Callable[[Outgoing], None]) -> Iterator[Outcome]:
        """Hand messages over; see `Sender.send`."""
        under_way: set[Future[Outcome | None]] = set()
        with ThreadPoolExecutor(self.lanes) as pool:
            for message in messages:
                if (refused := self.check(message)) is not None:
                    yield refused
                    continue
                begin(message)
                under_way.add(pool.submit(self._tried, message))
                if len(under_way) >= self.lanes:
                    done, under_way = wait(under_way, return_when=FIRST_COMPLETED)
                    yield from _told(done)
            yield from _told(under_way)

    def ask(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        """Yield what the provider knows of messages that began; none for those it cannot tell of."""
        for message in messages:
            with suppress(httpx.HTTPError):
                if (told := self.asked(message)) is not None:
                    yield told

    def close(self) -> None:
        """Hang up."""
        self.client.close()

    def _tried(self, message: Outgoing) -> Outcome | None:
        try:
            return self.deliver(message)
        except httpx.HTTPError as error:
            return failed(message.key, error)


def _told(done: Iterable[Future[Outcome | None]]) -> Iterator[Outcome]:
    for future in done:
        if (outcome := future.result()) is not None:
            yield outcome
