"""Robots against a local server that answers 200 whatever happened, as theirs do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from quanyu.act.channel import Content, Outgoing, channel_named, channels
from quanyu.act.channel.robot import dingtalk, feishu
from quanyu.errors import ChannelError
from quanyu.workspace import Workspace

Make = Callable[..., Any]
NAMES = ("wecom", "dingtalk", "feishu")


def told(ws: Workspace, name: str, url: str, content: Content | None = None, **given: Any) -> Any:
    robot = ws.settings.robot.__class__(**{f"{name}_url": f"{url}/send?key=hush"} | given)  # type: ignore[attr-defined]
    shop = Workspace(ws.root, ws.settings.model_copy(update={"robot": robot}), ws.clock)
    line = channel_named(f"{name}_robot").open(shop)  # type: ignore[misc]
    outcomes = list(line.send([Outgoing("k", "", content or Content("主题", "正文"))], lambda _: None))
    line.close()
    return outcomes[0] if outcomes else None


@pytest.mark.parametrize("name", NAMES)
def test_a_text_is_said_in_the_group(embedded: Workspace, provider: Make, name: str) -> None:
    there = provider(lambda _: {"errcode": 0, "code": 0})
    assert told(embedded, name, there.url).status == "delivered"
    said = there.asked[0].said
    assert (said["content"]["text"] if name == "feishu" else said["text"]["content"]) == "主题\n正文"


@pytest.mark.parametrize(
    ("name", "answer", "expected"),
    [("wecom", {"errcode": 45009}, ("later", 60)), ("wecom", {"errcode": 93000}, ("configuration", 0)),
     ("wecom", {"errcode": 40058}, ("permanent", 0)), ("dingtalk", {"errcode": 310000}, ("configuration", 0)),
     ("dingtalk", {"errcode": 130101}, ("later", 600)), ("feishu", {"code": 19021}, ("configuration", 0)),
     ("feishu", {"code": 11232}, ("later", 60)), ("feishu", {"code": 9499}, ("permanent", 0)),
     ("wecom", b"<html>", ("configuration", 0)), ("wecom", (429, {}, {"Retry-After": "9"}), ("later", 9)),
     ("dingtalk", (502, b""), ("retry", 60)), ("dingtalk", [], ("configuration", 0))],
)  # fmt: skip
def test_a_code_in_a_good_answer_counts(
    embedded: Workspace, provider: Make, name: str, answer: Any, expected: tuple[str, float]
) -> None:
    outcome = told(embedded, name, provider(lambda _: answer).url)
    assert (outcome.status, outcome.after_seconds) == expected
    assert "hush" not in str(outcome)


def test_signatures_stand_where_each_looks_for_them(embedded: Workspace, provider: Make) -> None:
    there = provider(lambda _: {"errcode": 0, "code": 0})
    told(embedded, "dingtalk", there.url, dingtalk_secret="s3cret")
    told(embedded, "feishu", there.url, feishu_secret="s3cret")
    query = {name: value[0] for name, value in parse_qs(urlsplit(there.asked[0].path).query).items()}
    assert query["sign"] == dingtalk.signature("s3cret", int(query["timestamp"]))
    said = there.asked[1].said
    assert said["sign"] == feishu.signature("s3cret", int(said["timestamp"]))
    assert "sign" not in there.asked[0].said and "sign" not in there.asked[1].path


def test_long_texts_are_cut_between_letters(embedded: Workspace, provider: Make) -> None:
    there = provider(lambda _: {"errcode": 0})
    told(embedded, "wecom", there.url, Content(text="中" * 3_000))
    text = there.asked[0].said["text"]["content"]
    assert len(text.encode()) <= 2_048 and text.endswith("中…")


def test_a_robot_reaches_staff_and_nobody_else(embedded: Workspace) -> None:
    staff = {channel.name for channel in channels("staff")}
    assert staff == {*(f"{name}_robot" for name in NAMES), "wecom_app"}
    assert not {channel.name for channel in channels("people")} & {
        channel.name for channel in channels("staff")
    }
    for name in NAMES:
        with pytest.raises(ChannelError, match=rf"robot\.{name}_url is missing"):
            channel_named(f"{name}_robot").open(embedded)  # type: ignore[misc]
