"""The door: who may be here, what is shown to everybody, and sockets that stop with their session."""

from __future__ import annotations

import asyncio
import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse

from quanyu import ledger
from quanyu.ledger import User
from quanyu.web.login import Door, door, visitor_of
from quanyu.web.login.visitor import cookie_name
from quanyu.workspace import Workspace

PAGE = {"accept": "text/html"}


@dataclass
class Heard:
    """What an application said, and what it was told by a socket."""

    sent: list[dict[str, Any]] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def status(self) -> int:
        return self.sent[0]["status"]

    @property
    def text(self) -> str:
        return b"".join(part.get("body", b"") for part in self.sent).decode()

    @property
    def location(self) -> str:
        return dict(self.sent[0]["headers"])[b"location"].decode()


async def behind(scope, receive, send) -> None:
    """Say who asks; repeat what a socket says."""
    if scope["type"] == "http":
        visitor = visitor_of(Request(scope))
        said = f"{visitor.caller.who} {visitor.caller.role}" if visitor else "everybody"
        await PlainTextResponse(said)(scope, receive, send)
        return
    await send({"type": "websocket.accept"})
    while (message := await receive())["type"] == "websocket.receive":
        await send({"type": "websocket.send", "text": message["text"]})
    await send({"type": "websocket.send", "text": "nobody hears this"})


def ask(ws: Workspace, path: str, token: str = "", method: str = "GET", **headers: str) -> Heard:
    """Ask a console of a workspace for an address; a method that is a list of words and calls is said on a socket."""
    with ThreadPoolExecutor(1) as apart:  # a browser of another test may hold this thread's loop
        return apart.submit(lambda: asyncio.run(_ask(ws, path, token, method, headers))).result()


async def _ask(ws: Workspace, path: str, token: str, method: Any, headers: dict[str, str]) -> Heard:
    heard = Heard()
    named = {**headers, **({"cookie": f"{cookie_name(ws)}={token}"} if token else {})}
    target, _, query = path.partition("?")
    scope = {
        "type": "http" if isinstance(method, str) else "websocket",
        "path": target,
        "query_string": query.encode(),
        "headers": [
            (name.replace("_", "-").lower().encode(), value.encode()) for name, value in named.items()
        ],
        "server": ("127.0.0.1", 8080),
        "scheme": "http",
    }
    words = [] if isinstance(method, str) else list(method)
    scope |= {"method": method} if isinstance(method, str) else {}

    async def receive() -> dict[str, Any]:
        while words and callable(words[0]):
            words.pop(0)()
        if not words:
            return {"type": "websocket.disconnect" if scope["type"] == "websocket" else "http.disconnect"}
        return {"type": "websocket.receive", "text": words.pop(0)}

    async def send(message: dict[str, Any]) -> None:
        heard.sent.append(message)
        if message["type"] in ("websocket.send", "websocket.close"):
            heard.told.append(message.get("text", "closed"))

    await Door(behind, ws)(scope, receive, send)
    return heard


@pytest.fixture
def ws(make_workspace) -> Workspace:
    return make_workspace()


def entered(ws: Workspace, name: str = "li", role: str = "marketer") -> str:
    now = ws.now()
    ledger.save_user(ws.ledger, User(name, role, "hash", True, now), who="root", at=now)
    more = {"address": "", "at": now, "expires_at": now + dt.timedelta(days=1)}
    ledger.begin_session(ws.ledger, f"token-{name}", name, **more)
    return f"token-{name}"


def test_without_users_whoever_sits_here_is_the_owner(ws, monkeypatch) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "me")
    assert ask(ws, "/people").text == "me owner"
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via", "X-Forwarded-Host"):
        assert ask(ws, "/people", **{header: "192.0.2.7"}).status == 401, "not from this machine"


def test_from_the_first_user_on_everybody_signs_in(ws) -> None:
    token = entered(ws)
    asked = ask(ws, "/metrics?grain=week", **PAGE)
    assert (asked.status, asked.location) == (303, "/login?next=%2Fmetrics%3Fgrain%3Dweek")
    assert ask(ws, "/list/mark.csv").status == 401
    assert ask(ws, "/people", method="POST", **PAGE).status == 401
    assert ask(ws, "/socket", method=["one"]).told == ["closed"]
    assert ask(ws, "/people", token).text == "li marketer"
    assert ask(ws, "/people", "made up").status == 401


@pytest.mark.parametrize("path", ["/login", "/static/console.css", "/language/zh", "/favicon.ico"])
def test_some_is_shown_to_everybody(ws, path) -> None:
    entered(ws)
    assert ask(ws, path).text == "everybody"


@pytest.mark.parametrize(
    "path", ["/loginx", "/login/", "/static", "//login", "/x/login", "/_nicegui/x", "/people/login"]
)
def test_and_nothing_like_it_is(ws, path) -> None:
    entered(ws)
    assert ask(ws, path).status == 401


def test_consoles_of_one_machine_have_cookies_of_their_own(make_workspace) -> None:
    first, second = make_workspace(), make_workspace()
    token = entered(first)
    entered(second, "wang")
    assert cookie_name(first) != cookie_name(second)
    assert ask(second, "/people", token).status == 401


@pytest.fixture
def attentive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PAUSE", 0)


@pytest.mark.usefixtures("attentive")
def test_a_socket_stops_with_its_session(ws) -> None:
    token = entered(ws)
    leave = lambda: ledger.end_sessions(ws.ledger, "li", who="wang", at=ws.now())  # noqa: E731
    assert ask(ws, "/socket", token, method=["one", leave, "two", "three"]).told == [
        "one",
        door.AWAY,
        "closed",
    ]


@pytest.mark.usefixtures("attentive")
def test_a_socket_stops_when_its_user_gets_another_role(ws) -> None:
    token = entered(ws)
    placed = User("li", "viewer", "hash", True, ws.now())
    place = lambda: ledger.save_user(ws.ledger, placed, who="root", at=ws.now())  # noqa: E731
    assert ask(ws, "/socket", token, method=["one", place, "two"]).told == ["one", door.AWAY, "closed"]


@pytest.mark.usefixtures("attentive")
def test_a_socket_of_this_machine_stops_with_the_first_user(ws) -> None:
    assert ask(ws, "/socket", method=["one", lambda: entered(ws), "two"]).told == ["one", door.AWAY, "closed"]


def test_a_session_is_seen_at_most_once_a_minute(ws, monkeypatch) -> None:
    token = entered(ws)
    seen: list[object] = []
    monkeypatch.setattr(ledger, "see_session", lambda *words: seen.append(words))
    ask(ws, "/people", token)
    assert not seen
    later = Workspace(ws.root, ws.settings, lambda: ws.now() + dt.timedelta(minutes=2))
    ask(later, "/people", token)
    assert len(seen) == 1
    later.close()
