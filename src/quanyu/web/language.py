"""The language of a browser: a cookie that a link sets; and addresses that stay in this console."""

from __future__ import annotations

from typing import get_args
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse

from quanyu.text import Language
from quanyu.workspace import Workspace

COOKIE = "quanyu_language"
TAGS = {"zh": "zh-CN", "en": "en-US"}


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


def switch(code: str, request: Request) -> RedirectResponse:
    """Remember the language in this browser and go back."""
    answer = RedirectResponse(inside(request.query_params.get("next", "/")), status_code=303)
    if code in get_args(Language):
        answer.set_cookie(COOKIE, code, max_age=31_536_000, samesite="lax", httponly=True)
    return answer
