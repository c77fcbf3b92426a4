"""The console as a web application: routes, the language cookie, and the door for this machine only."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, get_args
from urllib.parse import quote, unquote, urlsplit

from nicegui import Client, app, background_tasks, run, ui
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from quanyu.errors import SettingError
from quanyu.text import Language, Text
from quanyu.web.cache import Cache
from quanyu.web.frame import frame
from quanyu.web.guard import Guard
from quanyu.web.memory import Memory
from quanyu.web.page import Page, pages
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import fault, report, way_home
from quanyu.web.parts.table import serve_streams
from quanyu.web.public import Public
from quanyu.web.view import View
from quanyu.workspace import Workspace

LOOPBACK = ("127.0.0.1", "localhost", "::1")
COOKIE = "quanyu_language"
STATIC = Path(__file__).parent / "static"
UNSAID = "Not Found"
"""What the framework says of an address that nobody serves."""
TAGS = {"zh": "zh-CN", "en": "en-US"}


def serve(ws: Workspace, host: str = "127.0.0.1", port: int = 8080) -> None:
    """Serve the console until it is stopped; raise `SettingError` for a host other machines could reach.

    There is no login yet, so only this machine may connect, and only under its own names: a page of another
    site that points its name at this machine is refused.
    """
    if host not in LOOPBACK:
        raise SettingError(
            "The console may not be opened to {host!r}: it has no login yet.",
            "Allowed: {hosts}. From another machine, use an SSH tunnel: ssh -L {port}:127.0.0.1:{port} HOST.",
            host=host,
            hosts=", ".join(LOOPBACK),
            port=port,
        )
    build(ws)
    ui.run(
        host=host,
        port=port,
        title="Quanyu",
        favicon=STATIC / "mark.svg",
        reload=False,
        show=False,
        dark=False,
        tailwind=False,
        show_welcome_message=False,
        reconnect_timeout=30,
        markdown=False,
    )


def build(ws: Workspace) -> None:
    """Register the screens, the style and the language switch of a workspace's console."""
    cache, memory = Cache(ws), Memory()
    app.add_middleware(Guard)
    app.add_middleware(Public, ws=ws)
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost", "[::1]"])
    app.add_static_files("/static", STATIC)
    app.colors(primary="#2457c5")
    ui.add_head_html(f'<link rel="stylesheet" href="{_stamped("console.css")}">', shared=True)
    for page in pages():
        ui.page(page.path)(_screen(ws, cache, memory, page))
    app.exception_handler(404)(_lost(ws, cache, memory))
    serve_streams(ws, memory)

    app.on_startup(
        lambda: background_tasks.create(
            run.io_bound(_warm, View(ws, cache, ws.settings.speech, "/", {}, memory))
        )
    )
    app.get("/language/{code}", include_in_schema=False)(_switch)


def _warm(view: View) -> None:
    """Read ahead what first visitors would wait for: the engine opens its files, and queries are compiled."""
    for page in pages():
        try:
            if page.warm is not None:
                page.warm(view)
        except Exception as error:
            report(error)


def _stamped(name: str) -> str:
    """Return the address of a static file, another one whenever the file changes."""
    return f"/static/{name}?{hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]}"


def language_of(request: Request, ws: Workspace) -> Language:
    """Return the language this browser chose, else the workspace's."""
    chosen = request.cookies.get(COOKIE, "")
    return chosen if chosen in get_args(Language) else ws.settings.speech  # type: ignore[return-value]


def inside(address: str) -> str:
    """Return an address of this console: anything that leads elsewhere becomes the first page.

    >>> inside("/people"), inside("//evil.example"), inside("https://evil.example")
    ('/people', '/', '/')
    """
    parts = urlsplit(address.replace("\\", "/"))
    return address if address.startswith("/") and not parts.netloc and not parts.scheme else "/"


def _lost(ws: Workspace, cache: Cache, memory: Memory) -> Callable[..., Any]:
    """Return what answers an address that leads nowhere: the frame, a sentence, and the way home."""

    async def answer(request: Request, error: Exception) -> Response:
        if "text/html" not in request.headers.get("accept", ""):
            return PlainTextResponse("Not found", 404)
        with Client(ui.page(""), request=request) as client:
            said = getattr(error, "detail", "").removeprefix(UNSAID)
            _screen(ws, cache, memory, Page("", "Not found", partial(_nowhere, said=said)))(request)
        return client.build_response(request, 404)

    return answer


def _nowhere(view: View, said: Text = "", **_: str) -> None:
    """Draw the page of what is not there: what was said of it, else that the address leads nowhere."""
    put(tag("h1", view.say("There is nothing here")), class_="head")
    told = view.say("{path} leads nowhere.", path=unquote(view.path)) if not said else view.say(said)
    put(tag("p", told, class_="muted"))
    put(way_home(view))


def _screen(ws: Workspace, cache: Cache, memory: Memory, page: Page) -> Callable[..., Any]:
    def screen(request: Request) -> Response | None:
        query = dict(request.query_params)
        view = View(ws, cache, language_of(request, ws), quote(request.scope["path"]), query, memory)
        client = ui.context.client
        client.page = copy.copy(client.page)
        client.page.language = TAGS[view.language]  # type: ignore[assignment]
        with frame(view, view.say(page.title)):
            try:
                status = page.draw(view, **request.path_params)
                return client.build_response(request, status) if status else None
            except Exception as error:
                report(error)
                put(tag("h1", view.say(page.title)), class_="head")
                fault(view, error)
                put(way_home(view))
        return None

    return screen


def _switch(code: str, request: Request) -> RedirectResponse:
    """Remember the language in this browser and go back."""
    answer = RedirectResponse(inside(request.query_params.get("next", "/")), status_code=303)
    if code in get_args(Language):
        answer.set_cookie(COOKIE, code, max_age=31_536_000, samesite="lax", httponly=True)
    return answer
