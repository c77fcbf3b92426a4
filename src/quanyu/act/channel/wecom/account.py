"""What both channels of WeCom share: the company's interface and what its codes mean."""

from __future__ import annotations

from collections.abc import Mapping

import httpx

from quanyu.act.channel.coded import ACCOUNT, CodedApi, Login, Meaning
from quanyu.act.settings import WecomSettings
from quanyu.text import Text
from quanyu.workspace import Workspace

STRANGER: Meaning = ("permanent", "not_a_customer", 0)
CODES: Mapping[int, Meaning] = {
    -1: ("retry", "provider_down", 60), 45009: ("later", "throttled", 60), 45033: ("later", "throttled", 60),
    40013: ACCOUNT, 40056: ACCOUNT, 41011: ACCOUNT, 48002: ACCOUNT, 60011: ACCOUNT, 60020: ACCOUNT, 301002: ACCOUNT,
    81013: ("configuration", "receiver_unknown", 0), 40096: STRANGER, 41048: STRANGER, 84061: STRANGER,
}  # fmt: skip
REASONS: Mapping[str, Text] = {
    "receiver_unknown": "The company has no such member, or the app does not show itself to them",
    "not_a_customer": "Nobody of the staff has this customer",
}


def opened(ws: Workspace, secret: str) -> CodedApi:
    """Return the company's interface for an app, whose secret has a token of its own."""
    given = ws.settings.of(WecomSettings)
    client = httpx.Client(timeout=given.timeout_seconds, follow_redirects=False)
    login = Login("/cgi-bin/gettoken", {"corpid": given.corp_id, "corpsecret": secret}, secret)
    return CodedApi.of(ws, client, given.url, login, CODES)
