"""A server that is told to stop: what it began it ends, what it answered is kept, and another can begin at once."""

from __future__ import annotations

import datetime as dt
import json
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import httpx
import pytest

from quanyu.collect.collector.drain import drain
from quanyu.collect.collector.source import ADD_SOURCE
from quanyu.part.action import Caller, perform
from quanyu.workspace import Workspace

CLIENTS, BEFORE = 4, 50


def free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def started(root: Path, role: tuple[str, ...], port: int) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-m", *role, "--workspace", str(root), "--port", str(port)]
    return subprocess.Popen(words, stderr=subprocess.PIPE)


def is_up(port: int) -> bool:
    with socket.socket() as tried:
        return tried.connect_ex(("127.0.0.1", port)) == 0


def wait_for(server: subprocess.Popen[bytes], port: int) -> None:
    while not is_up(port):
        assert server.poll() is None, server.stderr and server.stderr.read()


def posted(port: int, key: str, client: int, taken: list[str], enough: threading.Event) -> None:
    """Post one message after another until nobody answers; note those that were taken."""
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", auth=(key, "")) as http:
        for n in range(100_000):
            name = f"{client}-{n}"
            body = {"type": "track", "event": name, "userId": "17", "messageId": name}
            try:
                answer = http.post("/v1/track", content=json.dumps(body))
            except httpx.TransportError:
                return
            if answer.status_code == 200:
                taken.append(name)
            if len(taken) >= BEFORE:
                enough.set()


def test_a_collector_that_is_stopped_under_load_keeps_each_event_it_took(make_workspace) -> None:
    ws = make_workspace(now=dt.datetime.now(dt.UTC) + dt.timedelta(hours=1))
    key = perform(ws, ADD_SOURCE, {"name": "site", "kind": "segment"}, Caller("test")).write_key
    port, taken, enough = free_port(), list[str](), threading.Event()
    with started(ws.root, ("quanyu.api.collector",), port) as server:
        wait_for(server, port)
        clients = [
            threading.Thread(target=posted, args=(port, key, n, taken, enough)) for n in range(CLIENTS)
        ]
        for client in clients:
            client.start()
        assert enough.wait(60)
        server.send_signal(signal.SIGTERM)
        for client in clients:
            client.join()
        assert server.stderr
        told = server.stderr.read().decode()
        assert server.wait() in (0, -signal.SIGTERM) and "Traceback" not in told, told
    drain(ws)
    events = ws.warehouse.table("events")
    kept = ws.warehouse.read(events.select("name"))["name"].to_pylist()
    assert len(kept) == len(set(kept))
    assert set(kept) >= set(taken) and len(kept) <= len(taken) + CLIENTS


@pytest.mark.parametrize("role", ["worker", "scheduler"])
def test_a_part_without_requests_ends_when_it_is_told_to(embedded: Workspace, role: str) -> None:
    port = free_port()
    with started(embedded.root, ("quanyu.api.serve", "--role", role), port) as server:
        wait_for(server, port)
        assert httpx.get(f"http://127.0.0.1:{port}/health").status_code == 200
        server.send_signal(signal.SIGTERM)
        assert server.stderr
        told = server.stderr.read().decode()
        assert server.wait() in (0, -signal.SIGTERM) and "Traceback" not in told, told
