"""The public application: clicks, openings, unsubscribing, preferences, and what providers post.

It reads and writes only the ledger. A link acts by its seal, without a login or a cookie; what changes something is posted,
because programs follow links.
"""

from __future__ import annotations

from contextlib import suppress

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from quanyu import ledger
from quanyu.act.channel import channel_named
from quanyu.act.slot import message_for
from quanyu.act.track import agent_of, record_responses
from quanyu.act.visit import Visit, address_of, preference, record_visit, visit_of
from quanyu.api.public.door import (
    FORM_BYTES,
    MOST_BYTES,
    MOST_FAILURES,
    MOST_VISITS,
    Counter,
    Headers,
    TooLargeError,
    body_of,
    busy,
    too_large,
)
from quanyu.api.public.form import Pages
from quanyu.errors import ChannelError, QuanyuError
from quanyu.part.process import Process
from quanyu.workspace import Workspace

GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
"""One transparent dot."""

PAGES = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "GET",
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Vary": "Origin",
}
"""What lets pages of any site read an answer; `no-store` keeps it out of every cache."""


def application(ws: Workspace) -> Starlette:
    """Return the public application of a workspace: `/c/`, `/o/`, `/u/`, `/p/`, `/slot/` and `/hook/`."""
    public = Public(ws)
    routes = [
        Route("/c/{token}", public.click, methods=["GET"]),
        Route("/o/{token}.gif", public.opened, methods=["GET"]),
        Route("/u/{token}", public.unsubscribe, methods=["GET", "POST"]),
        Route("/p/{token}", public.preferences, methods=["GET", "POST"]),
        Route("/slot/{name}", public.slot, methods=["GET", "OPTIONS"]),
        Route("/hook/{channel}", public.hook, methods=["POST"]),
    ]
    made = Starlette(routes=routes, exception_handlers={TooLargeError: too_large, QuanyuError: busy})
    made.add_middleware(Headers)
    return made


class Public:
    """The handlers, with the counts that limit what fails."""

    def __init__(self, ws: Workspace) -> None:
        self.ws, self.pages = ws, Pages(ws)
        self.failures, self.visits = Counter(MOST_FAILURES), Counter(MOST_VISITS)

    async def click(self, request: Request) -> Response:
        """Lead to the address of a link, and record that it was followed."""
        return await run_in_threadpool(self._click, request)

    def _click(self, request: Request) -> Response:
        who = self._visit(request, "click")
        address = address_of(self.ws, who) if who else ""
        if who is None or not address:
            return self._failed(request)
        self._record(request, who, "clicked", address)
        return RedirectResponse(address, 302)

    async def opened(self, request: Request) -> Response:
        """Give the dot, and record that it was fetched; whoever asks gets the same dot."""
        return await run_in_threadpool(self._opened, request)

    def _opened(self, request: Request) -> Response:
        who = self._visit(request, "open")
        if who is not None:
            self._record(request, who, "opened")
        return Response(GIF, media_type="image/gif")

    async def unsubscribe(self, request: Request) -> Response:
        """Show what would be unsubscribed from (GET), and do it (POST): by a button, or in one click by a mail program."""
        body = await body_of(request, FORM_BYTES) if request.method == "POST" else b""
        return await run_in_threadpool(self._unsubscribe, request, body)

    def _unsubscribe(self, request: Request, body: bytes) -> Response:
        who = self._visit(request, "unsubscribe")
        if who is None:
            return self._failed(request)
        if request.method != "POST":
            return self.pages.ask(request, who)
        is_one_click = b"one-click" in body.lower()
        preference.unsubscribe(self.ws, who, "one_click" if is_one_click else "link")
        return self.pages.unsubscribed(request, who)

    async def preferences(self, request: Request) -> Response:
        """Show what somebody may choose (GET), and record what they chose (POST)."""
        body = await body_of(request, FORM_BYTES) if request.method == "POST" else b""
        return await run_in_threadpool(self._preferences, request, body)

    def _preferences(self, request: Request, body: bytes) -> Response:
        who = self._visit(request, "preferences")
        if who is None:
            return self._failed(request)
        return (
            self.pages.chosen(request, who, body)
            if request.method == "POST"
            else self.pages.choices(request, who)
        )

    async def slot(self, request: Request) -> Response:
        """Give a page what is due in a slot for the browser that asks: 200 with the message, 204 where nothing is.

        Pages of any site may read the answer: no cookie is looked at, and who asks has to know the browser's own identifier.
        """
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=PAGES)
        if self._is_barred(request):
            return PlainTextResponse("Too many requests", 429, headers=PAGES)
        return await run_in_threadpool(self._slot, request)

    def _slot(self, request: Request) -> Response:
        told = request.query_params
        key, browser = told.get("key", ""), told.get("id", "").strip()
        if not self._is_source(key):
            self.failures.add(_address(request), self._second())
            return PlainTextResponse("The write key is not known", 401, headers=PAGES)
        agent = agent_of(request.headers.get("user-agent", ""), request.method)
        is_heard = browser and request.method == "GET" and self.visits.add(browser, self._second())
        message = message_for(self.ws, request.path_params["name"], browser, agent) if is_heard else None
        return (
            Response(status_code=204, headers=PAGES)
            if message is None
            else JSONResponse(message, headers=PAGES)
        )

    def _is_source(self, key: str) -> bool:
        return any(one.write_key == key and one.is_valid for one in ledger.list_sources(self.ws.ledger))

    async def hook(self, request: Request) -> Response:
        """Take what a provider posts, once the channel has found that the provider wrote it."""
        if self._is_barred(request):
            return PlainTextResponse("Too many requests", 429)
        body = await body_of(request, MOST_BYTES)
        return await run_in_threadpool(self._hook, request, body)

    def _hook(self, request: Request, body: bytes) -> Response:
        name = request.path_params["channel"]
        try:
            receive = channel_named(name).receive
            if receive is None:
                return self._failed(request, as_page=False)
            headers = {key.lower(): value for key, value in request.headers.items()}
            record_responses(self.ws, name, receive(self.ws, headers, body))
        except ChannelError:
            return self._failed(request, as_page=False)
        return PlainTextResponse("")

    def _visit(self, request: Request, purpose: str) -> Visit | None:
        # Whoever has a link that the shop made is heard, however many others fail behind the same proxy.
        return visit_of(self.ws, request.path_params["token"], purpose)

    def _record(self, request: Request, who: Visit, kind: str, link: str = "") -> None:
        if self.visits.add(request.path_params["token"], self._second()):
            agent = agent_of(request.headers.get("user-agent", ""), request.method)
            with suppress(QuanyuError):  # where the ledger is busy the link leads on all the same
                record_visit(self.ws, who, kind, agent, link)

    def _failed(self, request: Request, *, as_page: bool = True) -> Response:
        """Answer what leads nowhere; an address that tries many is not looked at for the rest of the minute."""
        is_allowed = self.failures.add(_address(request), self._second())
        if not is_allowed:
            return PlainTextResponse("Too many requests", 429, headers={"Retry-After": "60"})
        return self.pages.lost(request) if as_page else PlainTextResponse("Not found", 404)

    def _is_barred(self, request: Request) -> bool:
        return self.failures.is_full(_address(request), self._second())

    def _second(self) -> float:
        return self.ws.now().timestamp()


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


PROCESS = Process("public", ("/c/", "/o/", "/u/", "/p/", "/slot/", "/hook/"), application)
"""Found by whoever serves."""
