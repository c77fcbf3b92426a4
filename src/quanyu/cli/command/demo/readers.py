"""The people who read a simulated shop's messages: they stand in for mail servers and providers, and answer in simulated time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from quanyu import ledger
from quanyu.act.channel import Channel, Outcome, Outgoing, channel_named
from quanyu.act.response import Response
from quanyu.act.track import agent_of, record_responses
from quanyu.workspace import Workspace
from quanyu.world import World
from quanyu.world.answer import Answers, Habits
from quanyu.world.enact import replies

REFUSALS: Mapping[tuple[str, str], tuple[Any, str]] = {
    ("mail", "bounced"): ("permanent", "mailbox_unknown"), ("sms", "bounced"): ("permanent", "number_invalid"),
    ("mail", "deferred"): ("retry", "mailbox_full"), ("sms", "deferred"): ("retry", "number_limit"),
}  # fmt: skip
"""What a provider says of a message that does not arrive, by channel and by what truly becomes of it."""


@dataclass
class Clock:
    """The time of a simulated shop, which moves when it is told to."""

    now: dt.datetime

    def __call__(self) -> dt.datetime:
        """Return the time."""
        return self.now


@dataclass(frozen=True)
class Reaction:
    """What somebody will do with a message of a channel, so many seconds after it arrived."""

    channel: str
    send_id: str
    kind: str
    after_seconds: float
    link: str
    agent: str
    detail: str

    def told(self, arrived: dt.datetime) -> Response:
        """Return it as a public page or a provider tells it."""
        at = arrived + dt.timedelta(seconds=self.after_seconds)
        return Response(self.kind, self.send_id, at=at, link=self.link, detail=self.detail, agent=self.agent)


@dataclass
class Readers:
    """The true people behind the sends of a workspace, by the folder `truth` of their shop; they answer by their habits.

    `fates` holds what becomes of each message by its key, `left_at` when each send arrived.
    """

    clock: Clock
    world: World
    truth: Path
    habits: Habits
    fates: dict[str, tuple[str, str]] = field(default_factory=dict)
    left_at: dict[str, dt.datetime] = field(default_factory=dict)
    waiting: list[Reaction] = field(default_factory=list)

    def know(self, ws: Workspace, campaign_id: str) -> None:
        """Draw what everybody will do who waits for a message of a campaign that was just launched."""
        told = replies(ws, self.truth, self.world, campaign_id, self.habits)
        if told is None:
            return
        status = dict(zip(told.sent.send_id.tolist(), told.status.tolist(), strict=True))
        for sends in ledger.stream_sends(ws.ledger, campaign_id=campaign_id, status="pending"):
            for step, person, place in zip(
                *(sends[name] for name in ("step", "person_id", "place")), strict=True
            ):
                send_id = f"{campaign_id}:{step}:{person}"
                self.fates[f"{campaign_id}:{place}"] = send_id, status.get(send_id, "delivered")
        self.waiting += reactions(ws, campaign_id, told)

    def way(self, name: str) -> Channel:
        """Return a channel whose provider is these people."""
        return replace(channel_named(name), open=lambda _: Mailboxes(self, name))

    def arrive(self, channel: str, key: str) -> Outcome:
        """Return what becomes of a message; whoever is nobody of the simulated shop gets everything."""
        send_id, fate = self.fates.get(key, ("", "delivered"))
        if fate != "delivered":
            status, reason = REFUSALS[channel, fate]
            return Outcome(key, status, reason)
        self.left_at[send_id] = self.clock.now
        return Outcome(key, "delivered", receipt=key)

    def answer(self, ws: Workspace, until: dt.datetime) -> None:
        """Let everybody do what they do until a moment, in the order of time, and move the clock there."""
        due: dict[str, list[Response]] = {}
        later = []
        for one in self.waiting:
            arrived = self.left_at.get(one.send_id)
            response = one.told(arrived) if arrived else None
            if response is None or response.at is None or response.at > until:
                later.append(one)
            else:
                due.setdefault(one.channel, []).append(response)
        self.waiting, self.clock.now = later, until
        for channel, told in due.items():
            record_responses(ws, channel, sorted(told, key=lambda one: one.at or until))


def reactions(ws: Workspace, campaign_id: str, told: Answers) -> Iterator[Reaction]:
    """Yield what people will do with the messages of a campaign; texts of this shop have no links."""
    campaign = ledger.find_campaign(ws.ledger, campaign_id)
    assert campaign is not None
    links = campaign.design["links"]
    sent = dict(
        zip(told.sent.send_id.tolist(), zip(told.sent.channel, told.sent.variant, strict=True), strict=True)
    )
    for row in told.rows.to_pylist():
        channel, variant = sent[row["send_id"]]
        there = links[channel].get(variant) or []
        if row["kind"] == "clicked" and not there:
            continue
        is_visit = row["kind"] in ("opened", "clicked")
        yield Reaction(
            channel, row["send_id"], row["kind"], row["after_seconds"],
            link=there[(row["link"] - 1) % len(there)] if row["kind"] == "clicked" else "",
            agent=agent_of(row["agent"]) if is_visit else "", detail=row["detail"],
        )  # fmt: skip


@dataclass(frozen=True)
class Mailboxes:
    """The line to the people's mailboxes or telephones."""

    readers: Readers
    channel: str

    def send(self, messages: Iterable[Outgoing], begin: Callable[[Outgoing], None]) -> Iterator[Outcome]:
        """Hand messages over; see `Sender.send`."""
        for message in messages:
            begin(message)
            yield self.readers.arrive(self.channel, message.key)

    def ask(self, messages: Sequence[Outgoing]) -> Iterator[Outcome]:
        """Yield nothing: no process dies in a simulation."""
        return iter(())

    def close(self) -> None:
        """Hang up."""
