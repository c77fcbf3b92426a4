"""Journeys earn what was planted: a welcome and a cart journey live through a week, and a hundred journeys cover their true lift.

People answer as in `world.answer`; what is read is the loop's own table `lifts`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import pyarrow as pa
from scipy.stats import binom
from tests.act.campaign.conftest import Sink, sink  # noqa: F401
from tests.act.conftest import fill_shop, person
from tests.act.journey.conftest import START, Clock, Shop
from tests.conftest import MakeWorkspace

from quanyu import ledger
from quanyu.act.journey.mirror import enrolments
from quanyu.act.journey.template import template_named
from quanyu.ledger.journey import Journey, documents
from quanyu.measure.experiment.experiment import lifts
from quanyu.method.assignment import CONTROL, TREATED, arm_of
from quanyu.tables import contract
from quanyu.workspace import Workspace
from quanyu.world.answer import Habits, Sent, answers

HABITS = Habits(lift=0.3)
DAY = dt.timedelta(days=1)
RARE = 0.001
"""How often a scene would fail by chance if the stated error is exactly the true one."""


def append(ws: Workspace, name: str, rows: Iterable[Mapping[str, Any]]) -> None:
    promise = contract(name)
    table = pa.Table.from_pylist(list(rows), schema=pa.schema(promise.schema.to_pyarrow()))
    ws.warehouse.append(name, table, by=promise.owner)


def order(name: str, number: int, at: dt.datetime) -> dict[str, Any]:
    return {
        "order_id": name, "source": "site", "id_key": f"member:{number}", "ordered_at": at, "paid_at": at, "status": "paid",
        "gross_amount": 100, "paid_amount": 100, "net_amount": 100, "margin_amount": 40, "currency": "CNY",
    }  # fmt: skip


def answered(seed: int, keys: list[str], numbers: list[int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the true lift of messages, whether each brought an order, and after how many days."""
    words = [np.array(given, object) for given in (keys, ["sms"] * len(keys), ["A"] * len(keys))]
    sent = Sent(words[0], np.array(numbers), words[1], words[2], np.zeros(len(keys), np.int64))
    told = answers(seed, HABITS, sent, np.ones(len(keys)))
    return told.lift, told.is_caused, told.order_days


def read(ws: Workspace, as_of: dt.date) -> dict[str, dict[str, Any]]:
    """Return what the next turn says of the orders that each journey brought."""
    lifts(ws, as_of)
    rows = ws.warehouse.read(ws.warehouse.table("lifts")).to_pylist()
    return {row["campaign_id"]: row for row in rows if row["metric"] == "orders"}


def test_a_week_of_two_journeys_is_read_as_it_was_planted(make_workspace: MakeWorkspace, sink: Sink) -> None:  # noqa: F811
    """Half of the people sign up, half leave a cart; some buy by themselves; who is written to answers."""
    made, clock, rng, n = make_workspace(), Clock(), np.random.default_rng(3), 1200
    ws = fill_shop(Workspace(made.root, made.settings, clock), n)
    shop = Shop(ws, clock)
    for name in ("welcome", "abandoned-cart"):
        shop.begin(**template_named(name).fields("en") | {"control_share": 0.3, "window_days": 35})
    alone = np.where(rng.random(n) < 0.15, rng.random(n) * 20, np.inf)
    for half in range(14):
        began, numbers = clock.at, range(half, n, 14)
        names = ["sign_up" if number % 4 < 2 else "add_to_cart" for number in numbers]
        append(ws, "events", [
            {"event_id": f"e{number}", "source": "site", "id_key": f"member:{number}", "name": name,
             "occurred_at": began + DAY / 24, "properties": None}
            for number, name in zip(numbers, names, strict=True)
        ])  # fmt: skip
        bought = [number for number in range(n) if half / 2 < alone[number] <= (half + 1) / 2]
        append(ws, "orders", [order(f"o{number}", number, START + alone[number] * DAY) for number in bought])
        shop.go(hours=12)
    late = [number for number in range(n) if 7 < alone[number] < np.inf]
    append(ws, "orders", [order(f"o{number}", number, START + alone[number] * DAY) for number in late])
    truth = {name: planted(ws, name, clock.at) for name in ("welcome", "abandoned-cart")}
    clock.forward(days=45)
    enrolments(ws, ws.today())
    found = read(ws, ws.today())
    for name, (true, n_sends) in truth.items():
        row, course = found[name], shop.course(name)
        print(name, n_sends, true / row["n_treated"], row["lift"], row["lift_low"], row["lift_high"])
        assert n_sends > 150 and row["status"] == "measured" and row["is_final"] and not row["is_srm_alarm"]
        assert row["n_control"] == course.held_out["control"]
        assert row["lift_low"] <= true / row["n_treated"] <= row["lift_high"]
        assert row["lift_low"] > 0


def planted(ws: Workspace, name: str, at: dt.datetime) -> tuple[float, int]:
    """Let people answer the messages of a journey; return the true sum of their lifts and how many messages that were."""
    keys, numbers = [], []
    for campaign in ledger.list_campaigns(ws.ledger):
        if campaign.campaign_id.startswith(f"{name}-v1-"):
            for sends in ledger.stream_sends(ws.ledger, campaign_id=campaign.campaign_id, status="delivered"):
                keys += [f"{campaign.campaign_id}:{who}" for who in sends["person_id"]]
                numbers += [int(who.removeprefix("p")) for who in sends["person_id"]]
    lift, is_caused, days = answered(3, keys, numbers)
    append(ws, "orders", [
        order(f"c{keys[place]}", numbers[place], at + int(days[place]) * DAY) for place in np.flatnonzero(is_caused)
    ])  # fmt: skip
    return float(lift.sum()), len(keys)


def test_a_hundred_journeys_cover_their_planted_lift(make_workspace: MakeWorkspace) -> None:
    """95 % intervals hold it in 90 to 99 of 100; each journey has people of its own, and one turn reads them all."""
    ws, rng, n_journeys, n = make_workspace(), np.random.default_rng(5), 100, 500
    numbers = np.arange(n_journeys * n)
    names = [f"journey-{number}" for number in range(n_journeys)]
    fields = {"window_days": 14, "control_share": 0.3}
    for name in names:
        documents.save(ws.ledger, Journey(name, 1, "live", fields, "li", START - 30 * DAY, START - 30 * DAY))
    shares = {TREATED: 0.7, CONTROL: 0.3}
    arms = np.array([arm_of(person(number), names[number // n], shares, ws.secret) for number in numbers])
    began = [START - 30 * DAY + float(part) * DAY for part in rng.random(len(numbers)) * 7]
    people = [person(number) for number in numbers]
    columns = {"person_id": people, "id_key": [f"member:{number}" for number in numbers]}
    columns |= {
        "journey_id": [names[number // n] for number in numbers],
        "arm": arms.tolist(),
        "entered_at": began,
    }
    whole(ws, "identities", columns | {"kind": ["member"] * len(numbers)})
    still = {"entity": "", "state": "done", "node": "", "variant": "", "reason": "", "version": 1}
    whole(ws, "enrolments", columns | {"enrolment_id": numbers, "changed_at": began}
          | {name: [value] * len(numbers) for name, value in still.items()})  # fmt: skip
    treated = np.flatnonzero(arms == TREATED)
    lift, is_caused, days = answered(5, [f"j:{number}" for number in treated], treated.tolist())
    chance = rng.beta(1, 4, len(numbers))
    base = [(number, rng.random() * 14) for number in np.flatnonzero(rng.random(len(numbers)) < chance)]
    before = [(number, -rng.random() * 28) for number in np.flatnonzero(rng.random(len(numbers)) < chance)]
    caused = [(treated[place], float(days[place])) for place in np.flatnonzero(is_caused)]
    told = [(int(number), began[number] + float(after) * DAY) for number, after in (*base, *before, *caused)]
    rows = [order(f"o{place}", number, at) for place, (number, at) in enumerate(told)]
    append(ws, "orders", rows)
    found = read(ws, ws.today())
    truth = np.array([lift[treated // n == place].mean() for place in range(n_journeys)])
    read_of = [found[name] for name in names]
    assert {row["reason"] for row in read_of} == {""}
    held = sum(row["lift_low"] <= true <= row["lift_high"] for row, true in zip(read_of, truth, strict=True))
    bias = np.mean([row["lift"] for row in read_of]) - truth.mean()
    wide = np.mean([row["lift_se"] for row in read_of])
    print("held", held, "bias", bias, "se", wide, "lift", truth.mean())
    assert max(binom.ppf(RARE, n_journeys, 0.93), 85) <= held <= 99
    assert abs(bias) < 4 * wide / n_journeys**0.5


def whole(ws: Workspace, name: str, columns: Mapping[str, Any]) -> None:
    """Write a whole table from those of some columns that it has."""
    promise = contract(name)
    schema = pa.schema(promise.schema.to_pyarrow())
    n = len(next(iter(columns.values())))
    arrays = [
        pa.array(columns[field.name], field.type) if field.name in columns else pa.nulls(n, field.type)
        for field in schema
    ]
    ws.warehouse.replace(name, pa.Table.from_arrays(arrays, schema=schema), by=promise.owner)
