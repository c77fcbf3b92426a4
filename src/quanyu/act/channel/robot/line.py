"""Lines to robots. Their addresses hold their keys and are never told."""

from __future__ import annotations

from collections.abc import Callable

import httpx
from pydantic import SecretStr

from quanyu.act.channel.lack import lacking, require
from quanyu.act.channel.message import Outcome, Outgoing
from quanyu.act.channel.robot import dingtalk, feishu, wecom
from quanyu.act.channel.robot.robot import Robot
from quanyu.act.channel.wire import HttpSender, by_status, spoken
from quanyu.act.settings import RobotSettings
from quanyu.workspace import Workspace


def missing_wecom(ws: Workspace) -> list[str]:
    """Return the settings that its robot lacks."""
    return missing(ws, "wecom")


def open_wecom(ws: Workspace) -> HttpSender:
    """Return a line to the robot of 企业微信; see `_opened`."""
    return _opened(ws, wecom.ROBOT, "wecom")


def missing_dingtalk(ws: Workspace) -> list[str]:
    """Return the settings that its robot lacks."""
    return missing(ws, "dingtalk")


def open_dingtalk(ws: Workspace) -> HttpSender:
    """Return a line to the robot of 钉钉; see `_opened`."""
    return _opened(ws, dingtalk.ROBOT, "dingtalk")


def missing_feishu(ws: Workspace) -> list[str]:
    """Return the settings that its robot lacks."""
    return missing(ws, "feishu")


def open_feishu(ws: Workspace) -> HttpSender:
    """Return a line to the robot of 飞书; see `_opened`."""
    return _opened(ws, feishu.ROBOT, "feishu")


def missing(ws: Workspace, name: str) -> list[str]:
    """Return the settings that a robot lacks."""
    return lacking(ws.settings.of(RobotSettings), f"{name}_url")


def _opened(ws: Workspace, robot: Robot, name: str) -> HttpSender:
    """Return a line to a robot. Raises `ChannelError` where its address is not set."""
    given = ws.settings.of(RobotSettings)
    url: str = getattr(given, f"{name}_url").get_secret_value()
    secret: str = getattr(given, f"{name}_secret", SecretStr("")).get_secret_value()
    require(f"{name}_robot", missing(ws, name))
    client = httpx.Client(timeout=given.timeout_seconds, follow_redirects=False)
    return HttpSender(client, _deliver(ws, client, robot, (url, secret)))


def _deliver(
    ws: Workspace, client: httpx.Client, robot: Robot, place: tuple[str, str]
) -> Callable[[Outgoing], Outcome | None]:
    url, secret = place

    def deliver(message: Outgoing) -> Outcome | None:
        at, body, address = ws.now().timestamp(), robot.body(message.content), url
        if secret and robot.query:
            address += ("&" if "?" in url else "?") + robot.query(secret, at)
        if secret and robot.fields:
            body |= robot.fields(secret, at)
        response = client.post(address, json=body)
        if (failed := by_status(message.key, response)) is not None:
            return failed
        said = spoken(response)
        meaning = robot.meaning(said)
        if meaning is None:
            return Outcome(message.key, "delivered")
        status, reason, wait = meaning
        return Outcome(message.key, status, reason, str(said)[:200], after_seconds=wait)

    return deliver
