"""Template messages and subscription notices of WeChat: both take a template and its values, never words of one's own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from quanyu.act.channel.message import Content, Outcome, Outgoing, Status
from quanyu.act.channel.wire import HttpSender, Tokens, by_status
from quanyu.act.settings import WechatSettings
from quanyu.errors import ChannelError
from quanyu.text import Sentence, Text
from quanyu.workspace import Workspace

Meaning = tuple[Status, str, float]
PATHS = {
    "template": "/cgi-bin/message/template/send",
    "subscribe": "/cgi-bin/message/subscribe/bizsend",
    "mini": "/cgi-bin/message/subscribe/send",
}
STALE = {40001, 40014, 42001}
"""Codes of a token that has ended or was replaced."""
QUOTA_SECONDS = 3_600.0
"""How long messages wait when the day's quota is used up, before WeChat is asked again."""
CODES: Mapping[int, Meaning] = {
    -1: ("retry", "provider_down", 60), 40003: ("permanent", "openid_invalid", 0), 40037: ("configuration", "template_unknown", 0),
    41030: ("configuration", "page_unknown", 0), 43004: ("opt_out", "not_following", 0), 43101: ("opt_out", "opted_out", 0),
    45009: ("later", "throttled", QUOTA_SECONDS), 47003: ("permanent", "field_refused", 0), 48001: ("configuration", "account", 0),
    40013: ("configuration", "account", 0), 40125: ("configuration", "account", 0), 40164: ("configuration", "account", 0),
    50002: ("configuration", "account", 0),
}  # fmt: skip
REASONS: Mapping[str, Text] = {
    "openid_invalid": "Not an identifier of this account",
    "template_unknown": "The account has no such template",
    "page_unknown": "The mini program has no such page",
    "not_following": "The person does not follow the account",
    "field_refused": "A value does not fit its place in the template",
    "marketing_not_allowed": "WeChat allows template messages for service notices only",
}
LONGEST: Mapping[str, int] = {"thing": 20, "phrase": 5, "number": 32, "character_string": 32, "name": 10}
"""Letters that a value of a subscription notice may have, by the kind of its place."""
PLACE = re.compile(r"([a-z_]+)\d+")


class RefusedError(Exception):
    """No token was given; the meaning says why."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(said)
        self.code = code


@dataclass(frozen=True)
class Wechat:
    """An account of WeChat."""

    client: httpx.Client
    given: WechatSettings
    tokens: Tokens

    def check(self, message: Outgoing) -> Outcome | None:
        """Return what becomes of a message that WeChat would refuse, before it is asked."""
        if self.given.message == "template":
            if message.is_marketing:
                return Outcome(message.key, "permanent", "marketing_not_allowed")
            return None
        for name, value in message.content.fields.items():
            place = PLACE.fullmatch(name)
            if place and len(value) > LONGEST.get(place[1], len(value)):
                return Outcome(message.key, "permanent", "field_refused", name)
        return None

    def deliver(self, message: Outgoing) -> Outcome | None:
        """Hand a message over; a token that has ended is made anew, once. None: nobody knows whether it was taken."""
        try:
            token = self.tokens.get()
            response, code, said = self._post(token, message)
            if code in STALE:
                response, code, said = self._post(self.tokens.get(bad=token), message)
        except RefusedError as error:
            status, reason, wait = CODES.get(error.code, ("configuration", "account", 0))
            return Outcome(message.key, status, reason, str(error), after_seconds=wait)
        if code is None:
            return None if response.status_code >= 500 else by_status(message.key, response)
        if code == 0:
            return Outcome(message.key, "delivered", receipt=str(said.get("msgid", "")))
        status, reason, wait = CODES.get(
            code, ("configuration", "account", 0) if code in STALE else ("permanent", "refused", 0)
        )
        return Outcome(
            message.key, status, reason, f"{code} {said.get('errmsg', '')}"[:300], after_seconds=wait
        )

    def _post(self, token: str, message: Outgoing) -> tuple[httpx.Response, int | None, Mapping[str, Any]]:
        content = message.content
        body: dict[str, Any] = {
            "touser": message.contact,
            "template_id": content.template,
            "data": {name: {"value": value} for name, value in content.fields.items()},
        }
        if content.link:
            body["url" if self.given.message == "template" else "page"] = content.link
        address = f"{self.given.url}{PATHS[self.given.message]}"
        response = self.client.post(address, params={"access_token": token}, json=body)
        said = _object(response)
        code = said.get("errcode")
        return response, code if isinstance(code, int) else None, said


def open_line(ws: Workspace) -> HttpSender:
    """Return a line to the account of a workspace. Raises `ChannelError` where the settings do not allow one."""
    if wrong := missing(ws):
        raise ChannelError(
            "The channel {channel} is not set up: {wrong}.",
            "See docs/how-to/set-up-channels.md.",
            channel="wechat",
            wrong=wrong[0],
        )
    given = ws.settings.of(WechatSettings)
    client = httpx.Client(timeout=given.timeout_seconds, follow_redirects=False)

    def ask() -> tuple[str, float]:
        secret = given.app_secret.get_secret_value()
        asked = {"grant_type": "client_credential", "appid": given.app_id, "secret": secret}
        try:
            said = _object(client.get(f"{given.url}/cgi-bin/token", params=asked))
        except httpx.HTTPError as error:  # the message itself was not sent
            raise RefusedError(-1, type(error).__name__) from None
        if "access_token" not in said:
            code = said.get("errcode", -1)
            raise RefusedError(int(code), f"{code} {said.get('errmsg', '')}".replace(secret, "***"))
        return str(said["access_token"]), float(said.get("expires_in", 7_200))

    tokens = Tokens(ws.path("tokens"), f"{given.url} {given.app_id}", ws.clock, ask)
    account = Wechat(client, given, tokens)
    return HttpSender(client, account.deliver, account.check, lanes=given.lanes)


def missing(ws: Workspace) -> list[str]:
    """Return what the settings lack."""
    return list(_missing(ws.settings.of(WechatSettings)))


def faults(_: Workspace, content: Content) -> list[str]:
    """Return what keeps a content from going out by WeChat."""
    return [] if content.template else [Sentence("the message names no template of the account")]


def _missing(given: WechatSettings) -> Iterator[str]:
    if not given.app_id:
        yield Sentence("the setting {setting} is missing", setting="wechat.app_id")
    if not given.app_secret.get_secret_value():
        yield Sentence("the setting {setting} is missing", setting="wechat.app_secret")


def _object(response: httpx.Response) -> Mapping[str, Any]:
    try:
        said = response.json()
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
