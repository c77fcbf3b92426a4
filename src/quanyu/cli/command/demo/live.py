"""A live week: people's clients post to the real collector over HTTP, journeys run, and what they bring is read beside the truth."""

from __future__ import annotations

import csv
import datetime as dt
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import uvicorn

from quanyu import ledger
from quanyu.act.campaign import send_due
from quanyu.act.journey import ACTIONS, tick
from quanyu.act.journey.template import template_named
from quanyu.cli.command.demo.campaigns import OWNER, ready
from quanyu.cli.command.demo.shoppers import DAY, Shoppers
from quanyu.collect.collector.drain import Drained, drain
from quanyu.collect.collector.source import ADD_SOURCE
from quanyu.collect.load import load
from quanyu.ledger.journey import road
from quanyu.part.action import perform
from quanyu.part.process import processes
from quanyu.workspace import Workspace
from quanyu.world.answer import Habits
from quanyu.world.traffic import SOURCES, Live, Post

JOURNEYS = ("welcome", "abandoned-cart")
CONTROL_SHARE, WINDOW_DAYS = 0.3, 14
QUIET_DAYS = 5
"""Days after the last that was live in which journeys that were begun come to their end."""
HABITS = Habits(lift=0.2)
"""How people answer what journeys write: at a moment that suits them, so more often than a campaign."""
ORDER_HOURS = 12
"""How often the shop's orders come as a file."""
COLUMNS = (
    "order_id", "source", "id_key", "ordered_at", "paid_at", "status", "channel",
    "gross_amount", "paid_amount", "net_amount", "currency",
)  # fmt: skip
"""Of a file of orders."""
Each = Callable[[dt.datetime], None]


@dataclass
class LiveShop:
    """A workspace whose clock is that of a simulated shop, and everything that happens there.

    `speed` is how many times as fast as real time the live days go at most; 0: as fast as they can. `step` and `quiet_step` are
    how often the server's work is done on live days and after them. `answers` counts what the collector answered, `drained` what
    became rows.
    """

    ws: Workspace
    shoppers: Shoppers
    traffic: Live
    folder: Path
    step: dt.timedelta = dt.timedelta(hours=6)
    quiet_step: dt.timedelta = dt.timedelta(hours=24)
    speed: float = 0
    answers: dict[int, int] = field(default_factory=dict)
    drained: Drained = field(default_factory=Drained)
    seconds: float = 0.0
    loaded_until: dt.datetime | None = None

    def n_rounds(self, days: int) -> int:
        """Return how many rounds so many live days and those after them take."""
        return round(days * DAY / self.step) + round(QUIET_DAYS * DAY / self.quiet_step)

    def run(self, days: int, each: Each = lambda _: None) -> None:
        """Let so many days pass with the traffic, and more without, until everybody has come to the end of their journey."""
        since, able = self.shoppers.clock.now, ready(self.ws)
        keys = {
            name: perform(self.ws, ADD_SOURCE, {"name": name, "kind": kind}, OWNER).write_key
            for name, kind in SOURCES.items()
        }
        launch(able)
        ends, began = since + days * DAY, time.monotonic()
        moments = [
            *_moments(since, ends, self.step),
            *_moments(ends, ends + QUIET_DAYS * DAY, self.quiet_step),
        ]
        posts = deque(self.traffic.posts)
        with served(self.ws) as client:
            for until in moments:
                while posts and posts[0].at < until.timestamp() * 1e6:
                    self._post(client, posts[0], keys[posts.popleft().source])
                self._go_on(able, until)
                each(until)
                self.seconds = time.monotonic() - began
                if self.speed and until <= ends:
                    time.sleep(max((until - since).total_seconds() / self.speed - self.seconds, 0))

    def _post(self, client: httpx.Client, post: Post, key: str) -> None:
        """Post what a client sends at its moment, and count the answer."""
        self.shoppers.clock.now = dt.datetime.fromtimestamp(post.at / 1e6, dt.UTC)
        path, headers, body = post.filled(key if post.is_known else "nobody")
        status = client.post(path, headers=headers, content=body).status_code
        self.answers[status] = self.answers.get(status, 0) + 1

    def _go_on(self, able: Workspace, until: dt.datetime) -> None:
        """Do what the server's processes do, as of a moment: bring events in, move journeys on, send what is due."""
        self.shoppers.answer(able, until)
        if until.astimezone(able.settings.zone).hour % ORDER_HOURS == 0:
            self.bring(until)
        self.drained += drain(self.ws)
        tick(able)
        for campaign in ledger.list_campaigns(able.ledger):
            self.shoppers.know(able, campaign.campaign_id)
        send_due(able, self.shoppers.way)

    def bring(self, until: dt.datetime) -> None:
        """Load the orders that people have placed since the last time, as the shop's own system exports them."""
        since = self.loaded_until or dt.datetime.fromtimestamp(0, dt.UTC)
        begin, end = since.timestamp() * 1e6, until.timestamp() * 1e6
        orders = [one for one in self.traffic.purchases if begin <= one.at < end] + self.shoppers.caused(
            since, until
        )
        self.loaded_until = until
        if not orders:
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"orders-{until:%Y%m%d%H}.csv"
        with file.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream)
            writer.writerow(COLUMNS)
            for one in orders:
                at = dt.datetime.fromtimestamp(one.at / 1e6, self.ws.settings.zone).strftime(
                    "%Y-%m-%d %H:%M:%S"
                )
                paid = [f"{one.fen / 100:.2f}"] * 3
                writer.writerow(
                    (one.order_id, "live", f"user:{one.user}", at, at, "paid", "app", *paid, "CNY")
                )
        load(self.ws, [file])

    def truths(self) -> dict[str, float]:
        """Return by journey how many orders per treated person it truly brought within its window."""
        planted = {}
        for name in JOURNEYS:
            entered: dict[str, dt.datetime] = {}
            for rows in road.stream(self.ws.ledger):
                for row in rows:
                    if row["journey_id"] == name and row["arm"] == "treated":
                        first = entered.get(row["person_id"], row["entered_at"])
                        entered[row["person_id"]] = min(first, row["entered_at"])
            planted[name] = self.shoppers.brought(name, entered, WINDOW_DAYS) / max(len(entered), 1)
        return planted


def launch(ws: Workspace) -> None:
    """Launch the journeys from their templates, each with a control group."""
    for name in JOURNEYS:
        fields = template_named(name).fields(ws.settings.speech) | {
            "control_share": CONTROL_SHARE,
            "window_days": WINDOW_DAYS,
        }
        perform(ws, ACTIONS["add_journey"], {"fields": fields}, OWNER)
        perform(ws, ACTIONS["launch_journey"], {"journey": name}, OWNER)


def _moments(since: dt.datetime, until: dt.datetime, step: dt.timedelta) -> Iterator[dt.datetime]:
    while since < until:
        since += step
        yield since


@contextmanager
def served(ws: Workspace) -> Iterator[httpx.Client]:
    """Serve the collector of a workspace at an address of this machine, and give a client to it."""
    make = processes()["collector"].application
    assert make
    collector = make(ws)
    server = uvicorn.Server(
        uvicorn.Config(collector, port=0, log_level="error", access_log=False, lifespan="off")
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.005)
        port = server.servers[0].sockets[0].getsockname()[1]
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
            yield client
    finally:
        server.should_exit = True
        thread.join()
        collector.log.close()
