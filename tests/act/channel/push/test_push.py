"""Notifications against a local server that answers as JPush documents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from quanyu.act.channel import Content, Outgoing, channel_named
from quanyu.workspace import Workspace

Make = Callable[..., Any]


def given(one: Any) -> Any:
    """What JPush answers: identifiers that make pushes once, and that a push was taken."""
    return {"cidlist": ["app-1", "app-2"]} if "cid?" in one.path else {"sendno": "0", "msg_id": "1828256757"}


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
    there = provider(given)
    outcome = handed(embedded, there.url)
    assert (outcome.status, outcome.receipt) == ("delivered", "1828256757")
    _, asked = there.asked
    assert asked.said["cid"] == "app-1"
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


@pytest.mark.parametrize("doubt", [(502, b""), None])
def test_what_nobody_knows_goes_once_more_under_the_same_cid(
    embedded: Workspace, provider: Make, doubt: Any
) -> None:
    answers = iter([doubt])
    there = provider(lambda one: given(one) if "cid?" in one.path else next(answers, given(one)))
    assert handed(embedded, there.url).status == "delivered"
    assert [one.said["cid"] for one in there.asked if one.body] == ["app-1", "app-1"]


@pytest.mark.parametrize(
    "second", [(429, {"error": {"code": 2002, "message": "slow down"}}), (502, b""), None]
)
def test_a_refusal_the_second_time_leaves_the_first_open(
    embedded: Workspace, provider: Make, second: Any
) -> None:
    answers = iter([(502, b""), second])
    there = provider(lambda one: given(one) if "cid?" in one.path else next(answers))
    assert handed(embedded, there.url) is None


def test_an_answer_without_a_body_leaves_it_open(embedded: Workspace, provider: Make) -> None:
    assert handed(embedded, provider(lambda _: (502, b"")).url) is None
    assert handed(embedded, provider(lambda _: (403, b"")).url).status == "configuration"
