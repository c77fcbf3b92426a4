"""What went wrong, as RFC 9457 has it: every error of the house is a problem with a status, in the caller's language."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from quanyu import errors
from quanyu.api.public import TooLargeError, language_of
from quanyu.errors import QuanyuError
from quanyu.text import Language, Text, message_and_hint

TYPE = "application/problem+json"
STATUSES: Mapping[type[QuanyuError], int] = MappingProxyType(
    {
        errors.GivenError: 400,
        errors.AccessError: 403,
        errors.UnknownTableError: 404,
        errors.UnknownMetricError: 404,
        errors.WorkspaceBusyError: 503,
        errors.StorageError: 503,
        errors.DamageError: 503,
        errors.QuanyuError: 422,
    }
)
"""The status of an error: that of the nearest class."""
SECONDS = "60"
"""When to try again what cannot be done at present."""


class ApiError(QuanyuError):
    """A request that is refused before any action is asked for, with its status."""

    def __init__(self, message: Text, hint: Text = "", /, *, status: int, **values: object) -> None:
        super().__init__(message, hint, **values)
        self.status = status


def status_of(error: QuanyuError) -> int:
    """Return the status of an error.

    >>> status_of(errors.RuleError("x")), status_of(errors.WorkspaceBusyError("x")), status_of(ApiError("x", status=401))
    (422, 503, 401)
    """
    if isinstance(error, ApiError):
        return error.status
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def problem(error: QuanyuError, language: Language) -> tuple[int, bytes]:
    """Return the status and the body of a problem."""
    message, hint = message_and_hint(error, language)
    return status_of(error), body(status_of(error), type(error).__name__, message, hint)


def body(status: int, name: str, message: str, hint: str = "") -> bytes:
    """Return the body of a problem: `type` is a name that stays, `detail` says what happened, `hint` what to do next."""
    told = {
        "type": f"urn:quanyu:problem:{name}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": message,
    }
    return msgspec.json.encode(told | ({"hint": hint} if hint else {}))


def answer(status: int, told: bytes, more: Mapping[str, str] | None = None) -> Response:
    """Return a problem as an answer; what may work later says when."""
    later = {"Retry-After": SECONDS} if status in (429, 503) else {}
    challenge = {"WWW-Authenticate": "Bearer"} if status == 401 else {}
    return Response(told, status, headers={**later, **challenge, **(more or {})}, media_type=TYPE)


async def refused(request: Request, error: Exception) -> Response:
    """Answer an error of the house."""
    assert isinstance(error, QuanyuError)
    return answer(*problem(error, speech(request)))


async def lost(_request: Request, error: Exception) -> Response:
    """Answer what leads nowhere, or is asked for by another method than there is."""
    assert isinstance(error, HTTPException)
    told = body(error.status_code, HTTPStatus(error.status_code).name.lower(), str(error.detail))
    return answer(error.status_code, told, error.headers)


async def unforeseen(_request: Request, error: Exception) -> Response:
    """Answer what nobody foresaw: nothing of the inside is told."""
    return answer(500, body(500, "unforeseen", "Something went wrong that Quanyu did not foresee."))


async def too_large(request: Request, _error: Exception) -> Response:
    """Answer what is too large to be read."""
    error = ApiError("What was sent is too large.", "Hand a file over: PUT /api/v1/files/NAME", status=413)
    return answer(*problem(error, speech(request)), {"Connection": "close"})


def speech(request: Request) -> Language:
    """Return the language that whoever asks reads; that of the workspace where they do not say."""
    usual: Language = request.app.state.speech
    return language_of(request.headers.get("accept-language", ""), usual)


HANDLERS: dict[int | type[Exception], Any] = {
    QuanyuError: refused,
    HTTPException: lost,
    TooLargeError: too_large,
    Exception: unforeseen,
}
