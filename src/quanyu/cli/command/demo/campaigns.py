"""The campaigns of the demo: a win-back mail in two variants and a text message, sent in simulated time, each with a control group."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quanyu.act.campaign import ACTIONS, send_due
from quanyu.act.settings import MailSettings, PublicSettings, SmsSettings
from quanyu.cli.command.demo.readers import Readers
from quanyu.part.action import Caller, perform
from quanyu.workspace import Workspace
from quanyu.world.answer import Habits

AUTHOR, OWNER = Caller("demo"), Caller("owner")
"""Who writes the campaigns, and who approves them: large ones need two."""
HABITS = Habits(by_variant={"老朋友": 1.7, "上新": 0.5})
"""How people answer; the variants of the mail are truly different."""
SLEEPERS = "沉默买家"
"""The segment that the mail is for."""
HOME = "https://m.shop.example"
LINKS = (("new", "看看新品"), ("again", "再买一次"), ("all", "全部商品"))


def _mail(name: str, subject: str, says: str) -> Mapping[str, str]:
    links = " · ".join(f'<a href="https://shop.example/{path}">{label}</a>' for path, label in LINKS)
    return {
        "name": name,
        "subject": subject,
        "html": f"<p>{{{{ person.name | default: '您好' }}}}，{says}</p><p>{links}</p>",
    }


BRIEFS: tuple[tuple[int, Mapping[str, Any]], ...] = (
    (2, {
        "name": "老客挽回邮件", "goal": "两个月没有再买的人回来买一次", "segment": SLEEPERS, "channels": ["mail"],
        "control_share": 0.3, "window_days": 14, "contact_cost_amount": {"mail": 0.01},
        "content": {"mail": [
            _mail("老朋友", "好久不见，给您留了几样", "好久不见，按您买过的挑了几样。"),
            _mail("上新", "本周上新", "本周上了这些新品。"),
        ]},
    }),
    (5, {
        "name": "新品短信", "goal": "近期买家再买一次", "rule": "bought >= 1 times in last 90 days", "exclude": [SLEEPERS],
        "channels": ["sms"],
        "control_share": 0.3, "window_days": 14, "contact_cost_amount": {"sms": 0.045},
        "content": {"sms": {"template": "SMS_1", "text": "本周上新已到店，回店里看看吧。拒收请回复R"}},
    }),
)  # fmt: skip
"""The day after a turn on which each leaves, and what it says."""
HOURS = (0.05, 0.2, 1, 4, 24)
"""Hours after the launch at which what could not arrive at first is tried again."""


def ready(ws: Workspace) -> Workspace:
    """Return a workspace that may write through mail and text messages; its file of settings stays as it is."""
    given = {
        "mail": MailSettings(
            host="mail.shop.example", from_address="news@shop.example", from_name="全域小店"
        ),
        # No provider is asked: the people of the demo answer by themselves.
        "sms": SmsSettings(provider="aliyun", key_id="demo", key_secret="demo", signature="全域小店"),  # type: ignore[arg-type]  # nosec B106
        "public": PublicSettings(url=HOME),
    }
    return replace(ws, settings=ws.settings.model_copy(update=given))


def run_campaigns(ws: Workspace, readers: Readers) -> None:
    """Write, approve, launch and send the campaigns on the days after a turn, and let people answer meanwhile."""
    begin = readers.clock.now
    able = ready(ws)
    for day, brief in BRIEFS:
        at = begin + dt.timedelta(days=day)
        readers.answer(able, at)
        name = launch(able, brief)
        readers.know(able, name)
        for hours in HOURS:
            send_due(able, readers.way)
            readers.answer(able, at + dt.timedelta(hours=hours))
        send_due(able, readers.way)


def launch(ws: Workspace, brief: Mapping[str, Any]) -> str:
    """Write a campaign, approve as many people as it reaches, launch it, and return its id."""
    decision = perform(ws, ACTIONS["add_campaign"], {"fields": brief}, AUTHOR)
    given = {"campaign": decision.decision_id}
    check = perform(ws, ACTIONS["check_campaign"], given, OWNER)
    perform(ws, ACTIONS["approve_campaign"], given | {"n_people": check.n_people}, OWNER)
    perform(ws, ACTIONS["launch_campaign"], given, OWNER)
    return str(decision.decision_id)
