"""Webhooks out: the official library of Standard Webhooks takes them; told once, again after a failure, until told."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import httpx
import pyarrow as pa
import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from quanyu import ledger
from quanyu.act.channel.hook import announce, deliver
from quanyu.errors import ChannelError
from quanyu.part.action import Caller, action_named, perform
from quanyu.workspace import Workspace

ME = Caller("test")


class Receiver:
    """A program that is told; it answers with the statuses given, then 200."""

    def __init__(self, *statuses: int) -> None:
        self.statuses, self.got = list(statuses), list[httpx.Request]()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.got.append(request)
        return httpx.Response(self.statuses.pop(0) if self.statuses else 200)


@pytest.fixture
def receiver(monkeypatch) -> Receiver:
    made, client = Receiver(), httpx.Client
    monkeypatch.setattr(
        "quanyu.act.channel.hook.hook.httpx.Client", lambda **_: client(transport=httpx.MockTransport(made))
    )
    return made


@pytest.fixture
def ws(make_workspace) -> Workspace:
    return make_workspace(now=dt.datetime.now(dt.UTC), webhook={"allow_private": True})


def hooked(ws: Workspace, *events: str) -> Any:
    return perform(ws, action_named("add_webhook"), {"url": "http://10.0.0.9/in", "events": events}, ME)


def enter(ws: Workspace, *people: str) -> None:
    rows = [
        {
            "segment_id": "big",
            "person_id": one,
            "change": "entered",
            "changed_at": ws.now(),
            "as_of": ws.today(),
        }
        for one in people
    ]
    schema = ws.warehouse.table("segment_changes").schema().to_pyarrow()
    ws.warehouse.append("segment_changes", pa.Table.from_pylist(rows, schema), by="understand")


def test_a_program_is_told_once_of_who_entered_and_its_library_knows_who_wrote(ws, receiver) -> None:
    made = hooked(ws, "segment.entered")
    enter(ws, "p2", "p1")
    assert (announce(ws), announce(ws)) == (1, 0)
    assert (deliver(ws), deliver(ws)) == (1, 0)
    (request,) = receiver.got
    told = Webhook(made.secret).verify(request.content, dict(request.headers))
    assert told["type"] == "segment.entered"
    assert (told["data"]["n_people"], told["data"]["person_ids"]) == (2, ["p1", "p2"])
    with pytest.raises(WebhookVerificationError):
        Webhook(made.secret).verify(request.content + b" ", dict(request.headers))


def test_what_fails_is_told_again_later_with_the_same_id(ws, receiver) -> None:
    hooked(ws, "segment.entered")
    enter(ws, "p1")
    receiver.statuses = [500, 301]
    announce(ws)
    now = ws.now()
    for minutes in (0, 0.5, 2, 3, 8):
        deliver(Workspace(ws.root, ws.settings, lambda later=now + dt.timedelta(minutes=minutes): later))
    assert [json.loads(one.content)["type"] for one in receiver.got] == ["segment.entered"] * 3
    assert len({one.headers["webhook-id"] for one in receiver.got}) == 1
    assert ledger.count_messages(ws.ledger, topic="webhook")["delivered"] == 1


def test_nobody_is_told_of_what_they_did_not_ask_for_or_after_they_are_dropped(ws, receiver) -> None:
    hooked(ws, "campaign.ended")
    made = hooked(ws, "segment.entered")
    enter(ws, "p1")
    assert announce(ws) == 1
    perform(ws, action_named("drop_webhook"), {"hook_id": made.hook.hook_id}, ME)
    deliver(ws)
    assert not receiver.got
    assert len(perform(ws, action_named("list_webhooks"), {}, ME)) == 1


def test_the_secret_is_kept_nowhere_and_addresses_inside_are_not_told(make_workspace, receiver) -> None:
    ws = make_workspace(now=dt.datetime.now(dt.UTC))
    for url in ("http://example.com/", "ftp://example.com", "file:///etc/passwd"):
        with pytest.raises(ChannelError):
            perform(ws, action_named("add_webhook"), {"url": url, "events": ["alarm"]}, ME)
    made = perform(
        ws, action_named("add_webhook"), {"url": "https://127.0.0.1/", "events": ["segment.entered"]}, ME
    )
    enter(ws, "p1")
    announce(ws)
    deliver(ws)
    assert not receiver.got and ledger.count_messages(ws.ledger, topic="webhook")["delivered"] == 0
    assert made.secret.removeprefix("whsec_") not in str(ledger.list_edits(ws.ledger))
