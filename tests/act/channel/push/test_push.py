"""Notifications against a local server that answers as JPush documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from quanyu.act.channel import Content, Outgoing, channel_named
from quanyu.workspace import Workspace

Make = Callable[..., Any]


def handed(ws: Workspace, url: str) -> Any:
    push = ws.settings.push.__class__(app_key="app", master_secret="hush", url=url)  # type: ignore[attr-defined]
    shop = Workspace(ws.root, ws.settings.model_copy(update={"push": push}), ws.clock)
    line = channel_named("push").open(shop)  # type: ignore[misc]
    outcomes = list(
        line.send(
            [Outgoing("c7:1", "170976fa8", Content("到货", "你要的到了", link="app://item/3"))],
            lambda _: None,
        )
    )
    line.close()
    return outcomes[0] if outcomes else None


def test_a_notification_goes_to_one_device(embedded: Workspace, provider: Make) -> None:
    there = provider(lambda _: {"sendno": "0", "msg_id": "1828256757"})
    outcome = handed(embedded, there.url)
    assert (outcome.status, outcome.receipt) == ("delivered", "1828256757")
    (asked,) = there.asked
    assert (asked.path, asked.headers["authorization"]) == ("/v3/push", "Basic YXBwOmh1c2g=")
    assert asked.said["audience"] == {"registration_id": ["170976fa8"]}
    assert asked.said["notification"]["ios"] == {
        "alert": {"title": "到货", "body": "你要的到了"}, "extras": {"key": "c7:1", "link": "app://item/3"},
    }  # fmt: skip


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [(400, 1011, ("permanent", "device_unknown")), (401, 1004, ("configuration", "account")), (429, 2002, ("later", "throttled")),
     (500, 1000, ("retry", "provider_down")), (400, 7777, ("permanent", "refused"))],
)  # fmt: skip
def test_each_code_has_its_meaning(
    embedded: Workspace, provider: Make, status: int, code: int, expected: tuple[str, str]
) -> None:
    outcome = handed(embedded, provider(lambda _: (status, {"error": {"code": code, "message": "told"}})).url)
    assert (outcome.status, outcome.reason) == expected


def test_an_answer_without_a_body_leaves_it_open(embedded: Workspace, provider: Make) -> None:
    assert handed(embedded, provider(lambda _: (502, b"")).url) is None
    assert handed(embedded, provider(lambda _: (403, b"")).url).status == "configuration"
