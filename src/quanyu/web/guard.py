"""The door of the console: what a browser may run and show, and from which pages it may ask."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY: Mapping[str, str] = {
    "default-src": "'self'",
    # The toolkit starts from a script in the page and reads formatters of charts from text.
    "script-src": "'self' 'unsafe-inline' 'unsafe-eval'",
    "script-src-attr": "'none'",
    "style-src": "'self' 'unsafe-inline'",
    "img-src": "'self' data: blob:",
    "font-src": "'self' data:",
    "connect-src": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
}
"""What a page may load and run: nothing from elsewhere, and no script that stands in an attribute."""

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in POLICY.items()),
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
REFUSED: tuple[Message, Message] = (
    {"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]},
    {"type": "http.response.body", "body": b"This page may not be asked for from another site."},
)


class Guard:
    """Middleware: every answer carries `HEADERS`; a page of another origin gets no answer and no socket.

    A prefix of addresses that a request names is passed over: the console stands at the root of its host.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
        elif not is_own(Headers(scope=scope), scope.get("method", "GET")):
            await _refuse(scope, send)
        else:
            scope["headers"] = [pair for pair in scope["headers"] if pair[0] != b"x-forwarded-prefix"]
            await self.app(scope, receive, _with_headers(send))


SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing."""


def is_own(headers: Headers, method: str = "GET") -> bool:
    """Say whether a request comes from a page of this console, or from no page at all.

    What changes something has to say that it comes from a page of this console, which every browser says of a form.

    >>> is_own(Headers({"host": "localhost:8080", "origin": "http://localhost:8080"})), is_own(Headers({}))
    (True, True)
    >>> is_own(Headers({"host": "localhost:8080", "origin": "http://localhost:9999"})), is_own(Headers({}), "POST")
    (False, False)
    """
    origin = headers.get("origin")
    if origin is None:
        return method in SAFE or headers.get("sec-fetch-site") == "same-origin"
    return urlsplit(origin).netloc.lower() == headers.get("host", "").lower() != ""


async def _refuse(scope: Scope, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    for message in REFUSED:
        await send(message)


def _with_headers(send: Send) -> Send:
    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(HEADERS)
        await send(message)

    return sent
