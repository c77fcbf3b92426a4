"""The people of a live shop: whom journeys write to, what they answer and buy because of it, and how much that truly is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from quanyu import ledger
from quanyu.act.channel import Outcome
from quanyu.cli.command.demo.readers import Readers, reactions
from quanyu.workspace import Workspace
from quanyu.world import naming
from quanyu.world.answer import Answers, Sent, answers, leaning
from quanyu.world.people import People, make_people
from quanyu.world.traffic import Purchase

DAY = dt.timedelta(days=1)
SHOWN = ("place", "step", "person_id", "channel", "variant")
"""Of sends."""


@dataclass(frozen=True)
class Moved:
    """A message that arrived: how many orders it truly brings in the mean, and after how many days the one it brings (0: none)."""

    person_id: str
    number: int
    lift: float
    order_days: int
    at: dt.datetime


@dataclass
class Shoppers(Readers):
    """Readers whom journeys write to. `numbers` are their true numbers by the person they were found to be."""

    numbers: Mapping[str, int] = field(default_factory=dict)
    drawn: dict[str, tuple[str, int, float, int]] = field(default_factory=dict)
    moved: dict[str, Moved] = field(default_factory=dict)

    def know(self, ws: Workspace, campaign_id: str) -> None:
        """Draw what everybody will do who waits for a message of a step of a journey and was not known to wait before."""
        people = make_people(self.world.shop, 0)
        rows = [
            row
            for sends in ledger.stream_sends(ws.ledger, campaign_id=campaign_id, status="pending")
            for row in zip(*(sends[name] for name in SHOWN), strict=True)
            if f"{campaign_id}:{row[0]}" not in self.fates and row[2] in self.numbers
        ]
        if not rows:
            return
        told = self._answers(campaign_id, rows, people)
        days = np.where(told.is_caused, told.order_days, 0).tolist()
        for row, status, lift, after in zip(
            rows, told.status.tolist(), told.lift.tolist(), days, strict=True
        ):
            key, send_id = f"{campaign_id}:{row[0]}", f"{campaign_id}:{row[1]}:{row[2]}"
            self.fates[key] = send_id, status
            # The lift counts those that do not arrive; of one that has arrived it is larger.
            self.drawn[send_id] = row[2], self.numbers[row[2]], lift / self.arriving, after
        self.waiting += reactions(ws, campaign_id, told)

    @property
    def arriving(self) -> float:
        """The share of messages that arrive."""
        return 1 - self.habits.hard_bounce - self.habits.soft_bounce

    def _answers(self, campaign_id: str, rows: list[tuple[str, ...]], people: People) -> Answers:
        since = self.clock.now - self.habits.recent_days * DAY
        earlier = [one.person_id for one in self.moved.values() if one.at >= since]
        keys, channels, variants = (
            np.array(given, object)
            for given in (
                [f"{campaign_id}:{row[1]}:{row[2]}" for row in rows],
                [row[3] for row in rows],
                [row[4] for row in rows],
            )
        )
        number = np.array([self.numbers[row[2]] for row in rows])
        n_recent = np.array([earlier.count(row[2]) for row in rows])
        sent = Sent(keys, number, channels, variants, n_recent)
        return answers(self.world.shop.seed, self.habits, sent, leaning(people, number))

    def arrive(self, channel: str, key: str) -> Outcome:
        """Return what becomes of a message, and remember what one that arrives brings."""
        outcome = super().arrive(channel, key)
        send_id, _ = self.fates.get(key, ("", ""))
        if outcome.status == "delivered" and send_id in self.drawn:
            self.moved[send_id] = Moved(*self.drawn[send_id], self.clock.now)
        return outcome

    def caused(self, since: dt.datetime, until: dt.datetime) -> list[Purchase]:
        """Return what people buy between two moments because of messages."""
        users = naming.user(np.array([one.number for one in self.moved.values()], np.int64)).to_pylist()
        bought = [
            (one.at + one.order_days * DAY, send_id, one.number, user)
            for (send_id, one), user in zip(self.moved.items(), users, strict=True)
            if one.order_days and since <= one.at + one.order_days * DAY < until
        ]
        return [
            Purchase(f"J-{send_id}", number, user, round(at.timestamp() * 1e6), 19_900)
            for at, send_id, number, user in sorted(bought)
        ]

    def brought(self, journey: str, entered: Mapping[str, dt.datetime], window_days: int) -> float:
        """Return the true sum of the orders that a journey brings within so many days after people entered it."""
        return sum(
            one.lift * self.habits.arrived_share(window_days - (one.at - entered[one.person_id]) / DAY)
            for send_id, one in self.moved.items()
            if send_id.startswith(f"{journey}-v") and one.person_id in entered
        )


def numbers_of(ws: Workspace, people: People) -> dict[str, int]:
    """Return the true number of the person behind each person found, by their accounts."""
    identities = ws.warehouse.table("identities")
    read = ws.warehouse.read(
        identities.filter(identities.kind == "user").select("id_key", "person_id")
    ).to_pydict()
    users = dict(zip(naming.user(people.number).to_pylist(), people.number.tolist(), strict=True))
    keys = (key.removeprefix("user:") for key in read["id_key"])
    return {who: users[key] for key, who in zip(keys, read["person_id"], strict=True) if key in users}
