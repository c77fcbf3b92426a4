"""The channel of text messages of a workspace: what its settings lack, what a message says and costs, a line to its provider."""

from __future__ import annotations

import re

import httpx

from quanyu.act.channel.channel import Cost
from quanyu.act.channel.lack import lacking, require
from quanyu.act.channel.message import Content, Outcome, Outgoing
from quanyu.act.channel.sms import aliyun, tencent
from quanyu.act.channel.sms.aliyun import Aliyun
from quanyu.act.channel.sms.aliyun_signature import Key
from quanyu.act.channel.sms.length import parts_of
from quanyu.act.channel.sms.tencent import Tencent
from quanyu.act.channel.wire import HttpSender
from quanyu.act.settings import SmsSettings
from quanyu.text import Sentence
from quanyu.workspace import Workspace

NUMBER = re.compile(r"\+[1-9]\d{6,14}")
WAY_OUT = "拒收请回复R"
HAS_WAY_OUT = re.compile(r"(拒收|退订)请?回(复)?\s*[A-Z]{1,2}")


def open_line(ws: Workspace) -> HttpSender:
    """Return a line to the provider of a workspace. Raises `ChannelError` where the settings do not allow one."""
    given = ws.settings.of(SmsSettings)
    require("sms", missing(ws))
    client = httpx.Client(timeout=given.timeout_seconds, follow_redirects=False)
    key = Key(given.key_id, given.key_secret.get_secret_value())
    account: Aliyun | Tencent
    if given.provider == "aliyun":
        account = Aliyun(client, key, given.signature, ws.now, given.url or aliyun.URL)
    else:
        url = given.url or tencent.URL
        account = Tencent(
            client, key, given.signature, app_id=given.app_id, region=given.region, clock=ws.now, url=url
        )
    return HttpSender(client, account.deliver, _checked, account.asked, given.lanes)


def missing(ws: Workspace) -> list[str]:
    """Return what the settings lack."""
    given = ws.settings.of(SmsSettings)
    more = ["app_id"] if given.provider == "tencent" else []
    return lacking(given, "provider", "key_id", "key_secret", "signature", *more)


def faults(_: Workspace, content: Content) -> list[str]:
    """Return what keeps a content from going out as a text message."""
    found: list[str] = []
    if not content.template:
        found.append(Sentence("the text message names no template that the provider has approved"))
    return found


def cost(ws: Workspace, content: Content) -> Cost:
    """Return the length, the parts and the price of a message as it is read, with its signature and the way out."""
    given = ws.settings.of(SmsSettings)
    length, n_parts = parts_of(shown(content.text, given.signature))
    return Cost(length, n_parts, round(n_parts * given.price_amount, 6))


def shown(text: str, signature: str, is_marketing: bool = True) -> str:
    """Return a text as people read it: the signature before it, and behind what advertises how to refuse more.

    >>> shown("双11到了", "全域")
    '【全域】双11到了，拒收请回复R'
    """
    head = "" if text.startswith("【") or not signature else f"【{signature}】"
    tail = "" if not is_marketing or HAS_WAY_OUT.search(text) else f"，{WAY_OUT}"
    return f"{head}{text}{tail}"


def _checked(message: Outgoing) -> Outcome | None:
    if NUMBER.fullmatch(message.contact):
        return None
    return Outcome(message.key, "permanent", "number_invalid", message.contact)
