"""The door of the public application: how much may come in, how often what fails may be tried, and what answers carry."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quanyu.api.public.page import HEADERS

MOST_BYTES = 1_000_000
"""Of what a provider posts."""
FORM_BYTES = 10_000
"""Of what a person sends."""
MOST_FAILURES, MOST_VISITS = 60, 120
"""A minute: requests with a bad link or signature from one address, and records of one link."""
REMEMBERED = 10_000
"""Addresses and links whose counts are kept at most."""


class TooLargeError(Exception):
    """More came in than is read."""


async def body_of(request: Request, most: int) -> bytes:
    """Return the body of a request; raise `TooLargeError` before more than `most` bytes of it are read."""
    if int(request.headers.get("content-length") or 0) > most:
        raise TooLargeError
    parts, n = list[bytes](), 0
    async for part in request.stream():
        n += len(part)
        if n > most:
            raise TooLargeError
        parts.append(part)
    return b"".join(parts)


class Counter:
    """How often something happened in the present minute, by key; the keys longest unheard of are forgotten."""

    def __init__(self, most: int) -> None:
        self.most = most
        self._counts: OrderedDict[str, tuple[int, int]] = OrderedDict()
        self._lock = Lock()

    def add(self, key: str, second: float) -> bool:
        """Count once more, and say whether that is within what is allowed."""
        minute = int(second // 60)
        with self._lock:
            before, n = self._counts.pop(key, (minute, 0))
            n = n + 1 if before == minute else 1
            self._counts[key] = (minute, n)
            if len(self._counts) > REMEMBERED:
                self._counts.popitem(last=False)
        return n <= self.most

    def is_full(self, key: str, second: float) -> bool:
        """Say whether no more is allowed in this minute."""
        minute, n = self._counts.get(key, (0, 0))
        return minute == int(second // 60) and n >= self.most


class Headers:
    """Middleware: every answer carries the headers of the public pages, and none tells what went wrong inside."""

    def __init__(self, app: ASGIApp, more: Mapping[str, str] = HEADERS) -> None:
        self.app, self.more = app, more

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self.more.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, sent)


async def too_large(_request: Request, _error: Exception) -> PlainTextResponse:
    """Answer what is too large to be read."""
    return PlainTextResponse("Too large", 413, headers={"Connection": "close"})


async def busy(_request: Request, _error: Exception) -> PlainTextResponse:
    """Answer while the ledger cannot be written: whoever asks tries again."""
    return PlainTextResponse("Try again later", 503, headers={"Retry-After": "60"})
