"""Readers of a simulated shop: they take mail from a real server and texts from a local provider, and answer as they truly do."""

from __future__ import annotations

import datetime as dt
import email
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any

import httpx
import pyarrow.parquet as pq
import uvicorn
from tests.act.conftest import put
from tests.scenes.test_lift_truth import write_orders

from quanyu import ledger
from quanyu.act.response import Response
from quanyu.act.track import read, record_responses
from quanyu.api.public import application
from quanyu.workspace import Workspace
from quanyu.world.answer import Habits, answers, leaning
from quanyu.world.answer.answer import Answers
from quanyu.world.enact import messages
from quanyu.world.people import make_people
from quanyu.world.world import World

HOME = "http://m.shop.test"
REFUSALS = {"bounced": "550 5.1.1 no such user", "deferred": "452 4.2.2 mailbox full"}
BUTTON = {"List-Unsubscribe": "One-Click"}


def move_in(ws: Workspace, world: World, truth: Path) -> None:
    """Write a simulated shop into the tables as the turn leaves it: people with contacts, member cards, consents and orders.

    Of the people four in five agreed to mail and nine in ten to texts.
    """
    people = write_orders(ws, world).to_pylist()
    truth.mkdir(parents=True, exist_ok=True)
    pq.write_table(world.identities, truth / "identities.parquet")
    first: dict[tuple[str, str], str] = {}
    for row in world.identities.to_pylist():
        first.setdefault((row["person_id"], row["kind"]), row["value"])
    cards = [one for one in people if (one, "member") in first]
    known = ws.warehouse.read(ws.warehouse.table("identities")).to_pylist()
    known += [
        {"id_key": f"member:{first[one, 'member']}", "kind": "member", "person_id": one} for one in cards
    ]
    put(ws, "identities", known)
    put(ws, "people", [
        {"person_id": one, "name": one, "n_identifiers": 2, "is_personalised": True,
         "phone": first.get((one, "phone")), "email": first.get((one, "email"))}
        for one in cards
    ])  # fmt: skip
    agreed = world.setting.shop.random("agreed").random((2, len(cards)))
    put(ws, "consents", [
        {"id_key": f"member:{first[one, 'member']}", "purpose": "marketing", "channel": channel, "is_granted": True,
         "decided_at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "source": "card"}
        for channel, share, lots in (("mail", 0.8, agreed[0]), ("sms", 0.9, agreed[1]))
        for one, lot in zip(cards, lots.tolist(), strict=True) if lot < share
    ])  # fmt: skip


@contextmanager
def public_pages(ws: Workspace) -> Iterator[httpx.Client]:
    """Serve the public pages of a workspace and give a client to whom its links lead there."""
    server = uvicorn.Server(uvicorn.Config(application(ws), port=0, log_level="error", lifespan="off"))
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        yield client
    server.should_exit = True
    thread.join()


@dataclass
class Clock:
    """The time of the shop, which the readers move."""

    now: dt.datetime

    def __call__(self) -> dt.datetime:
        return self.now


@dataclass
class Readers:
    """The people behind the sends of a workspace; as the handler of a mail server they take mail or refuse it."""

    ws: Workspace
    clock: Clock
    world: World
    habits: Habits
    truth: Path
    told: dict[str, Answers] = field(default_factory=dict)
    sends: dict[str, tuple[Answers, int]] = field(default_factory=dict)
    by_contact: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    mails: dict[str, Message] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    left_at: dict[str, dt.datetime] = field(default_factory=dict)

    def know(self, campaign_id: str) -> Answers:
        """Draw what everybody will answer who waits for a message of a campaign that was just launched."""
        sent = messages(self.ws, self.truth, ("pending",))[campaign_id]
        told = answers(
            self.world.shop.seed, self.habits, sent, leaning(make_people(self.world.shop, 0), sent.person)
        )
        self.told[campaign_id] = told
        self.sends |= {send_id: (told, row) for row, send_id in enumerate(sent.send_id.tolist())}
        rows = self.ws.warehouse.table("messages")
        mine = rows.filter(rows.campaign_id == campaign_id).select("send_id", "channel", "contact")
        for row in self.ws.warehouse.read(mine).to_pylist():
            self.by_contact.setdefault((row["channel"], row["contact"]), []).append(row["send_id"])
        return told

    def status(self, send_id: str) -> str:
        """Return what becomes of a send: delivered, bounced or deferred. Who is nobody of the simulated shop gets everything."""
        told, row = self.sends.get(send_id, (None, 0))
        return str(told.status[row]) if told else "delivered"

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        waiting = [one for one in self.by_contact["mail", address] if one not in self.mails]
        status = self.status(waiting[0]) if waiting else "delivered"
        if status in REFUSALS:
            return REFUSALS[status]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        mail = email.message_from_bytes(envelope.content)
        token = read(unsubscribe_link(mail).rpartition("/")[2], self.ws.secret)
        send = ledger.find_send(self.ws.ledger, token.campaign_no, token.place) if token else None
        assert send
        send_id = f"{send.campaign_id}:{send.step}:{send.person_id}"
        assert send_id not in self.mails, "nobody gets a message twice"
        self.mails[send_id] = mail
        self.left_at[send_id] = self.clock.now
        return "250 2.0.0 Ok"

    def take_text(self, request: Any) -> Any:
        """Answer as the provider of text messages does."""
        number = re.search(r"PhoneNumbers=%2B86(\d+)|PhoneNumbers=(\d+)", request.path)
        assert number
        (send_id,) = self.by_contact["sms", "+86" + (number.group(1) or number.group(2))]
        if (status := self.status(send_id)) != "delivered":
            return {
                "Code": "isv.MOBILE_NUMBER_ILLEGAL" if status == "bounced" else "isv.BUSINESS_LIMIT_CONTROL"
            }
        assert send_id not in self.texts, "nobody gets a message twice"
        self.texts[send_id] = request.path
        self.left_at[send_id] = self.clock.now
        return {"Code": "OK", "BizId": f"b{len(self.texts)}"}

    def answer(self, until: dt.datetime) -> int:
        """Let everybody do what they do until a moment, in the order of time; return how many reactions that were."""
        due = sorted(
            (self.left_at[row["send_id"]] + dt.timedelta(seconds=row["after_seconds"]), place, row)
            for told in self.told.values()
            for place, row in enumerate(told.rows.to_pylist())
            if row["send_id"] in self.left_at
        )
        mine = [(at, row) for at, _, row in due if self.clock.now < at <= until]
        with public_pages(self.ws) as client:
            for at, row in mine:
                self.clock.now = at
                self._act(client, row)
        self.clock.now = until
        return len(mine)

    def _act(self, client: httpx.Client, row: dict[str, Any]) -> None:
        mail = self.mails.get(row["send_id"])
        agent = {"user-agent": row["agent"]}
        if mail is None or row["kind"] in ("replied", "complained", "delivered"):
            channel = "sms" if mail is None else "mail"
            if row["kind"] != "clicked":  # texts of this shop have no links
                record_responses(
                    self.ws,
                    channel,
                    [Response(row["kind"], row["send_id"], detail=row["detail"], at=self.clock.now)],
                )
        elif row["kind"] == "unsubscribed":
            assert client.post(unsubscribe_link(mail), data=BUTTON).status_code == 200
        elif row["kind"] == "opened":
            assert client.get(_links(mail, "o")[0], headers=agent).status_code == 200
        else:
            links = _links(mail, "c")
            answer = client.get(links[(row["link"] - 1) % len(links)], headers=agent)
            assert answer.status_code == 302 and "utm_" in answer.headers["location"]


def unsubscribe_link(mail: Message) -> str:
    """Return the address in the header of a mail that unsubscribes in one click."""
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.search(r"<(http[^>]+)>", mail["List-Unsubscribe"])
    assert found
    return found.group(1).removeprefix(HOME)


def _links(mail: Message, purpose: str) -> list[str]:
    (html,) = [
        part.get_payload(decode=True).decode("utf-8")
        for part in mail.walk()
        if part.get_content_type() == "text/html"  # type: ignore[union-attr]
    ]
    return re.findall(rf'"{re.escape(HOME)}(/{purpose}/[^"]+)"', html)
