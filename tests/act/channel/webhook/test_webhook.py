"""Requests that the official library believes, and addresses that are never asked."""

from __future__ import annotations

import base64
import datetime as dt
import socket
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook as Official
from standardwebhooks.webhooks import WebhookVerificationError

from quanyu.act.channel import Content, Outgoing, channel_named
from quanyu.act.channel.webhook.webhook import Webhook
from quanyu.act.channel.wire import BarredError, checked_address
from quanyu.errors import ChannelError
from quanyu.workspace import Workspace

Make = Callable[..., Any]
SECRET = f"whsec_{base64.b64encode(b'k' * 24).decode()}"
MESSAGE = Outgoing("c7:1", "p1", Content("你好", "text"), "https://shop.example/u/x")


def shop(ws: Workspace, **given: Any) -> Workspace:
    hook = ws.settings.webhook.__class__(**{"secret": SECRET, "allow_private": True} | given)  # type: ignore[attr-defined]
    settings = ws.settings.model_copy(update={"webhook": hook})
    return Workspace(ws.root, settings, lambda: dt.datetime.now(dt.UTC))


def handed(ws: Workspace) -> Any:
    line = channel_named("webhook").open(ws)  # type: ignore[misc]
    (outcome,) = line.send([MESSAGE], lambda _: None)
    line.close()
    return outcome


def test_the_official_library_believes_it_and_nothing_that_was_changed(
    embedded: Workspace, provider: Make
) -> None:
    there = provider(lambda _: (204, b""))
    for _ in range(2):
        assert handed(shop(embedded, url=there.url)).status == "delivered"
    first, again = there.asked
    assert Official(SECRET).verify(first.body, first.headers)["content"]["subject"] == "你好"
    assert first.headers["webhook-id"] == again.headers["webhook-id"] == "c7:1"
    with pytest.raises(WebhookVerificationError):
        Official(SECRET).verify(first.body.replace(b"p1", b"p2"), first.headers)


@pytest.mark.parametrize(
    ("answer", "status"),
    [((500, b""), "retry"), ((429, b"", {"Retry-After": "3"}), "later"), ((401, b""), "configuration"), ((410, b""), "configuration"),
     ((422, b""), "permanent"), ((302, b"", {"Location": "http://169.254.169.254/"}), "configuration"), (None, "retry")],
)  # fmt: skip
def test_each_answer_has_its_meaning(embedded: Workspace, provider: Make, answer: Any, status: str) -> None:
    there = provider(lambda _: answer)
    assert handed(shop(embedded, url=there.url)).status == status
    assert len(there.asked) == 1


@pytest.mark.parametrize(
    "number", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1", "fe80::1%eth0",
               "fd00::1", "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "::"]
)  # fmt: skip
def test_a_name_that_leads_inside_is_barred(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    for numbers in ([number], ["1.1.1.1", number]):
        monkeypatch.setattr(
            socket,
            "getaddrinfo",
            lambda *_, numbers=numbers, **__: [(0, 0, 0, "", (one, 443)) for one in numbers],
        )
        with pytest.raises(BarredError, match="inside a network"):
            checked_address("https://hook.example/x")


@pytest.mark.parametrize(
    "url",
    ["http://1.1.1.1/", "https://", "https://a:b@1.1.1.1/", "https://1.1.1.1:99999/", "file:///etc/passwd"],
)
def test_addresses_of_other_forms_are_barred(url: str) -> None:
    with pytest.raises(BarredError):
        checked_address(url)


@pytest.mark.parametrize(
    "host",
    [
        "localhost",
        "127.1",
        "0x7f.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
        "[::169.254.169.254]",
        "[::ffff:a9fe:a9fe]",
    ],
)
def test_this_machine_is_barred_however_it_is_written(host: str) -> None:
    with pytest.raises(BarredError):
        checked_address(f"https://{host}/")


def test_the_number_that_was_looked_at_is_the_one_that_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter(["1.1.1.1", "127.0.0.1", "127.0.0.1"])
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (next(answers), 443))])
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200)

    client = httpx.Client(transport=httpx.MockTransport(answer))
    hook = Webhook(
        client, "https://hook.example:8443/x", b"k" * 24, lambda: dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    )
    outcome = hook.deliver(MESSAGE)
    assert outcome and outcome.status == "delivered"
    assert str(asked[0].url) == "https://1.1.1.1:8443/x"
    assert asked[0].headers["host"] == "hook.example:8443"
    assert asked[0].extensions["sni_hostname"] == "hook.example"


@pytest.mark.parametrize(("down", "status"), [(1, "delivered"), (2, "retry")])
def test_the_next_number_is_tried_where_one_cannot_be_reached(
    monkeypatch: pytest.MonkeyPatch, down: int, status: str
) -> None:
    numbers = ["1.1.1.1", "8.8.8.8"]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda *_, **__: [(0, 0, 0, "", (one, 443)) for one in numbers * 2]
    )
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.host)
        if request.url.host in numbers[:down]:
            raise httpx.ConnectError("no route")
        return httpx.Response(200)

    clock = lambda: dt.datetime(2026, 11, 20, tzinfo=dt.UTC)  # noqa: E731
    hook = Webhook(
        httpx.Client(transport=httpx.MockTransport(answer)), "https://hook.example/", b"k" * 24, clock
    )
    outcome = hook.deliver(MESSAGE)
    assert outcome and outcome.status == status
    assert asked == numbers


def test_what_is_missing_is_told(embedded: Workspace) -> None:
    for given, said in (({"url": ""}, "url is missing"), ({"url": "http://a.cn", "allow_private": False}, "begins with https"),
                        ({"url": "https://a.cn", "secret": "short"}, "is no key")):  # fmt: skip
        with pytest.raises(ChannelError, match=said):
            channel_named("webhook").open(shop(embedded, **given))  # type: ignore[misc]
