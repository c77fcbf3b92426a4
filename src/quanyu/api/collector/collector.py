"""The application: which path it is, whose key it bears, and an answer when what came is durable.

Bodies are looked at just enough to know whose they are and that they can be read; what they say is read from the log, later and
as often as need be.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any, Protocol
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from quanyu.api.collector.answer import Pairs, allow, from_page, refusal, tell
from quanyu.api.collector.keys import Keys
from quanyu.api.collector.script import SCRIPT_HEADERS, SCRIPT_PATH, script
from quanyu.collect.collector import Posted
from quanyu.collect.collector.wire import Answer, Asked, MalformedError, TooLargeError, wires
from quanyu.collect.settings import CollectorSettings
from quanyu.errors import CollectorFullError, QuanyuError
from quanyu.workspace import Workspace

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
SHOWN_BYTES = 64_000
"""Of a body that cannot be read, so many bytes are kept."""
HOST = re.compile(r"[\w.:\[\]-]{1,255}", re.ASCII)


Routes = list[tuple[str, Any]]
"""What a path may be, by the name of its format."""


class Keeps(Protocol):
    """A log."""

    async def keep(self, posted: Posted) -> None:
        """Return when it is durable; raise `CollectorFullError` while nothing can be taken."""


class Collector:
    """An ASGI application over a workspace's sources that hands what they post to a log."""

    def __init__(self, ws: Workspace, log: Keeps) -> None:
        self.ws, self.log, self.keys = ws, log, Keys(ws.ledger)
        told = ws.settings.of(CollectorSettings)
        self.most, self.base = told.most_bytes, told.url if told.url != CollectorSettings().url else ""
        routes = defaultdict[str, Routes](list)
        for wire in wires().values():
            for route in wire.routes:
                routes[route.path].append((wire.name, route))
        self.routes: Mapping[str, Routes] = dict(routes)
        self.documents = [
            (re.compile(re.escape(document.path).replace(r"\{key\}", "(?P<key>[^/]+)")), document)
            for wire in wires().values()
            for document in wire.documents
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await _live(scope, receive, send)
            return
        headers, method = dict(scope["headers"]), scope["method"]
        if method == "OPTIONS":
            await allow(send, headers)
            return
        more = from_page(headers) if b"origin" in headers else []
        routes = self.routes.get(scope["path"])
        if routes is None:
            await tell(send, await self._read(scope["scheme"], self._asked(scope, headers), more), more)
        elif method not in routes[0][1].methods:
            await tell(send, refusal(405), more)
        elif (body := await _body(receive, self.most)) is not None:
            await tell(send, await self._take(routes, self._asked(scope, headers, body), more), more)

    def _asked(self, scope: Scope, headers: Mapping[bytes, bytes], body: bytes = b"") -> Asked:
        words = scope["query_string"]
        query = dict(parse_qsl(words.decode("latin-1"))) if words else {}
        return Asked(scope["method"], scope["path"], query, headers, body, self.most)

    async def _take(self, routes: Routes, asked: Asked, more: Pairs) -> Answer:
        """Keep what came and return the answer."""
        route = routes[0][1]
        try:
            if len(asked.body) > self.most:
                raise TooLargeError("The body is too large.")
            return await self._keep(routes, asked, *route.unpack(asked))
        except TooLargeError:
            more.append((b"connection", b"close"))
            return refusal(route.too_large)
        except MalformedError:
            return await self._malformed(routes, asked, more)
        except CollectorFullError as error:
            more.append((b"retry-after", b"%d" % math.ceil(error.after_seconds)))
            return refusal(route.full)
        except QuanyuError:
            more.append((b"retry-after", b"5"))
            return refusal(503)

    async def _keep(self, routes: Routes, asked: Asked, key: str, body: bytes) -> Answer:
        source = await self.keys.find(key) if key else None
        if source is None:
            return refusal(routes[0][1].stranger)
        wire, route = next((pair for pair in routes if pair[0] == source.kind), routes[0])
        if asked.headers.get(b"dry-run") != b"true":
            at = (self.ws.now() - _EPOCH) // _MICROSECOND
            await self.log.keep(Posted(source.name, wire, at, body))
        taken: Answer = route.taken
        return taken

    async def _malformed(self, routes: Routes, asked: Asked, more: Pairs) -> Answer:
        """Keep what cannot be read where it says whose it is outside of the body, and return the answer."""
        route = routes[0][1]
        try:
            kept = await self._keep(routes, asked, asked.key, asked.body[:SHOWN_BYTES])
        except QuanyuError:
            more.append((b"retry-after", b"5"))
            return refusal(route.full)
        return refusal(route.malformed) if kept.status < 300 else kept

    async def _read(self, scheme: str, asked: Asked, more: Pairs) -> Answer:
        """Return a document that clients fetch before they send, or the script."""
        if asked.path == SCRIPT_PATH and asked.method in ("GET", "HEAD"):
            more += SCRIPT_HEADERS
            return script()
        base = self.base or _base(scheme, asked.headers.get(b"host", b"").decode("latin-1"))
        for pattern, document in self.documents:
            if asked.method in document.methods and (match := pattern.fullmatch(asked.path)):
                key = match.groupdict().get("key") or asked.key
                if (key and await self.keys.find(key) is None) or not base:
                    break
                return Answer(200, document.write(key, base))
        return refusal(404)


def _base(scheme: str, host: str) -> str:
    """Return the address that was asked, "" where it is none: without a set one clients are told to come back to it."""
    return f"{scheme}://{host}" if HOST.fullmatch(host) else ""


async def _body(receive: Receive, most: int) -> bytes | None:
    """Return the body, no more than shows that it is too large; None where whoever sent it has gone."""
    message = await receive()
    if message["type"] != "http.request":
        return None
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body
    parts, n = [body], len(body)
    while n <= most:
        message = await receive()
        if message["type"] != "http.request":
            return None
        parts.append(message.get("body", b""))
        n += len(parts[-1])
        if not message.get("more_body"):
            break
    return b"".join(parts)


async def _live(scope: Scope, receive: Receive, send: Send) -> None:
    """Say that the application is up and down; there is nothing else to it but HTTP."""
    if scope["type"] != "lifespan":
        return
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
