"""The application: one route for each action, made in a loop; what an action takes and gives is what the route does."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from quanyu.api.public import body_of
from quanyu.api.route.caller import Door
from quanyu.api.route.file import Files
from quanyu.api.route.once import Once, Told, UndoneError
from quanyu.api.route.openapi import PREFIX, openapi
from quanyu.api.route.problem import HANDLERS, ApiError, answer, problem, speech
from quanyu.errors import AccessError, ActionError, QuanyuError, WorkspaceBusyError
from quanyu.part.action import Action, Caller, actions, answered, check_role, perform
from quanyu.part.process import Process
from quanyu.text import Language
from quanyu.workspace import Workspace

MOST_BYTES = 1_000_000
"""Of what an action takes."""
UNDONE = (ActionError, AccessError, WorkspaceBusyError)
"""Errors by which an action says that it did not begin."""


def application(ws: Workspace) -> FastAPI:
    """Return the API of a workspace."""
    app = FastAPI(title="Quanyu", docs_url=None, redoc_url=None, openapi_url=f"{PREFIX}/openapi.json",
                  exception_handlers=HANDLERS, redirect_slashes=False)  # fmt: skip
    app.state.speech = ws.settings.speech
    door = Door(ws)
    for action in actions():
        app.add_api_route(
            f"{PREFIX}/v1/{action.name}", _route(ws, door, action), methods=["POST"], include_in_schema=False
        )
    files = Files(ws, door)
    address = f"{PREFIX}/v1/files/{{name}}"
    app.add_api_route(address, files.put, methods=["PUT"], include_in_schema=False)
    app.add_api_route(address, files.get, methods=["GET"], include_in_schema=False)
    app.openapi = openapi  # type: ignore[method-assign]
    return app


def _route(ws: Workspace, door: Door, action: Action) -> Callable[[Request], Awaitable[Response]]:
    async def ask(request: Request) -> Response:
        body = await body_of(request, MOST_BYTES)
        return await run_in_threadpool(_asked, ws, door, action, request, body)

    ask.__name__ = action.name
    return ask


def _asked(ws: Workspace, door: Door, action: Action, request: Request, body: bytes) -> Response:
    key, secret = door.key_of(request)
    kind = request.headers.get("content-type", "application/json").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise ApiError("What an action takes is sent as application/json.", status=415)
    caller, language = door.caller(key), speech(request)
    name = request.headers.get("idempotency-key") if action.writes else None
    if name is None:
        return _answer(_done(ws, action, body, caller, language, is_once=False))
    check_role(ws, action, caller)
    once = Once.of(key, secret, name, (action.name, body))
    told, is_again = once.answer(ws, lambda: _done(ws, action, body, caller, language, is_once=True))
    return _answer(told, {"Idempotency-Replayed": "true"} if is_again else None)


def _done(
    ws: Workspace, action: Action, body: bytes, caller: Caller, language: Language, *, is_once: bool
) -> Told:
    """Return the answer of an action; raise `UndoneError` for one that did not begin, where that matters."""
    try:
        return 200, answered(action, perform(ws, action, body, caller), caller)
    except QuanyuError as error:
        told = problem(error, language)
        if is_once and isinstance(error, UNDONE):
            raise UndoneError(told) from None
        return told


def _answer(told: Told, more: Mapping[str, str] | None = None) -> Response:
    status, body = told
    if status != 200:
        return answer(status, body, more)
    return Response(body, headers=dict(more or {}), media_type="application/json")


PROCESS = Process("api", (f"{PREFIX}/",), application)
"""Found by whoever serves."""
