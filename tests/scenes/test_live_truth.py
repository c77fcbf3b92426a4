"""A live shop: traffic with every trouble through the real collector, two journeys, and their lift beside the planted truth."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pytest
from tests.act.conftest import put
from tests.conftest import SECRET

import quanyu.workspace
from quanyu.act.journey.mirror import enrolments
from quanyu.cli.command.demo.live import JOURNEYS, LiveShop
from quanyu.cli.command.demo.readers import Clock
from quanyu.cli.command.demo.shoppers import DAY, Shoppers, numbers_of
from quanyu.ledger.journey import road
from quanyu.measure.experiment.experiment import lifts
from quanyu.workspace import Workspace
from quanyu.world import Shop, naming, simulate
from quanyu.world.answer import Habits
from quanyu.world.people import People, make_people
from quanyu.world.traffic import Live, Traffic, live

START = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
SHOP = Shop(people=4000, days=30, seed=3)
TROUBLE = {"repeated": 0.15, "late": 0.06, "skewed": 0.12, "broken": 0.08, "garbled": 0.02, "stranger": 0.02}
DAYS = 3
OVER = ("done", "exited", "held_out")


def known(root: Path, clock: Clock, people: People) -> Workspace:
    """Return a workspace that knows the accounts, telephones and consents of people, as a turn leaves them."""
    ws = quanyu.workspace.create(root, clock=clock, key=SECRET)
    here = [number for number in people.number.tolist() if people.has_account[number]]
    users = naming.user(people.number).to_pylist()
    put(ws, "people", [
        {"person_id": f"p{i}", "name": f"王{i}", "phone": f"+8613{i:09d}", "n_identifiers": 1, "is_personalised": True} for i in here
    ])  # fmt: skip
    put(
        ws, "identities", [{"id_key": f"user:{users[i]}", "kind": "user", "person_id": f"p{i}"} for i in here]
    )
    put(ws, "consents", [
        {"id_key": f"user:{users[i]}", "purpose": "marketing", "channel": "sms", "is_granted": True,
         "decided_at": START - 90 * DAY, "source": "test"}
        for i in here if i % 10
    ])  # fmt: skip
    return ws


@dataclass
class Watch:
    """Looks after every round whether everybody is accounted for, and nobody comes back from an end."""

    ws: Workspace
    states: dict[int, str] = field(default_factory=dict)
    n_rounds: int = 0

    def __call__(self, _: dt.datetime) -> None:
        rows = [row for part in road.stream(self.ws.ledger) for row in part]
        now = {row["enrolment_id"]: row["state"] for row in rows}
        assert now.keys() >= self.states.keys() and len(now) == len(rows)
        for one, state in self.states.items():
            assert state not in OVER or now[one] == state
        assert set(now.values()) <= {"active", *OVER}
        assert all(row["reason"] for row in rows if row["state"] in ("exited", "held_out"))
        assert Counter(row["journey_id"] for row in rows) == Counter(
            {
                name: sum(n for *_, n in road.counts(self.ws.ledger, name))
                for name in JOURNEYS
                if name in {r["journey_id"] for r in rows}
            }
        )
        self.states, self.n_rounds = now, self.n_rounds + 1


@dataclass(frozen=True)
class Week:
    ws: Workspace
    traffic: Live
    shop: LiveShop
    watch: Watch


@pytest.fixture(scope="module")
def week(tmp_path_factory: pytest.TempPathFactory) -> Week:
    people, clock = make_people(SHOP, 0), Clock(START)
    world = simulate(SHOP)
    root = tmp_path_factory.mktemp("live")
    ws = known(root / "shop", clock, people)
    traffic = live(people, world.setting.catalogue, Traffic(START, DAYS, 3, **TROUBLE))
    shoppers = Shoppers(clock, world, root, Habits(lift=0.3), numbers=numbers_of(ws, people))
    shop = LiveShop(ws, shoppers, traffic, root / "orders", step=DAY / 2, quiet_step=DAY)
    watch = Watch(ws)
    shop.run(DAYS, watch)
    clock.now = START + 25 * DAY
    shop.bring(clock.now)
    return Week(ws, traffic, shop, watch)


def test_every_valid_message_arrives_once_at_its_time(week: Week) -> None:
    """Late ones at their true time, those of wrong clocks within a quarter of an hour before it, as the format's room documents."""
    events = week.ws.warehouse.read(week.ws.warehouse.table("events")).to_pylist()
    truth = {row["number"]: row for row in week.traffic.truth.to_pylist() if row["name"] != "identify"}
    found = [json.loads(row["properties"])["no"] for row in events]
    assert Counter(found) == Counter(list(truth)), "each once, and nothing else"
    off = {"": [], "late": [], "skewed": []}
    for number, row in zip(found, events, strict=True):
        true = truth[number]
        assert (row["source"], row["name"]) == (true["source"], true["name"])
        off[true["trouble"]].append(row["occurred_at"].timestamp() - true["at"] / 1e6)
    assert len(off["late"]) > 100 < len(off["skewed"])
    assert max(map(abs, off[""] + off["late"])) < 0.01
    assert min(off["skewed"]) >= -901 and max(off["skewed"]) <= 61


def test_what_is_no_message_is_kept_with_its_reason(week: Week) -> None:
    rejects = week.ws.warehouse.read(week.ws.warehouse.table("rejects")).to_pylist()
    assert Counter(row["source"] for row in rejects) == week.traffic.n_refused
    assert all(row["reason"] for row in rejects) and len({row["reason"] for row in rejects}) >= 5
    posts = week.traffic.posts
    refused = Counter({
        "strangers": sum(not post.is_known for post in posts),
        "taken": sum(post.is_known and (post.is_readable or post.wire == "posthog") for post in posts),
    })  # fmt: skip
    answers = week.shop.answers
    assert answers[401] + answers.get(403, 0) == refused["strangers"]
    assert answers[200] + answers[204] == refused["taken"]
    assert sum(answers.values()) == len(posts)


def test_everybody_who_may_enter_does_or_is_told_why_not(week: Week) -> None:
    assert week.watch.n_rounds == 2 * DAYS + 5
    for name, deed in (("welcome", "sign_up"), ("abandoned-cart", "add_to_cart")):
        n_entered = sum(n for *_, n in road.counts(week.ws.ledger, name))
        refused = road.refusals(week.ws.ledger, name)
        done = [row for row in week.traffic.truth.to_pylist() if row["name"] == deed]
        assert n_entered + sum(refused.values()) == len(done)
        assert refused.keys() <= {"too_late", "under_way", "too_soon", "entered_before"}
        assert refused["too_late"] <= 0.1 * len(done)


def test_the_lift_of_both_journeys_holds_the_planted_truth(week: Week) -> None:
    """Two intervals of 95 %: by themselves both hold in 90 of 100 seeds; this one is looked at as it is drawn."""
    day = week.ws.today()
    enrolments(week.ws, day)
    lifts(week.ws, day)
    rows = week.ws.warehouse.read(week.ws.warehouse.table("lifts")).to_pylist()
    read = {row["campaign_id"]: row for row in rows if row["metric"] == "orders"}
    for name, true in week.shop.truths().items():
        row = read[name]
        print(name, true, row["lift"], row["lift_low"], row["lift_high"], row["n_treated"], row["n_control"])
        assert true > 0.05 and row["is_final"] and not row["is_srm_alarm"]
        assert row["lift_low"] <= true <= row["lift_high"]
    sends = pa.Table.from_pylist([{"key": key} for key in week.shop.shoppers.moved])
    assert len(set(sends["key"].to_pylist())) == sends.num_rows > 150
