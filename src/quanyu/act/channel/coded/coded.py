"""Interfaces that take a token in the address and answer with a code whatever became of a request: WeChat's and WeCom's."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from quanyu.act.channel.coded.token import Tokens
from quanyu.act.channel.message import Outcome, Status
from quanyu.act.channel.wire import by_status, spoken
from quanyu.workspace import Workspace

Meaning = tuple[Status, str, float]
STALE = frozenset({40001, 40014, 42001})
"""Codes of a token that has ended or was replaced."""
ACCOUNT: Meaning = ("configuration", "account", 0)
REFUSED: Meaning = ("permanent", "refused", 0)


class RefusedError(Exception):
    """No token was given; the code says why."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(said)
        self.code = code


@dataclass(frozen=True)
class Login:
    """How a token is asked for: where, with what, and which of that is the secret. Each secret has a token of its own."""

    path: str
    given: Mapping[str, str]
    secret: str


@dataclass(frozen=True)
class CodedApi:
    """An account behind such an interface; `codes` say what its answers mean."""

    client: httpx.Client
    url: str
    tokens: Tokens
    codes: Mapping[int, Meaning]

    @classmethod
    def of(
        cls, ws: Workspace, client: httpx.Client, url: str, login: Login, codes: Mapping[int, Meaning]
    ) -> CodedApi:
        """Return the account of a workspace, whose token all its workers share."""

        def ask() -> tuple[str, float]:
            try:
                said = spoken(client.get(f"{url}{login.path}", params=dict(login.given)))
            except httpx.HTTPError as error:  # the message itself was not sent
                raise RefusedError(-1, type(error).__name__) from None
            if not said.get("access_token"):
                code = said.get("errcode", -1)
                raise RefusedError(int(code), f"{code} {said.get('errmsg', '')}".replace(login.secret, "***"))
            return str(said["access_token"]), float(said.get("expires_in", 7_200))

        print_of = hashlib.sha256(f"{sorted(login.given.items())}".encode()).hexdigest()
        return cls(client, url, Tokens(ws.path("tokens"), f"{url} {print_of}", ws.clock, ask), codes)

    def hand_over(self, key: str, path: str, body: Any) -> tuple[Outcome | None, Mapping[str, Any]]:
        """Return what became of a message and what was answered; a token that has ended is made anew, once.

        No outcome: nobody knows whether it was taken.
        """
        try:
            token = self.tokens.get()
            response, said = self._post(token, path, body)
            if said.get("errcode") in STALE:
                response, said = self._post(self.tokens.get(bad=token), path, body)
        except RefusedError as error:
            return _outcome(key, self.codes.get(error.code, ACCOUNT), str(error)), {}
        code = said.get("errcode")
        if not isinstance(code, int):
            return None if response.status_code >= 500 else by_status(key, response), said
        if code == 0:
            return Outcome(key, "delivered", receipt=str(said.get("msgid", ""))), said
        meaning = self.codes.get(code, ACCOUNT if code in STALE else REFUSED)
        return _outcome(key, meaning, f"{code} {said.get('errmsg', '')}"), said

    def _post(self, token: str, path: str, body: Any) -> tuple[httpx.Response, Mapping[str, Any]]:
        response = self.client.post(f"{self.url}{path}", params={"access_token": token}, json=body)
        return response, spoken(response)


def _outcome(key: str, meaning: Meaning, detail: str) -> Outcome:
    status, reason, wait = meaning
    return Outcome(key, status, reason, detail[:300], after_seconds=wait)
