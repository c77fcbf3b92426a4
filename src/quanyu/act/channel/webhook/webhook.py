"""Requests to a program of one's own: signed, never led inside a network, the same id for the same message."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

import httpx

from quanyu.act.channel.lack import lacking, require
from quanyu.act.channel.message import Outcome, Outgoing, Status
from quanyu.act.channel.signature import signed
from quanyu.act.channel.wire import BarredError, HttpSender, by_status, checked_address
from quanyu.act.settings import WebhookSettings
from quanyu.text import Sentence
from quanyu.workspace import Clock, Workspace

LEAST_BYTES = 24
REFUSED = (400, 404, 413, 422)
"""Statuses by which a program refuses one message rather than all."""


@dataclass(frozen=True)
class Webhook:
    """A program that takes messages. The numbers that were looked at are the ones that are asked, so that no name can turn."""

    client: httpx.Client
    url: str
    secret: bytes
    clock: Clock
    allow_private: bool = False

    def deliver(self, message: Outgoing) -> Outcome | None:
        """Hand a message over. It may be handed over again, for its id stays the same."""
        try:
            response = self._post(message)
        except BarredError as error:
            status: Status = "later" if error.is_passing else "configuration"
            return Outcome(message.key, status, "address_barred", str(error), after_seconds=60)
        except httpx.TransportError as error:
            return Outcome(message.key, "retry", "unreachable", type(error).__name__)
        if response.is_redirect:
            return Outcome(message.key, "configuration", "redirected", f"HTTP {response.status_code}")
        if response.status_code in REFUSED:
            return Outcome(message.key, "permanent", "refused", f"HTTP {response.status_code}")
        return by_status(message.key, response) or Outcome(message.key, "delivered")

    def _post(self, message: Outgoing) -> httpx.Response:
        body = body_of(message)
        headers = signed(self.secret, message.key, int(self.clock().timestamp()), body)
        if self.allow_private:
            return self.client.post(self.url, content=body, headers=headers)
        host, (*others, last) = checked_address(self.url)
        url, named = httpx.URL(self.url), {"sni_hostname": host}
        headers["Host"] = url.netloc.decode("ascii")
        for number in others:
            with suppress(httpx.ConnectError, httpx.ConnectTimeout):
                return self.client.post(
                    url.copy_with(host=number), content=body, headers=headers, extensions=named
                )
        return self.client.post(url.copy_with(host=last), content=body, headers=headers, extensions=named)


def body_of(message: Outgoing) -> bytes:
    """Return a message as its receiver reads it."""
    told: Mapping[str, Any] = {
        "type": "message",
        "key": message.key,
        "contact": message.contact,
        "is_marketing": message.is_marketing,
        "unsubscribe": message.unsubscribe,
        "content": asdict(message.content),
    }
    return json.dumps(told, ensure_ascii=False).encode()


def open_line(ws: Workspace) -> HttpSender:
    """Return a line to the program of a workspace. Raises `ChannelError` where the settings do not allow one."""
    given = ws.settings.of(WebhookSettings)
    require("webhook", missing(ws))
    client = httpx.Client(timeout=given.timeout_seconds, follow_redirects=False, trust_env=False)
    program = Webhook(client, given.url, _key(given) or b"", ws.now, given.allow_private)
    return HttpSender(client, program.deliver, lanes=given.lanes)


def missing(ws: Workspace) -> list[str]:
    """Return what the settings lack."""
    return list(_missing(ws.settings.of(WebhookSettings)))


def _missing(given: WebhookSettings) -> Iterator[str]:
    yield from lacking(given, "url")
    if given.url and not given.url.startswith(("https://", "http://") if given.allow_private else "https://"):
        yield Sentence("an address begins with https://")
    if _key(given) is None:
        yield Sentence("webhook.secret is no key: whsec_ and at least {n} bytes in base64", n=LEAST_BYTES)


def _key(given: WebhookSettings) -> bytes | None:
    try:
        key = base64.b64decode(given.secret.get_secret_value().removeprefix("whsec_"), validate=True)
    except (binascii.Error, ValueError):
        return None
    return key if len(key) >= LEAST_BYTES else None
