"""Who is at the console: the user of a session, or, as long as there is no user, whoever sits at this machine."""

from __future__ import annotations

import datetime as dt
import getpass
import hashlib
from dataclasses import dataclass
from typing import cast

from starlette.requests import HTTPConnection

from quanyu import ledger
from quanyu.ledger import Session
from quanyu.part.action import Caller
from quanyu.part.role import Role
from quanyu.web.settings import WebSettings
from quanyu.workspace import Workspace

FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
"""Headers of a request that came through a proxy."""
SEEN = dt.timedelta(minutes=1)
"""How exactly it is kept when somebody was last here."""


@dataclass(frozen=True)
class Visitor:
    """Who asks and in which role; the session is None where nobody had to sign in."""

    caller: Caller
    session: Session | None = None


def cookie_name(ws: Workspace) -> str:
    """Return the name of the cookie of sessions: consoles of one machine share their cookies, so each has its own."""
    owner = ledger.find_owner(ws.ledger)
    return f"quanyu_{hashlib.sha256((owner.workspace_id if owner else '').encode()).hexdigest()[:8]}"


def find_visitor(ws: Workspace, request: HTTPConnection, cookie: str) -> Visitor | None:
    """Return who asks, None where they have to sign in first.

    As long as there is no user, it is whoever sits at this machine; what came through a proxy did not come from there.
    """
    token = request.cookies.get(cookie, "")
    if token:
        now, idle = ws.now(), dt.timedelta(hours=ws.settings.of(WebSettings).idle_hours)
        session = ledger.find_session(ws.ledger, token, at=now, idle=idle)
        if session is not None:
            if now - session.seen_at >= SEEN:
                ledger.see_session(ws.ledger, session, now)
            return Visitor(Caller(session.name, role=cast(Role, session.role)), session)
    if ledger.list_users(ws.ledger) or any(name in request.headers for name in FORWARDED):
        return None
    return Visitor(Caller(getpass.getuser()))
