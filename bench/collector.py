"""The collector under load: `python -m bench.collector [SECONDS]`; one uvicorn worker, clients in another process.

The peers are a bare ASGI echo on the same server, append + fdatasync by itself, and for the way into the tables a
hand-written one: JSON read, one Arrow table, one Parquet file, nothing judged, hashed, compared or remembered. Requests are
answered when they are on the disk; rows per commit are printed. Rates by the CPU second of the server are told beside those
by the clock, because the clients share the machine. `make soak-collector` posts for
an hour (`python -m bench.collector soak SECONDS [RATE]`) and prints the memory.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
import uvicorn
import uvloop

import quanyu.workspace
from quanyu.api.collector import Collector
from quanyu.api.collector.process import PROCESS
from quanyu.api.serve import Background
from quanyu.collect.collector.drain import drain, waiting_bytes
from quanyu.collect.collector.log import Log, open_log
from quanyu.collect.collector.message import Posted
from quanyu.collect.collector.source import ADD_SOURCE
from quanyu.part.action import Caller, perform

PORT, CLIENTS, BATCH = 8931, 256, 100
SECONDS = 4.0
AT = "2026-11-06T00:00:00Z"
N_DRAINED = 40_000


def event(n: object) -> dict[str, Any]:
    """Return one message as trackers send it, of about 400 bytes."""
    return {
        "type": "track", "event": "Product Viewed", "userId": f"user-{hash(n) % 50_000}", "anonymousId": f"anon-{hash(n) % 50_000}",
        "messageId": f"{n}-{'0' * 24}", "timestamp": AT,
        "properties": {"product_id": f"sku-{hash(n) % 5000}", "price": 19.9, "currency": "CNY", "category": "shoes"},
        "context": {"library": {"name": "bench", "version": "1"}, "page": {"path": "/p", "title": "A page"}},
    }  # fmt: skip


async def echo(scope: Any, receive: Any, send: Any) -> None:
    """Read the body and answer, and nothing else."""
    if scope["type"] != "http":
        return
    while (await receive()).get("more_body"):
        pass
    head = [(b"content-type", b"application/json"), (b"content-length", b"16")]
    await send({"type": "http.response.start", "status": 200, "headers": head})
    await send({"type": "http.response.body", "body": b'{"success":true}'})


def serve(kind: str, root: str, port: int) -> None:
    """Serve the echo or the collector until stopped, then say what its log did."""
    ws = quanyu.workspace.open(root)
    log = open_log(ws) if kind != "echo" else None
    app = Collector(ws, log) if log else echo
    drains = Background(ws, [PROCESS]).going() if kind == "draining" else nullcontext()
    with drains, suppress(KeyboardInterrupt):
        uvicorn.run(
            app,
            port=port,
            access_log=False,
            log_level="error",
            http="httptools",
            loop="uvloop",
            lifespan="off",
        )
    if log:
        log.close()
        print(json.dumps(vars(log.counts)))


class Client(asyncio.Protocol):
    """One connection that sends the next request when the last is answered, until it is told to stop."""

    n, n_wrong, is_on, pause = 0, 0, True, 0.0

    def __init__(self, head: bytes, bodies: list[bytes]) -> None:
        self.head, self.bodies, self.place, self.buffer = head, bodies, 0, b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport
        self.post()

    def post(self) -> None:
        if not Client.is_on:
            return
        body = self.bodies[self.place % len(self.bodies)]
        if Client.pause:  # a new message each time
            body = body.replace(b"0" * 24, b"%024d" % self.place)
        self.place += 1
        self.transport.write(b"%scontent-length: %d\r\n\r\n%s" % (self.head, len(body), body))

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        if b"\r\n\r\n" not in self.buffer or not self.buffer.endswith(b"}"):
            return
        Client.n_wrong += not self.buffer.startswith(b"HTTP/1.1 200")
        Client.n += 1
        self.buffer = b""
        if Client.is_on and Client.pause:
            asyncio.get_running_loop().call_later(Client.pause, self.post)
        elif Client.is_on:
            self.post()


def load(port: int, path: str, key: str, *, per_request: int, seconds: float, rate: float = 0.0) -> None:
    """Post for some seconds, at most `rate` requests a second; print how many were answered, and how many not with 200."""
    Client.pause = CLIENTS / rate if rate else 0.0
    basic = base64.b64encode(f"{key}:".encode()).decode()
    head = f"POST {path} HTTP/1.1\r\nhost: x\r\nauthorization: Basic {basic}\r\ncontent-type: application/json\r\n".encode()
    mine = f"{os.getpid()}-{time.time_ns()}"

    def body(client: int, n: int) -> bytes:
        made = [event(f"{mine}-{client}-{n}-{each}") for each in range(per_request)]
        return json.dumps({"batch": made, "sentAt": AT} if per_request > 1 else made[0]).encode()

    async def run() -> None:
        loop = asyncio.get_running_loop()
        bodies = [[body(client, n) for n in range(4)] for client in range(CLIENTS)]
        opened = [
            await loop.create_connection(partial(Client, head, own), "127.0.0.1", port) for own in bodies
        ]
        await asyncio.sleep(seconds / 4)
        began, first = time.perf_counter(), Client.n
        await asyncio.sleep(seconds)
        took, n = time.perf_counter() - began, Client.n - first
        Client.is_on = False
        await asyncio.sleep(0.3)
        for transport, _ in opened:
            transport.close()
        print(json.dumps({"rate": n / took, "n": n, "n_wrong": Client.n_wrong}))

    uvloop.run(run())


@dataclass(frozen=True)
class Told:
    """Requests per second, and per CPU second of the server; how large its memory was in the middle and at the end."""

    rate: float
    per_cpu: float
    megabytes: tuple[float, float]


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _megabytes(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _apart(*words: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "bench.collector", *map(str, words)], stdout=subprocess.PIPE, text=True
    )


class Server:
    """One worker in a process of its own."""

    def __init__(self, kind: str, root: Path, port: int) -> None:
        self.port, self.process = port, _apart("serve", kind, root, port)
        while not _is_up(port):
            time.sleep(0.1)

    def loaded(self, path: str, key: str, per_request: int, seconds: float, *, rate: float = 0.0) -> Told:
        """Return what it bore."""
        pid = self.process.pid
        cpu = _cpu(pid)
        with _apart("load", self.port, path, key, per_request, seconds, rate) as client:
            time.sleep(seconds / 2)
            middle = _megabytes(pid)
            assert client.stdout
            told = json.loads(client.stdout.read())
        assert not told["n_wrong"], told
        per_cpu = told["n"] * 1.25 / (_cpu(pid) - cpu)
        return Told(told["rate"], per_cpu, (middle, _megabytes(pid)))

    def stop(self) -> str:
        """Stop it and return what it printed."""
        self.process.send_signal(signal.SIGINT)
        return self.process.communicate()[0]


def _is_up(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def bare(folder: Path, size: int, seconds: float = 2.0) -> float:
    """Return how often a second so many bytes are appended to a file and waited for."""
    descriptor = os.open(folder / "bare", os.O_CREAT | os.O_WRONLY | os.O_APPEND)
    data, n, began = os.urandom(size), 0, time.perf_counter()
    while time.perf_counter() - began < seconds:
        os.write(descriptor, data)
        os.fdatasync(descriptor)
        n += 1
    os.close(descriptor)
    return n / (time.perf_counter() - began)


def plainly(bodies: list[bytes], folder: Path) -> float:
    """Return the CPU seconds of reading requests and writing one Parquet file by hand."""
    began = time.process_time()
    rows = [item for body in bodies for item in msgspec.json.decode(body)["batch"]]
    columns = {
        "event_id": [row["messageId"] for row in rows],
        "id_key": ["user:" + row["userId"] for row in rows],
        "name": [row["event"] for row in rows],
        "occurred_at": [row["timestamp"] for row in rows],
        "item_id": [row["properties"]["product_id"] for row in rows],
        "value_amount": [row["properties"]["price"] for row in rows],
        "properties": [msgspec.json.encode(row["properties"]).decode() for row in rows],
    }
    pq.write_table(pa.table(columns), folder / "plain.parquet")
    return time.process_time() - began


def drained(root: Path) -> None:
    """Print how fast a log comes into the tables, the first time and beside what is there already."""
    ws = quanyu.workspace.open(root)
    for turn in ("into empty tables", f"beside {N_DRAINED:,}", f"beside {2 * N_DRAINED:,}"):
        bodies = [
            json.dumps(
                {"batch": [event(f"{turn}-{n}-{each}") for each in range(BATCH)], "sentAt": AT}
            ).encode()
            for n in range(N_DRAINED // BATCH)
        ]
        log = open_log(ws)
        at = time.time_ns() // 1000
        asyncio.run(_kept(log, [Posted("bench", "segment", at, body) for body in bodies]))
        log.close()
        before, cpu, plain = ws.warehouse.count("events"), time.process_time(), plainly(bodies, root)
        began = time.perf_counter()
        cpu = time.process_time()
        done = drain(ws)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        assert done.n_events == N_DRAINED, (done, before)
        print(
            f"log to tables, {turn + ':':<22} {done.n_events / took:>9,.0f} events/s, {done.n_events / cpu:,.0f} per CPU second, "
            f"{cpu / plain:.1f} times the CPU of a hand-written one"
        )
    ws.close()


async def _kept(log: Log, posts: list[Posted]) -> None:
    for first in range(0, len(posts), 200):
        await asyncio.gather(*(log.keep(posted) for posted in posts[first : first + 200]))


def main() -> None:
    """Measure, or be one of the processes that are measured."""
    match sys.argv[1:]:
        case ["serve", kind, root, port]:
            serve(kind, root, int(port))
        case ["load", port, path, key, per_request, seconds, rate]:
            load(int(port), path, key, per_request=int(per_request), seconds=float(seconds), rate=float(rate))
        case ["soak", seconds, *rate]:
            soak(float(seconds), *map(float, rate))
        case words:
            measure(float(words[0]) if words else SECONDS)


def measure(seconds: float) -> None:
    """Print everything but the soak."""
    with tempfile.TemporaryDirectory() as made:
        shops = Path(made) / "shop", Path(made) / "other"
        measured(Path(made), shops[0], shop(shops[0]), seconds)
        shop(shops[1])
        drained(shops[1])


def shop(root: Path) -> str:
    """Make a workspace with a source, and return its key."""
    ws = quanyu.workspace.create(root)
    key: str = perform(ws, ADD_SOURCE, {"name": "bench", "kind": "segment"}, Caller("bench")).write_key
    ws.close()
    return key


def soak(seconds: float, rate: float = 0.0) -> None:
    """Post single requests for a long time while they are drained; print how the memory grew in the second half."""
    with tempfile.TemporaryDirectory() as made:
        root = Path(made) / "shop"
        key = shop(root)
        server = Server("draining", root, PORT + 1)
        told = server.loaded("/v1/track", key, 1, seconds, rate=rate)
        middle, end = told.megabytes
        print(
            f"{seconds:,.0f} s, {told.rate:,.0f} events/s: {middle:,.0f} MB in the middle, {end:,.0f} MB at the end"
        )
        print(server.stop())
        ws = quanyu.workspace.open(root)
        print(f"{ws.warehouse.count('events'):,} events in the tables, {waiting_bytes(ws):,} bytes wait")
        ws.close()


def measured(folder: Path, root: Path, key: str, seconds: float) -> None:
    """Print what the echo and the collector bear, in turn."""
    echoing, collecting = Server("echo", root, PORT), Server("collector", root, PORT + 1)
    single = [(server.loaded("/v1/track", key, 1, seconds)) for server in (echoing, collecting)]
    batch = [(server.loaded("/v1/batch", key, BATCH, seconds)) for server in (echoing, collecting)]
    counts = json.loads(collecting.stop())
    echoing.stop()
    size = len(json.dumps(event(1)))
    rates = [f"{bare(folder, n):,.0f}/s of {n:,} bytes" for n in (size, size * BATCH)]
    print(f"append + fdatasync by itself: {', '.join(rates)}")
    for what, told, times in (("single requests", single, 1), (f"batches of {BATCH}", batch, BATCH)):
        plain, own = told
        print(
            f"{what}: {own.rate * times:,.0f} events/s durable; bare echo {plain.rate * times:,.0f}/s: {own.rate / plain.rate:.0%}; "
            f"per CPU second of the server {own.per_cpu * times:,.0f} and {plain.per_cpu * times:,.0f}: "
            f"{own.per_cpu / plain.per_cpu:.0%}"
        )
    print(
        f"records per commit: {counts['n_records'] / counts['n_commits']:.0f}, refused: {counts['n_refused']}"
    )
    middle, end = batch[1].megabytes
    print(
        f"memory of the collector: {middle:,.0f} MB in the middle of the batches, {end:,.0f} MB at their end"
    )


if __name__ == "__main__":
    main()
