"""The door: no page, file or socket without somebody who may be here; a socket stops when its session does."""

from __future__ import annotations

import time
from urllib.parse import quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from quanyu.web.login.visitor import Visitor, cookie_name, find_visitor
from quanyu.workspace import Workspace

KEY = "quanyu.visitor"
"""Where a request holds its visitor."""
LOGIN = "/login"
OPEN = frozenset({LOGIN, "/favicon.ico"})
"""What is shown to everybody, besides what lies in `FOLDERS`."""
FOLDERS = ("/static/", "/language/")
PAUSE = 1.0
"""Seconds between two looks at the session of a socket that is in use."""
AWAY = '42["open",{"path":"/login","new_tab":false}]'
"""What tells an open page to go where one signs in: an event of the toolkit, in the letters of its protocol."""


def visitor_of(request: HTTPConnection) -> Visitor | None:
    """Return who asks; None for what is shown to everybody."""
    visitor: Visitor | None = request.scope.get(KEY)
    return visitor


class Door:
    """Middleware: asks of each request, and of each socket again and again, who it is."""

    def __init__(self, app: ASGIApp, ws: Workspace) -> None:
        self.app, self.ws, self.cookie = app, ws, cookie_name(ws)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let somebody in, or send them to sign in first."""
        if scope["type"] not in ("http", "websocket") or _is_open(scope["path"]):
            await self.app(scope, receive, send)
            return
        visitor = await self.visitor(scope)
        if visitor is None:
            await _turn_away(scope, receive, send)
            return
        scope[KEY] = visitor
        if scope["type"] == "websocket":
            watch = Watch(self, scope, receive, send)
            await self.app(scope, watch.receive, watch.send)
        else:
            await self.app(scope, receive, send)

    async def visitor(self, scope: Scope) -> Visitor | None:
        """Return who asks now, None where they have to sign in."""
        return await run_in_threadpool(find_visitor, self.ws, HTTPConnection(scope), self.cookie)


class Watch:
    """A socket whose session is looked at while it is used, both ways; when that is over, nothing passes any more."""

    def __init__(self, door: Door, scope: Scope, receive: Receive, send: Send) -> None:
        self.door, self.scope = door, scope
        self._receive, self._send = receive, send
        self.was, self.looked_at, self.is_over = scope[KEY].caller, time.monotonic(), False

    async def receive(self) -> Message:
        """Pass on what the browser says, or that it is gone."""
        message = await self._receive()
        if message["type"] == "websocket.receive" and await self.ended():
            return {"type": "websocket.disconnect", "code": 1008}
        return message

    async def send(self, message: Message) -> None:
        """Pass on what the browser is told."""
        if message["type"] != "websocket.send" or not await self.ended():
            await self._send(message)

    async def ended(self) -> bool:
        """Say whether the session is over, or is another's; when it is first seen, the page is sent to the login."""
        if self.is_over or time.monotonic() - self.looked_at < PAUSE:
            return self.is_over
        self.looked_at = time.monotonic()
        visitor = await self.door.visitor(self.scope)
        if not self.is_over and (visitor is None or visitor.caller != self.was):
            self.is_over = True
            await self._send({"type": "websocket.send", "text": AWAY})
            await self._send({"type": "websocket.close", "code": 1008})
        return self.is_over


def _is_open(path: str) -> bool:
    return path in OPEN or path.startswith(FOLDERS)


async def _turn_away(scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
        return
    request = HTTPConnection(scope)
    is_page = scope["method"] == "GET" and "text/html" in request.headers.get("accept", "")
    answer = (
        RedirectResponse(login_address(request.url.path, request.url.query), 303) if is_page else _refused()
    )
    await answer(scope, receive, send)


def _refused() -> Response:
    return PlainTextResponse("Sign in first.", 401)


def login_address(path: str, query: str = "") -> str:
    """Return the address of the login that leads to another one afterwards.

    >>> login_address("/"), login_address("/metrics", "grain=week")
    ('/login', '/login?next=%2Fmetrics%3Fgrain%3Dweek')
    """
    wanted = f"{path}?{query}" if query else path
    return LOGIN if wanted == "/" else f"{LOGIN}?next={quote(wanted, safe='')}"
