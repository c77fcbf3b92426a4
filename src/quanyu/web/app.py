"""The console as a web application: its routes, and who may reach it."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from nicegui import Client, app, background_tasks, run, ui
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from quanyu import ledger
from quanyu.discovery import declared
from quanyu.errors import SettingError
from quanyu.part.role import may
from quanyu.text import Text
from quanyu.web.cache import Cache
from quanyu.web.frame import frame
from quanyu.web.guard import Guard
from quanyu.web.language import TAGS, language_of, switch
from quanyu.web.login import Door, serve_login, visitor_of
from quanyu.web.memory import Memory
from quanyu.web.page import Page, pages
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import empty, fault, report, way_home
from quanyu.web.parts.table import serve_streams
from quanyu.web.settings import WebSettings
from quanyu.web.view import View
from quanyu.workspace import Workspace

LOOPBACK = ("127.0.0.1", "localhost", "::1")
STATIC = Path(__file__).parent / "static"
UNSAID = "Not Found"
"""What the framework says of an address that nobody serves."""


def serve(
    ws: Workspace, host: str = "127.0.0.1", port: int = 8080, names: Collection[str] = ("public",)
) -> None:
    """Serve the console until it is stopped, and the processes named in the same program.

    It answers under the names of this machine and those that are set, so that a page of another site that points its own
    name here is refused. Raises `SettingError` if other machines could reach it and nobody could sign in.
    """
    known = ws.settings.of(WebSettings)
    check_reach(ws, host, port)
    build(ws, names)
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
        proxy_headers=bool(known.proxies),
        forwarded_allow_ips=list(known.proxies),
    )


def check_reach(ws: Workspace, host: str, port: int) -> None:
    """Raise `SettingError` if other machines could reach the console and there is no user, or it has no name for them."""
    known = ws.settings.of(WebSettings)
    if host in LOOPBACK and not known.hosts:
        return
    if not ledger.list_users(ws.ledger):
        raise SettingError(
            "The console may not be opened to {host!r}: there is no user, so nobody would have to sign in.",
            "Add an owner first: quanyu user add NAME --role owner. Or use an SSH tunnel from the other machine: "
            "ssh -L {port}:127.0.0.1:{port} HOST.",
            host=known.hosts[0] if host in LOOPBACK else host,
            port=port,
        )
    if not known.hosts:
        raise SettingError(
            "The console may not be opened to {host!r}: it is not known under which names it is reached.",
            'Set them in quanyu.toml, such as: [web] hosts = ["quanyu.example.cn"]',
            host=host,
        )


def build(ws: Workspace, names: Collection[str] = ("public",)) -> None:
    """Register the screens, the style and the language switch of a workspace's console, beside the processes named."""
    cache, memory = Cache(ws), Memory()
    app.add_middleware(Door, ws=ws)
    app.add_middleware(Guard)
    (surround,) = declared("SURROUND", "api/serve")
    app.add_middleware(surround, ws=ws, names=names, figures=("/health/metrics",))
    hosts = ["127.0.0.1", "localhost", "[::1]", *ws.settings.of(WebSettings).hosts]
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts)
    app.add_static_files("/static", STATIC)
    app.colors(primary="#2457c5")
    ui.add_head_html(f'<link rel="stylesheet" href="{_stamped("console.css")}">', shared=True)
    for page in pages():
        ui.page(page.path)(_screen(ws, cache, memory, page))
    app.exception_handler(404)(_lost(ws, cache, memory))
    serve_streams(ws, memory)
    serve_login(ws, _stamped("console.css"))

    app.on_startup(
        lambda: background_tasks.create(
            run.io_bound(_warm, View(ws, cache, ws.settings.speech, "/", {}, memory))
        )
    )
    app.get("/language/{code}", include_in_schema=False)(switch)


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


def _lost(ws: Workspace, cache: Cache, memory: Memory) -> Callable[..., Any]:
    """Return what answers an address that leads nowhere: the frame, a sentence, and the way home."""

    async def answer(request: Request, error: Exception) -> Response:
        if "text/html" not in request.headers.get("accept", "") or visitor_of(request) is None:
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


def _barred(view: View, page: Page) -> int:
    """Draw the page of what one's role may not see."""
    put(tag("h1", view.say(page.title)), class_="head")
    empty(
        view,
        "This page is not for the role {role}",
        "An owner can give you another role.",
        role=view.say(view.caller.role),
    )
    put(way_home(view))
    return 403


def _screen(ws: Workspace, cache: Cache, memory: Memory, page: Page) -> Callable[..., Any]:
    def screen(request: Request) -> Response | None:
        query, visitor = dict(request.query_params), visitor_of(request)
        assert visitor is not None  # the door let nobody else in
        view = View(
            ws,
            cache,
            language_of(request, ws),
            quote(request.scope["path"]),
            query,
            memory,
            caller=visitor.caller,
            session=visitor.session,
        )
        client = ui.context.client
        client.page = copy.copy(client.page)
        client.page.language = TAGS[view.language]  # type: ignore[assignment]
        is_allowed = may(view.caller.role, *page.roles)
        with frame(view, view.say(page.title)):
            try:
                status = page.draw(view, **request.path_params) if is_allowed else _barred(view, page)
                return client.build_response(request, status) if status else None
            except Exception as error:
                report(error)
                put(tag("h1", view.say(page.title)), class_="head")
                fault(view, error)
                put(way_home(view))
        return None

    return screen
