"""A message of the company's app to its staff."""

from __future__ import annotations

from quanyu.act.channel.lack import lacking, require
from quanyu.act.channel.message import Outcome, Outgoing, cut
from quanyu.act.channel.wecom.account import opened
from quanyu.act.channel.wire import HttpSender
from quanyu.act.settings import WecomSettings
from quanyu.workspace import Workspace

MOST_BYTES = 2_048
SAME_SECONDS = 1_800
"""How long WeCom remembers a message, so that one that is handed over again is not shown twice."""


def open_line(ws: Workspace) -> HttpSender:
    """Return a line to the app. Raises `ChannelError` where the settings do not allow one."""
    require("wecom_app", missing(ws))
    given = ws.settings.of(WecomSettings)
    api = opened(ws, given.app_secret.get_secret_value())

    def deliver(message: Outgoing) -> Outcome | None:
        content = message.content
        lines = [line for line in (content.subject, content.text, content.link) if line]
        body = {
            "touser": message.contact or given.app_receivers,
            "agentid": given.agent_id,
            "msgtype": "text",
            "text": {"content": cut("\n".join(lines), MOST_BYTES)},
            "enable_duplicate_check": 1,
            "duplicate_check_interval": SAME_SECONDS,
        }
        outcome, said = api.hand_over(message.key, "/cgi-bin/message/send", body)
        if outcome and said.get("invaliduser") and outcome.status == "delivered":
            return Outcome(
                message.key, "delivered", detail=str(said["invaliduser"])[:300], receipt=outcome.receipt
            )
        return outcome

    return HttpSender(api.client, deliver)


def missing(ws: Workspace) -> list[str]:
    """Return what the settings lack."""
    return lacking(ws.settings.of(WecomSettings), "corp_id", "agent_id", "app_secret")
