"""The page where one signs in: a plain form that works without a script and without a socket, and what answers it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup
from nicegui import app
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from quanyu import ledger
from quanyu.errors import AccessError
from quanyu.part.access import login
from quanyu.text import Language, message_and_hint, translate
from quanyu.web.language import TAGS, inside, language_of
from quanyu.web.login.door import LOGIN, login_address, visitor_of
from quanyu.web.login.visitor import cookie_name
from quanyu.web.parts.markup import div, tag
from quanyu.web.settings import WebSettings
from quanyu.workspace import Workspace

LONGEST = 1_000
"""Characters of a field that are read."""


def serve_login(ws: Workspace, style: str) -> None:
    """Register the login, its form and the way out; `style` is the address of the style sheet."""
    cookie = cookie_name(ws)

    @app.get(LOGIN, include_in_schema=False)
    async def show(request: Request) -> Response:
        wanted = inside(request.query_params.get("next", "/"))
        if not await run_in_threadpool(ledger.list_users, ws.ledger):
            return RedirectResponse(wanted, 303)
        return HTMLResponse(_page(ws, style, language_of(request, ws), Entry(wanted)), headers=NOT_KEPT)

    @app.post(LOGIN, include_in_schema=False)
    async def answer(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=8)
        name, password, wanted = (str(form.get(word, ""))[:LONGEST] for word in ("name", "password", "next"))
        address = request.client.host if request.client else ""
        valid = dt.timedelta(days=ws.settings.of(WebSettings).session_days)
        wanted = inside(wanted or "/")
        try:
            _, token = await run_in_threadpool(
                login.sign_in, ws, name, password, address=address, valid=valid
            )
        except AccessError as error:
            page = _page(ws, style, language_of(request, ws), Entry(wanted, name, error))
            wait = {"Retry-After": str(error.seconds)} if isinstance(error, login.WaitError) else {}
            return HTMLResponse(page, 429 if wait else 401, headers={**NOT_KEPT, **wait})
        entered = RedirectResponse(wanted, 303)
        entered.set_cookie(
            cookie, token, max_age=int(valid.total_seconds()), httponly=True, samesite="lax",
            secure=request.url.scheme == "https",
        )  # fmt: skip
        return entered

    @app.post("/logout", include_in_schema=False)
    async def leave(request: Request) -> Response:
        form = await request.form(max_files=0, max_fields=2)
        visitor = visitor_of(request)
        session = visitor.session if visitor else None
        if session is not None and form.get("everywhere"):
            await run_in_threadpool(
                ledger.end_sessions, ws.ledger, session.name, who=session.name, at=ws.now()
            )
        elif session is not None:
            await run_in_threadpool(ledger.end_session, ws.ledger, session, at=ws.now())
        left = RedirectResponse(LOGIN, 303)
        left.delete_cookie(cookie, httponly=True, samesite="lax")
        return left


NOT_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True)
class Entry:
    """Where one wanted to go, and, after an attempt, the name that was typed and what was wrong."""

    wanted: str
    name: str = ""
    error: AccessError | None = None


def _page(ws: Workspace, style: str, language: Language, entry: Entry) -> str:
    """Return the page, with what was wrong with the attempt before."""
    said = translate("Sign in", language)
    shop, name = ws.settings.name or ws.root.name, entry.name
    fault = Markup("")
    if entry.error is not None:
        message, hint = message_and_hint(entry.error, language)
        fault = div("notice stop", tag("strong", message), div("muted", hint), role="alert", id="fault")
    here = quote(login_address(entry.wanted), safe="")
    tongues = [
        tag("a", label, href=f"/language/{code}?next={here}", hreflang=code, lang=code,
            aria_current="true" if code == language else None)
        for code, label in (("zh", "中文"), ("en", "EN"))
    ]  # fmt: skip
    form = tag(
        "form",
        tag("h1", said),
        tag("p", shop, class_="muted"),
        fault,
        tag("input", type="hidden", name="next", value=entry.wanted),
        _field(translate("Name", language), "name", "text", "username", name, is_first=not name),
        _field(
            translate("Password", language),
            "password",
            "password",
            "current-password",
            "",
            is_first=bool(name),
        ),
        tag("button", said, class_="plain strong", type="submit"),
        method="post",
        action=LOGIN,
        class_="panel",
    )
    brand = div("brand", Markup("<i></i>"), "全域" if language == "zh" else "Quanyu")
    switch = tag("nav", *tongues, class_="tongue", aria_label=translate("Language", language))
    head = Markup("").join(
        [
            Markup(
                '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
            ),
            tag("title", f"{said} · {shop} · Quanyu"),
            Markup('<link rel="icon" href="/static/mark.svg"><link rel="stylesheet" href="{}">').format(
                style
            ),
        ]
    )
    body = tag("body", div("entry", brand, switch), tag("main", form, id="content"), class_="sign-in")
    return "<!doctype html>" + str(tag("html", tag("head", head), body, lang=TAGS[language]))


def _field(label: str, name: str, kind: str, known_as: str, value: str, *, is_first: bool) -> Markup:
    """Return a labelled field."""
    field = tag(
        "input",
        id=name,
        name=name,
        type=kind,
        autocomplete=known_as,
        value=value or None,
        required=True,
        autofocus=is_first,
        maxlength=LONGEST,
    )
    return div("", tag("label", label, for_=name), field)
