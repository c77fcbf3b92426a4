"""What channels lack is told, and a try says what became of one message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from quanyu import ledger
from quanyu.act.channel.trial import TRY_CHANNEL, channel_states
from quanyu.errors import ChannelError
from quanyu.part.action import Caller, perform
from quanyu.workspace import Workspace


def test_channels_say_what_they_lack(embedded: Workspace) -> None:
    states = {one.name: one for one in channel_states(embedded)}
    assert states["mail"].state == "not set up"
    assert states["mail"].missing[0] == "the setting mail.host is missing"
    assert (states["call"].state, states["ads"].state) == ("writes a file", "writes a file")
    assert {one.name for one in states.values() if one.audience == "staff"} == {
        "wecom_app",
        "wecom_robot",
        "dingtalk_robot",
        "feishu_robot",
    }


def test_a_try_leaves_a_line_without_the_address(embedded: Workspace, provider: Callable[..., Any]) -> None:
    there = provider(lambda _: {"errcode": 0})
    robot = embedded.settings.robot.__class__(wecom_url=there.url)  # type: ignore[attr-defined]
    ws = Workspace(embedded.root, embedded.settings.model_copy(update={"robot": robot}), embedded.clock)
    outcome = perform(ws, TRY_CHANNEL, {"channel": "wecom_robot", "to": "li@lei.cn"}, Caller("wang"))
    assert outcome.status == "delivered"
    (edit,) = ledger.list_edits(ws.ledger, record="actions")
    assert edit.after and "wecom_robot" in edit.after["said"] and "li@lei.cn" not in str(edit)


@pytest.mark.parametrize(
    ("name", "said"), [("call", "writes a file"), ("mail", r"mail\.host is missing"), ("sms", "no template")]
)
def test_what_cannot_be_tried_says_why(embedded: Workspace, name: str, said: str) -> None:
    with pytest.raises(ChannelError, match=said):
        perform(embedded, TRY_CHANNEL, {"channel": name, "to": "a@b.cn"}, Caller("wang"))
