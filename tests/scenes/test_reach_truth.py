"""The demo's shop writes to its people through real servers: mail in two variants and texts, answered as people truly do, and told."""

from __future__ import annotations

import datetime as dt
import json
import socket
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from aiosmtpd.controller import Controller
from tests.act.channel.conftest import Provider, serving
from tests.scenes.readers import BUTTON, HOME, Readers, public_pages, unsubscribe_link

import quanyu.workspace
from quanyu import ledger
from quanyu.act.campaign.sending import send_due
from quanyu.act.settings import GateSettings, MailSettings, PublicSettings, SmsSettings
from quanyu.cli.command.demo import demo
from quanyu.cli.command.demo import readers as simulated
from quanyu.cli.command.demo.campaigns import launch
from quanyu.workspace import Workspace
from quanyu.world.answer import Habits
from quanyu.world.check import planted_lifts

PEOPLE, DAYS = 3000, 150
HABITS = Habits(lift=0.8, by_variant={"warm": 1.6, "plain": 0.6}, unsubscribed=0.02)
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
    "name": "Reminder", "rule": "bought >= 2 times in last 150 days", "channels": ["mail"], "control_share": 0.2,
    "content": {"mail": {"subject": "Still here", "html": '<p>Have a <a href="https://shop.example/new">look</a>.</p>'}},
}  # fmt: skip


@contextmanager
def reached(ws: Workspace, given: simulated.Readers) -> Iterator[Readers]:
    """Put servers between a shop and its people: mail goes over SMTP, texts as Aliyun takes them."""
    readers = Readers(ws, given.clock, given.world, given.habits, given.truth)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = Controller(readers, "127.0.0.1", port)
    server.start()
    with serving(Provider(readers.take_text)) as provider:
        told = {
            "mail": MailSettings(host="127.0.0.1", port=port, security="none", from_address="news@shop.test"),
            "sms": SmsSettings(
                provider="aliyun", key_id="id", key_secret="hush", signature="全域", url=provider.url
            ),
            "public": PublicSettings(url=HOME),
            "gates": GateSettings(caps=()),
        }
        readers.ws = replace(ws, settings=ws.settings.model_copy(update=told))
        yield readers
    server.stop()


def pass_time(readers: Readers, *hours: float) -> None:
    """Let workers send what is due and people answer, again after so many hours."""
    for one in hours:
        send_due(readers.ws)
        readers.answer(readers.clock.now + one * HOUR)


@dataclass
class Seller:
    """Runs the campaigns between two turns of the demo, and remembers whom they met."""

    readers: Readers | None = None
    campaigns: tuple[str, str, str] = ("", "", "")
    left: str = ""
    counted: dict[str, Counter[tuple[str, str]]] = field(default_factory=dict)

    def __call__(self, ws: Workspace, given: simulated.Readers) -> None:
        begin = given.clock.now
        with reached(ws, given) as readers:
            self.readers = readers
            mail, text = launch(readers.ws, MAIL), launch(readers.ws, TEXT)
            for name in (mail, text):
                readers.know(name)
            pass_time(readers, 1, 2, 9, 12)
            at = (begin + 48 * HOUR).isoformat()
            later = launch(readers.ws, LATER | {"timing": {"when": "at", "at": at}})
            readers.know(later)
            self.campaigns = mail, text, later
            pass_time(readers, 24)
            assert not any(key.startswith(later) for key in readers.mails)
            self.left = leave_now(readers, mail, later)
            send_due(readers.ws)
            for name in self.campaigns:
                rows = ledger.count_sends(ws.ledger, name)
                self.counted[name] = Counter({(status, reason): n for _, status, reason, n in rows})
            readers.answer(begin + 17 * 24 * HOUR)


def leave_now(readers: Readers, first: str, next_one: str) -> str:
    """Unsubscribe somebody by their mail of one campaign at the second in which that of the next is due; return who it is."""
    waiting = next(ledger.stream_sends(readers.ws.ledger, campaign_id=next_one, status="pending"))
    person = next(one for one in waiting["person_id"] if f"{first}:1:{one}" in readers.mails)
    with public_pages(readers.ws) as client:
        link = unsubscribe_link(readers.mails[f"{first}:1:{person}"])
        assert client.get(link).status_code == 200, "looking changes nothing"
        assert client.post(link, data=BUTTON).status_code == 200
    return str(person)


def truly(readers: Readers, campaign: str, kind: str, variant: str, *, is_program: bool = False) -> int:
    """Return how many people, or programs for them, showed a reaction to a variant of a campaign by mail."""
    told = readers.told[campaign]
    chosen = set(told.sent.send_id[told.sent.variant == variant].tolist()) & readers.mails.keys()
    kinds = ["opened", "clicked"] if kind == "opened" else [kind]  # whoever clicked has opened
    rows = told.rows.filter(pc.is_in(told.rows["kind"], pa.array(kinds))).to_pylist()
    return len(chosen & {row["send_id"] for row in rows if row["is_program"] == is_program})


def shown(command: Callable[..., Any], campaign: str, folder: Path) -> Any:
    answer = command("campaign", "show", campaign, "--json", "-w", str(folder))
    assert answer.code == 0, answer
    return json.loads(answer.out)


@pytest.mark.timeout(1200)
def test_the_demos_campaigns_reach_people_and_its_next_turn_knows_what_they_truly_did(
    command: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seller, folder = Seller(), tmp_path / "demo"
    monkeypatch.setattr(demo, "run_campaigns", seller)
    monkeypatch.setattr(demo, "HABITS", HABITS)
    answer = command("demo", str(folder), "--people", str(PEOPLE), "--days", str(DAYS))
    assert (answer.code, "failed" in answer.err) == (0, False), answer
    for words in ("Planted", "Estimates beside the truth", "What was decided, and what came of it"):
        assert words in answer.out
    assert_everybody_is_accounted_for(seller)
    assert_the_next_turn_knows(seller, command, folder)
    assert_the_report_tells(seller, folder)


def assert_everybody_is_accounted_for(seller: Seller) -> None:
    """Who left a second ago gets nothing, and everybody else stands where the truth has them."""
    readers = seller.readers
    assert readers is not None
    mail, _, later = seller.campaigns
    first = readers.told[mail]
    full = set(first.sent.person[first.status == "deferred"].tolist())
    for one in seller.campaigns:
        told, counted = readers.told[one], seller.counted[one]
        got = {key for key in (*readers.mails, *readers.texts) if key.startswith(one)}
        rows = zip(told.sent.send_id.tolist(), told.sent.person.tolist(), told.status.tolist(), strict=True)
        arrives = {
            key
            for key, who, status in rows
            if key in readers.chosen and status == "delivered" and not (one is later and who in full)
        }
        assert arrives - got == ({f"{later}:1:{seller.left}"} if one is later else set())
        assert got <= arrives
        assert counted["delivered", ""] == len(got) > 20
        assert counted["held_out", "control"] > 3 and counted["suppressed", "no_consent"] > 5
        assert counted["suppressed", "no_contact"] > 0
    assert counted["suppressed", "withdrawn"] == 1


def assert_the_next_turn_knows(seller: Seller, command: Callable[..., Any], folder: Path) -> None:
    """Lifts lie where the truth has them, people's reactions are counted, and those of programs apart."""
    readers = seller.readers
    assert readers is not None
    mail, text, _ = seller.campaigns
    truths = planted_lifts(folder / "later" / "truth")
    for one in (mail, text):
        orders = next(
            lift for lift in shown(command, one, folder)["result"]["lifts"] if lift["metric"] == "orders"
        )
        assert orders["lift"]["low"] < truths[one] < orders["lift"]["high"]
    assert orders["lift"]["low"] > 0, "of the texts, which reach more"
    for one in shown(command, mail, folder)["variants"]:
        counted = {kind: truly(readers, mail, kind, one["variant"]) for kind in ("opened", "clicked")}
        assert {kind: one["n_did"][kind] for kind in counted} == counted
        assert one["verdict"] in ("undecided", {"warm": "better", "plain": "worse"}[one["variant"]])
    programs = sum(truly(readers, mail, "clicked", name, is_program=True) for name in ("warm", "plain"))
    ws = quanyu.workspace.open(folder)
    rows = ws.warehouse.table("responses")
    seen = rows.filter(rows.kind == "clicked_by_scanner", rows.campaign_id == mail).send_id.nunique()
    assert programs == ws.warehouse.read(seen.name("n"))["n"][0].as_py() > 0
    ws.close()
    said = command("campaign", "show", text, "-w", str(folder)).out
    assert "It works" in said and "Has not agreed to marketing" in said and "Kept out to measure" in said


def assert_the_report_tells(seller: Seller, folder: Path) -> None:
    """The report has every state of everybody, and the truth beside the measured lift."""
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count('class="truth"') >= 4, "two campaigns, each in a wide and a narrow picture"
    for name in seller.campaigns:
        n = sum(seller.counted[name].values())
        assert f"<b>{n:,}</b> =" in page
