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
import uvicorn

from quanyu import ledger
from quanyu.act.response import Response
from quanyu.act.track import read, record_responses
from quanyu.api.public import application
from quanyu.cli.command.demo.readers import Clock
from quanyu.workspace import Workspace
from quanyu.world.answer import Answers, Habits
from quanyu.world.enact import replies
from quanyu.world.world import World

HOME = "http://m.shop.test"
REFUSALS = {"bounced": "550 5.1.1 no such user", "deferred": "452 4.2.2 mailbox full"}
BUTTON = {"List-Unsubscribe": "One-Click"}


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
    chosen: set[str] = field(default_factory=set)
    mails: dict[str, Message] = field(default_factory=dict)
    texts: dict[str, str] = field(default_factory=dict)
    left_at: dict[str, dt.datetime] = field(default_factory=dict)

    def know(self, campaign_id: str) -> Answers:
        """Draw what everybody will answer who waits for a message of a campaign that was just launched."""
        told = replies(self.ws, self.truth, self.world, campaign_id, self.habits)
        assert told is not None
        self.told[campaign_id] = told
        self.sends |= {send_id: (told, row) for row, send_id in enumerate(told.sent.send_id.tolist())}
        rows = self.ws.warehouse.table("messages")
        mine = rows.filter(rows.campaign_id == campaign_id).select("send_id", "channel", "contact")
        for row in self.ws.warehouse.read(mine).to_pylist():
            self.by_contact.setdefault((row["channel"], row["contact"]), []).append(row["send_id"])
            self.chosen.add(row["send_id"])
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
