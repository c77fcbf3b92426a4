"""Notifications by JPush, version 3 of its interface."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx

from quanyu.act.channel.lack import lacking, require
from quanyu.act.channel.message import Content, Outcome, Outgoing, Status
from quanyu.act.channel.wire import HttpSender, by_status, failed, spoken
from quanyu.act.settings import PushSettings
from quanyu.text import Sentence, Text
from quanyu.workspace import Workspace

Meaning = tuple[Status, str, float]
CODES: Mapping[int, Meaning] = {
    1000: ("retry", "provider_down", 60), 1003: ("permanent", "request_refused", 0), 1004: ("configuration", "account", 0),
    1008: ("configuration", "account", 0), 1011: ("permanent", "device_unknown", 0), 1020: ("configuration", "account", 0),
    2002: ("later", "throttled", 60), 2003: ("configuration", "account", 0),
}  # fmt: skip
CIDS = 10
"""As many as an app without a contract is given at once."""
REASONS: Mapping[str, Text] = {"device_unknown": "No device of this app, or one that is long gone"}


@dataclass(frozen=True)
class Push:
    """An app at JPush."""

    client: httpx.Client
    given: PushSettings
    cids: deque[str] = field(default_factory=deque)

    def deliver(self, message: Outgoing) -> Outcome | None:
        """Hand a notification over; None: nobody knows whether it was taken."""
        response = self._post(self._body(message))
        said = spoken(response)
        error = said.get("error")
        if isinstance(error, dict):
            status, reason, wait = CODES.get(int(error.get("code", 0)), ("permanent", "refused", 0))
            detail = f"{error.get('code')} {error.get('message', '')}"[:300]
            return Outcome(message.key, status, reason, detail, after_seconds=wait)
        if "msg_id" in said:
            return Outcome(message.key, "delivered", receipt=str(said["msg_id"]))
        return None if response.status_code >= 500 else by_status(message.key, response)

    def _post(self, body: dict[str, Any]) -> httpx.Response:
        """Hand it over, and once more where nobody knows whether it was taken: what bears the same cid is pushed once."""
        url, cid = f"{self.given.url}/v3/push", self._cid()
        body |= {"cid": cid} if cid else {}
        try:
            response = self.client.post(url, json=body)
        except httpx.TransportError as error:
            again = self._again(url, body) if cid and failed("", error) is None else None
            if again is None:
                raise
            return again
        is_told = response.status_code < 500 or "error" in spoken(response)
        return response if is_told or not cid else self._again(url, body) or response

    def _again(self, url: str, body: dict[str, Any]) -> httpx.Response | None:
        """Hand it over again; only that it was taken is believed, for a refusal does not say what became of the first."""
        with suppress(httpx.TransportError):
            response = self.client.post(url, json=body)
            return response if "msg_id" in spoken(response) else None
        return None

    def _cid(self) -> str:
        """Return one of the identifiers that JPush gives out for this, each good for a day; nothing where it gives none."""
        with suppress(httpx.HTTPError):
            if not self.cids:
                said = spoken(self.client.get(f"{self.given.url}/v3/push/cid", params={"count": CIDS}))
                self.cids.extend(map(str, said.get("cidlist") or ()))
        with suppress(IndexError):
            return self.cids.popleft()
        return ""

    def _body(self, message: Outgoing) -> dict[str, Any]:
        content = message.content
        extras = {"key": message.key} | ({"link": content.link} if content.link else {})
        words = {"title": content.subject, "body": content.text} if content.subject else content.text
        return {
            "platform": "all",
            "audience": {"registration_id": [message.contact]},
            "notification": {
                "android": {"alert": content.text, "title": content.subject, "extras": extras},
                "ios": {"alert": words, "extras": extras},
            },
            "options": {"time_to_live": self.given.live_seconds, "apns_production": self.given.is_production},
        }


def open_line(ws: Workspace) -> HttpSender:
    """Return a line to JPush. Raises `ChannelError` where the settings do not allow one."""
    require("push", missing(ws))
    given = ws.settings.of(PushSettings)
    login = (given.app_key, given.master_secret.get_secret_value())
    client = httpx.Client(timeout=given.timeout_seconds, follow_redirects=False, auth=login)
    return HttpSender(client, Push(client, given).deliver, lanes=given.lanes)


def missing(ws: Workspace) -> list[str]:
    """Return what the settings lack."""
    return lacking(ws.settings.of(PushSettings), "app_key", "master_secret")


def faults(_: Workspace, content: Content) -> list[str]:
    """Return what keeps a content from going out as a notification."""
    return [] if content.text.strip() else [Sentence("the notification says nothing")]
