"""Template messages and subscription notices of WeChat: both take a template and its values, never words of one's own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from quanyu.act.channel.coded import ACCOUNT, CodedApi, Login, Meaning
from quanyu.act.channel.lack import lacking, require
from quanyu.act.channel.message import Content, Outcome, Outgoing
from quanyu.act.channel.wire import HttpSender
from quanyu.act.settings import WechatSettings
from quanyu.text import Sentence, Text
from quanyu.workspace import Workspace

PATHS = {
    "template": "/cgi-bin/message/template/send",
    "subscribe": "/cgi-bin/message/subscribe/bizsend",
    "mini": "/cgi-bin/message/subscribe/send",
}
QUOTA_SECONDS = 3_600.0
"""How long messages wait when the day's quota is used up, before WeChat is asked again."""
CODES: Mapping[int, Meaning] = {
    -1: ("retry", "provider_down", 60), 40003: ("permanent", "openid_invalid", 0), 40037: ("configuration", "template_unknown", 0),
    41030: ("configuration", "page_unknown", 0), 43004: ("opt_out", "not_following", 0), 43101: ("opt_out", "opted_out", 0),
    45009: ("later", "throttled", QUOTA_SECONDS), 47003: ("permanent", "field_refused", 0), 48001: ACCOUNT,
    40013: ACCOUNT, 40125: ACCOUNT, 40164: ACCOUNT,
    50002: ACCOUNT,
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


@dataclass(frozen=True)
class Wechat:
    """An account of WeChat."""

    api: CodedApi
    given: WechatSettings

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
        """Hand a message over; None: nobody knows whether it was taken."""
        content = message.content
        body: dict[str, Any] = {
            "touser": message.contact,
            "template_id": content.template,
            "data": {name: {"value": value} for name, value in content.fields.items()},
        }
        if content.link:
            body["url" if self.given.message == "template" else "page"] = content.link
        return self.api.hand_over(message.key, PATHS[self.given.message], body)[0]


def open_line(ws: Workspace) -> HttpSender:
    """Return a line to the account of a workspace. Raises `ChannelError` where the settings do not allow one."""
    require("wechat", missing(ws))
    given = ws.settings.of(WechatSettings)
    client = httpx.Client(timeout=given.timeout_seconds, follow_redirects=False)
    secret = given.app_secret.get_secret_value()
    asked = {"grant_type": "client_credential", "appid": given.app_id, "secret": secret}
    api = CodedApi.of(ws, client, given.url, Login("/cgi-bin/token", asked, secret), CODES)
    account = Wechat(api, given)
    return HttpSender(client, account.deliver, account.check, lanes=given.lanes)


def missing(ws: Workspace) -> list[str]:
    """Return what the settings lack."""
    return lacking(ws.settings.of(WechatSettings), "app_id", "app_secret")


def faults(_: Workspace, content: Content) -> list[str]:
    """Return what keeps a content from going out by WeChat."""
    return [] if content.template else [Sentence("the message names no template of the account")]
