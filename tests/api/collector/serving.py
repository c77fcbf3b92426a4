"""A collector that really listens, over a log in memory, and what arrived there."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import uvicorn

import quanyu.workspace
from quanyu.api.collector import Collector
from quanyu.collect.collector.message import Message, Posted, Unusable
from quanyu.collect.collector.source import ADD_SOURCE
from quanyu.collect.collector.wire import messages
from quanyu.errors import CollectorFullError
from quanyu.part.action import Caller, perform
from quanyu.workspace import Workspace

KINDS = ("segment", "rudder", "sensors", "posthog", "browser")


class Memory:
    """A log that keeps nothing beyond its process; `n_full` requests are sent away first."""

    def __init__(self) -> None:
        self.posted: list[Posted] = []
        self.n_full = 0
        self.came = threading.Condition()

    async def keep(self, posted: Posted) -> None:
        with self.came:
            if self.n_full:
                self.n_full -= 1
                error = CollectorFullError("It is full.")
                error.after_seconds = 1.0
                raise error
            self.posted.append(posted)
            self.came.notify_all()

    def read(self, source: str) -> list[Message | Unusable]:
        """Return the messages that a source posted, as often as they came."""
        return [
            message for posted in list(self.posted) if posted.source == source for message in messages(posted)
        ]

    def wait(self, source: str, n: int, seconds: float = 20) -> list[Message]:
        """Return the messages of a source once there are `n` different ones, in the order of their times."""

        def arrived() -> bool:
            return (
                len({message.message_id for message in self.read(source) if isinstance(message, Message)})
                >= n
            )

        with self.came:
            is_there = self.came.wait_for(arrived, seconds)
        found = self.read(source)
        assert is_there, found
        assert all(isinstance(message, Message) for message in found), found
        return sorted(found, key=lambda message: message.occurred_at)


class Live:
    """A collector at an address, its sources by the name of their kind, and its log."""

    def __init__(self, ws: Workspace, log: Any, url: str) -> None:
        self.ws, self.log, self.url = ws, log, url
        self.http = httpx.Client(base_url=url, trust_env=False)

    def source(self, name: str, kind: str) -> str:
        """Add a source and return its key."""
        return perform(self.ws, ADD_SOURCE, {"name": name, "kind": kind}, Caller("li")).write_key


@contextmanager
def live(root: Path, opened: Callable[[Workspace], Any] = lambda _: Memory()) -> Iterator[Live]:
    """Serve a collector over a new workspace and the log that is opened there."""
    ws = quanyu.workspace.create(root)
    log = opened(ws)
    config = uvicorn.Config(Collector(ws, log), port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    here = Live(ws, log, f"http://127.0.0.1:{port}")
    yield here
    here.http.close()
    server.should_exit = True
    thread.join()
    ws.close()
