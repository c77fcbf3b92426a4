"""Who asks: the key of a request, how often it may ask, and the folder of the files that it hands over."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request

from quanyu import ledger
from quanyu.api.public import Counter
from quanyu.api.route.problem import ApiError
from quanyu.api.settings import ApiSettings
from quanyu.ledger import ApiKey
from quanyu.part.action import Caller
from quanyu.part.role import Role
from quanyu.workspace import Workspace

MOST_FAILURES = 60
"""Requests a minute with a key that opens nothing, from one address."""


class Door:
    """Asks of each request whose it is; counts those that fail by address, and those that do not by key."""

    def __init__(self, ws: Workspace) -> None:
        self.ws = ws
        self.failures = Counter(MOST_FAILURES)
        self.asked = Counter(ws.settings.of(ApiSettings).per_minute)

    def key_of(self, request: Request) -> tuple[ApiKey, str]:
        """Return the key of a request and its secret; raise `ApiError` (401, 429)."""
        address, second = (request.client.host if request.client else ""), self.ws.now().timestamp()
        scheme, _, secret = request.headers.get("authorization", "").partition(" ")
        is_bearer = scheme.lower() == "bearer"
        key = ledger.find_key(self.ws.ledger, secret.strip(), at=self.ws.now()) if is_bearer else None
        if key is None:
            # Whoever has a key is heard, however many others fail behind the same proxy.
            if not self.failures.add(address, second):
                raise ApiError("Too many requests with a wrong key came from this address.", status=429)
            raise ApiError(
                "This needs a key that is valid.",
                "Send it as Authorization: Bearer qy_...; an owner makes one: quanyu key add NAME --role analyst",
                status=401,
            )
        if not self.asked.add(key.prefix, second):
            raise ApiError(
                "The key {prefix} asks too often.", "Wait a minute.", prefix=key.prefix, status=429
            )
        return key, secret.strip()

    def caller(self, key: ApiKey) -> Caller:
        """Return whom the audit log names for a key, in its role."""
        role: Role = key.role  # type: ignore[assignment]
        return Caller(f"{key.name} (qy_{key.prefix})", role=role, files=folder(self.ws, role))


def folder(ws: Workspace, role: Role) -> Path:
    """Return where the files of programs in a role lie; those of another role are not seen."""
    place = ws.path("files", role)
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    return place
