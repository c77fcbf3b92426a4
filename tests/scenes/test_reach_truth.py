"""From the brief to the lift: mail with two variants and texts, answered by simulated people, and told at the next turn."""

from __future__ import annotations

import datetime as dt
import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
import pytest
from aiosmtpd.controller import Controller
from tests.act.channel.conftest import Provider, serving
from tests.scenes.readers import BUTTON, HOME, Clock, Readers, move_in, public_pages, unsubscribe_link

import quanyu.workspace
from quanyu import ledger
from quanyu.act.campaign.campaign import (
    Approval,
    Chosen,
    Draft,
    add_campaign,
    approve_campaign,
    check_campaign,
    launch_campaign,
)
from quanyu.act.campaign.sending import send_due
from quanyu.act.delivery import mirror
from quanyu.act.settings import GateSettings, MailSettings, PublicSettings, SmsSettings
from quanyu.act.track.mirror import mirror_responses
from quanyu.ledger import Campaign
from quanyu.measure.experiment.experiment import lifts
from quanyu.part.action import Caller
from quanyu.workspace import Workspace
from quanyu.world import Shop, World, resume, simulate
from quanyu.world.answer import Habits
from quanyu.world.enact import enact

SHOP = Shop(people=1500, days=150, seed=12, ends_on=dt.date(2026, 10, 31), horizon=17)
HABITS = Habits(lift=0.35, by_variant={"warm": 1.6, "plain": 0.6}, unsubscribed=0.02)
LI, WANG = Caller("li"), Caller("wang")
HOUR = dt.timedelta(hours=1)
BOUGHT = "bought >= 1 times in last 150 days"
MAIL = {
    "name": "Win back", "rule": BOUGHT, "channels": ["mail"], "control_share": 0.4, "window_days": 14,
    "content": {"mail": [
        {"name": name, "subject": subject, "html": f'<p>{subject}: <a href="https://shop.example/new">the list</a>, '
         '<a href="https://shop.example/old">what you had</a>, <a href="https://shop.example/all">all</a>.</p>'}
        for name, subject in (("warm", "It is time again"), ("plain", "New this week"))
    ]},
}  # fmt: skip
TEXT = {
    "name": "By phone", "rule": BOUGHT, "channels": ["sms"], "control_share": 0.4, "window_days": 14,
    "content": {"sms": {"template": "SMS_1", "text": "New this week in our shop"}},
}  # fmt: skip
LATER = {
    "name": "Reminder", "rule": "bought >= 2 times in last 150 days", "channels": ["mail"], "control_share": 0.1,
    "timing": {"when": "at", "at": "2026-11-03T10:00:00+08:00"},
    "content": {"mail": {"subject": "Still here", "html": '<p>Have a <a href="https://shop.example/new">look</a>.</p>'}},
}  # fmt: skip


def launched(ws: Workspace, brief: dict[str, Any]) -> Campaign:
    decision = add_campaign(ws, Draft(fields=brief), LI)
    check = check_campaign(ws, decision)
    assert not check.blocks, [one.why["en"] for one in check.blocks]
    approve_campaign(ws, Approval(decision.decision_id, check.n_people), WANG)
    return launch_campaign(ws, Chosen(decision.decision_id), WANG)


def of(campaign: Campaign, ws: Workspace) -> Counter[tuple[str, str]]:
    rows = ledger.count_sends(ws.ledger, campaign.campaign_id)
    return Counter({(status, reason): n for _, status, reason, n in rows})


def pass_time(readers: Readers, *hours: float) -> None:
    """Let workers send what is due and people answer, again after so many hours."""
    for one in hours:
        send_due(readers.ws)
        readers.answer(readers.clock.now + one * HOUR)


@pytest.fixture(name="reached")
def reached_fixture(tmp_path: Path) -> Iterator[Any]:
    world, clock = simulate(SHOP), Clock(dt.datetime(2026, 11, 1, 2, tzinfo=dt.UTC))
    plain = quanyu.workspace.create(tmp_path / "shop", clock=clock, key="5e" * 32)
    readers = Readers(plain, clock, world, HABITS, tmp_path / "truth")
    move_in(plain, world, readers.truth)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(readers, "127.0.0.1", port)
    server.start()
    with serving(Provider(readers.take_text)) as provider:
        given = {
            "mail": MailSettings(host="127.0.0.1", port=port, security="none", from_address="news@shop.test"),
            "sms": SmsSettings(
                provider="aliyun", key_id="id", key_secret="hush", signature="全域", url=provider.url
            ),
            "public": PublicSettings(url=HOME),
            "gates": GateSettings(caps=()),
        }
        readers.ws = replace(plain, settings=plain.settings.model_copy(update=given))
        yield readers
    server.stop()
    plain.close()


def leave_now(readers: Readers, first: Campaign, next_one: Campaign) -> str:
    """Unsubscribe somebody by their mail of one campaign at the second in which that of the next is due; return who it is."""
    waiting = next(ledger.stream_sends(readers.ws.ledger, campaign_id=next_one.campaign_id, status="pending"))
    person = next(one for one in waiting["person_id"] if f"{first.campaign_id}:1:{one}" in readers.mails)
    with public_pages(readers.ws) as client:
        link = unsubscribe_link(readers.mails[f"{first.campaign_id}:1:{person}"])
        assert client.get(link).status_code == 200, "looking changes nothing"
        assert client.post(link, data=BUTTON).status_code == 200
    return str(person)


def next_turn(readers: Readers) -> World:
    """Let the shop go on as its seller's campaigns move it, load what happened, and measure; return the world of that time."""
    ws, clock = readers.ws, readers.clock
    later = resume(readers.world, 17, enact(ws, readers.truth, dt.date(2026, 11, 1), HABITS))
    readers.answer(dt.datetime(2026, 11, 18, 4, tzinfo=dt.UTC))
    move_in(ws, later, readers.truth)
    mirror(ws)
    mirror_responses(ws)
    lifts(ws, clock.now.date())
    return later


def truly(reached: Readers, campaign: Campaign, kind: str, variant: str, *, is_program: bool = False) -> int:
    """Return how many people, or programs for them, showed a reaction to a variant of a campaign by mail."""
    told = reached.told[campaign.campaign_id]
    chosen = set(told.sent.send_id[told.sent.variant == variant].tolist()) & reached.mails.keys()
    rows = told.rows.filter(pc.equal(told.rows["kind"], kind)).to_pylist()
    return len(chosen & {row["send_id"] for row in rows if row["is_program"] == is_program})


def shown(command: Callable[..., Any], campaign: Campaign, ws: Workspace) -> Any:
    answer = command("campaign", "show", campaign.campaign_id, "--json", "-w", str(ws.root))
    assert answer.code == 0, answer
    return json.loads(answer.out)


def test_campaigns_reach_people_and_the_next_turn_knows_what_they_truly_did(
    reached: Readers, command: Callable[..., Any]
) -> None:
    ws = reached.ws
    mail, text = launched(ws, MAIL), launched(ws, TEXT)
    for one in (mail, text):
        reached.know(one.campaign_id)
    pass_time(reached, 1, 2, 9, 12)
    later = launched(ws, LATER)
    reached.know(later.campaign_id)
    pass_time(reached, 24)
    assert not any(key.startswith(later.campaign_id) for key in reached.mails)
    person = leave_now(reached, mail, later)
    send_due(ws)
    assert_everybody_is_accounted_for(reached, (mail, text, later), person)
    world = next_turn(reached)
    people = world.campaign_people
    paid = pc.mean(world.orders["is_sale"]).as_py()
    for one in (mail, text):
        mine = people.filter(pc.equal(people["campaign_id"], one.campaign_id))
        truth = pc.mean(mine.filter(pc.equal(mine["arm"], "treated"))["p_lift"]).as_py() * paid
        orders = next(
            lift for lift in shown(command, one, ws)["result"]["lifts"] if lift["metric"] == "orders"
        )
        assert 0 < orders["lift"]["low"] < truth < orders["lift"]["high"]
    for one in shown(command, mail, ws)["variants"]:
        counted = {kind: truly(reached, mail, kind, one["variant"]) for kind in ("opened", "clicked")}
        assert {kind: one["n_did"][kind] for kind in counted} == counted
        assert one["verdict"] in ("undecided", {"warm": "better", "plain": "worse"}[one["variant"]])
    programs = sum(truly(reached, mail, "clicked", name, is_program=True) for name in ("warm", "plain"))
    rows = ws.warehouse.table("responses")
    seen = rows.filter(
        rows.kind == "clicked_by_scanner", rows.campaign_id == mail.campaign_id
    ).send_id.nunique()
    assert programs == ws.warehouse.read(seen.name("n"))["n"][0].as_py() > 0
    said = command("campaign", "show", mail.campaign_id, "-w", str(ws.root)).out
    assert "It works" in said and "Has not agreed to marketing" in said and "Kept out to measure" in said


def assert_everybody_is_accounted_for(reached: Readers, campaigns: tuple[Campaign, ...], person: str) -> None:
    """Who left a second ago gets nothing, and everybody else stands where the truth has them."""
    mail, _, later = campaigns
    first = reached.told[mail.campaign_id]
    full = set(first.sent.person[first.status == "deferred"].tolist())
    for one in campaigns:
        told = reached.told[one.campaign_id]
        got = {key for key in (*reached.mails, *reached.texts) if key.startswith(one.campaign_id)}
        rows = zip(told.sent.send_id.tolist(), told.sent.person.tolist(), told.status.tolist(), strict=True)
        arrives = {
            key for key, who, status in rows if status == "delivered" and not (one is later and who in full)
        }
        assert arrives - got == ({f"{later.campaign_id}:1:{person}"} if one is later else set())
        assert got <= arrives
        counted = of(one, reached.ws)
        assert counted["delivered", ""] == len(got) > 50
        assert counted["held_out", "control"] > 5 and counted["suppressed", "no_consent"] > 5
        assert counted["suppressed", "no_contact"] > 0
    assert counted["suppressed", "withdrawn"] == 1
