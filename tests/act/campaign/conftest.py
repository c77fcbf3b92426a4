"""A shop with somebody for every gate, and a channel whose provider is a file: what it took stands in it, one line a message."""

from __future__ import annotations

import datetime as dt
import itertools
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.act.conftest import fill_shop, put
from tests.ledger.conftest import postgres_url, url  # noqa: F401

from quanyu.act.campaign.campaign import (
    Approval,
    Chosen,
    Draft,
    add_campaign,
    approve_campaign,
    check_campaign,
    launch_campaign,
)
from quanyu.act.channel import Channel, Outcome, Outgoing
from quanyu.act.channel.mail import mail as mail_channel
from quanyu.act.channel.sms import channel as sms_channel
from quanyu.ledger import Campaign
from quanyu.part.action import Caller
from quanyu.workspace import Workspace

LI, WANG = Caller("li"), Caller("wang")
Answer = Callable[[Outgoing], Outcome | None]


def taken(message: Outgoing) -> Outcome:
    return Outcome(message.key, "delivered", receipt=f"r-{message.key}")


class Sink:
    """A provider that writes what it takes into a file, as one line in one write, and answers as told."""

    def __init__(self, file: Path, answer: Answer = taken) -> None:
        self.file, self.answer = file, answer

    def send(self, messages: Iterable[Outgoing], begin: Callable[[Outgoing], None]) -> Iterator[Outcome]:
        for message in messages:
            begin(message)
            outcome = self.answer(message)
            if outcome is None:
                continue
            if outcome.status == "delivered":
                self.take(message)
            yield outcome

    def take(self, message: Outgoing) -> None:
        stream = os.open(self.file, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
        os.write(stream, f"{message.key}\t{message.contact}\t{message.content.text}\n".encode())
        os.close(stream)

    def ask(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        return iter(())

    def close(self) -> None:
        return None


@pytest.fixture
def sink(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sink:
    """The provider of mail and SMS alike; `answer` is what it says."""
    provider = Sink(tmp_path / "sink.txt")
    for module, kind in ((mail_channel, "email"), (sms_channel, "phone")):
        channel = module.CHANNEL
        way = Channel(channel.name, channel.label, (kind,), channel.place, open=lambda _: provider)
        monkeypatch.setattr(module, "CHANNEL", way)
    return provider


def received(sink: Sink) -> list[str]:
    """The keys that the provider took, in its order."""
    lines = sink.file.read_text("utf-8").splitlines() if sink.file.exists() else []
    return [line.split("\t")[0] for line in lines]


def brief(**changes: Any) -> dict[str, Any]:
    return {
        "name": "Win back",
        "rule": "group in at_risk; frequency >= 2",
        "channels": ["sms"],
        "content": {"sms": {"text": "Dear {{ person.name }}, come back"}},
        "control_share": 0.25,
    } | changes


def launched(ws: Workspace, **changes: Any) -> Campaign:
    """Write, check, approve and launch a campaign."""
    decision = add_campaign(ws, Draft(fields=brief(**changes)), LI)
    n = check_campaign(ws, decision).n_people
    approve_campaign(ws, Approval(decision.decision_id, n), WANG)
    return launch_campaign(ws, Chosen(decision.decision_id), WANG)


NUMBERS = itertools.count()


@pytest.fixture
def shop(embedded: Workspace, sink: Sink) -> Workspace:
    return fill_shop(embedded, 400)


__all__ = ["LI", "WANG", "Sink", "brief", "dt", "launched", "put", "received", "taken"]
