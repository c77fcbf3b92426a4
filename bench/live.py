"""From a post to the node: `python -m bench.live [SECONDS]`; `quanyu serve`, all in one, at 1,000 events a second.

One event in a hundred is the first cart of somebody, who enters a journey whose first step sends a message. Told is the time from
the post to the entry, and to the message in the queue, both as another process sees them in the ledger. The floor, in the same run: a
program that posts one event and brings it in and ticks by itself, with nothing else to do.
"""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import httpx
import numpy as np
import sqlalchemy as sa

import quanyu.workspace
from quanyu.act.journey import ACTIONS, tick
from quanyu.collect.collector.drain import drain
from quanyu.collect.collector.source import ADD_SOURCE
from quanyu.part.action import Caller, perform
from quanyu.tables import contract
from quanyu.workspace import Workspace

PEOPLE, RATE, BATCH, ONE_IN = 100_000, 1_000, 50, 100
SECONDS = 60.0
WHO = Caller("bench")
TABLES = {
    "people": "SELECT 'p' || n AS person_id, '+8613' || lpad(n::VARCHAR, 9, '0') AS phone, 1 AS n_identifiers, "
    "true AS is_personalised FROM range({n}) AS t(n)",
    "identities": "SELECT 'user:u' || n AS id_key, 'user' AS kind, 'p' || n AS person_id FROM range({n}) AS t(n)",
    "consents": "SELECT 'user:u' || n AS id_key, 'marketing' AS purpose, 'sms' AS channel, true AS is_granted, "
    "TIMESTAMPTZ '2026-01-01' AS decided_at, 'bench' AS source FROM range({n}) AS t(n)",
}
JOURNEY = {
    "name": "bench", "when": "did add_to_cart", "goal": "did checkout", "control_share": 0,
    "steps": [{"send": {"channel": "sms", "content": {"text": "Your cart waits"}, "is_service": True}}, {"wait": "1 day"}],
}  # fmt: skip


def shop(root: Path) -> tuple[Workspace, str]:
    """Make a workspace with people, a source and a live journey, and return it with the key of the source."""
    ws = quanyu.workspace.create(root)
    for name, sql in TABLES.items():
        promise = contract(name)
        drawn = duckdb.sql(sql.format(n=PEOPLE)).to_arrow_table()
        for column in promise.columns:
            if column.name not in drawn.column_names:
                drawn = drawn.append_column(column.name, [[None] * drawn.num_rows])
        rows = drawn.select(promise.schema.names).cast(promise.schema.to_pyarrow())
        ws.warehouse.replace(name, rows, by=promise.owner)
    key = perform(ws, ADD_SOURCE, {"name": "bench", "kind": "segment"}, WHO).write_key
    for action, given in (("add_journey", {"fields": JOURNEY}), ("launch_journey", {"journey": "bench"})):
        perform(ws, ACTIONS[action], given, WHO)
    return ws, key


def body(first: int) -> tuple[bytes, list[str]]:
    """Return a request of a batch of events and the people who fill a cart in it."""
    events, carts = [], []
    for number in range(first, first + BATCH):
        is_cart = number % ONE_IN == 0
        who = f"u{number // ONE_IN}" if is_cart else f"u{PEOPLE // 2 + number * 7919 % (PEOPLE // 2)}"
        carts += [who] if is_cart else []
        events.append(
            {"type": "track", "event": "Product Added" if is_cart else "Product Viewed", "userId": who, "messageId": f"m{number}",
             "properties": {"product_id": f"sku-{number % 5000}", "price": 19.9, "currency": "CNY", "category": "shoes"},
             "context": {"library": {"name": "bench", "version": "1"}, "page": {"path": "/p", "title": "A page"}}}
        )  # fmt: skip
    return json.dumps({"batch": events}).encode(), carts


def post(port: int, key: str, seconds: float) -> tuple[dict[str, float], float]:
    """Post at the rate for some seconds; return when whose cart was answered, and how many events a second that were."""
    basic = base64.b64encode(f"{key}:".encode()).decode()
    headers = {"authorization": f"Basic {basic}", "content-type": "application/json"}
    at: dict[str, float] = {}
    began, n = time.time(), 0
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", headers=headers, trust_env=False) as client:
        while n < RATE * seconds:
            said, carts = body(n)
            time.sleep(max(began + n / RATE - time.time(), 0))
            at |= dict.fromkeys(carts, time.time())
            client.post("/v1/batch", content=said).raise_for_status()
            n += BATCH
    return at, n / (time.time() - began)


class Looking(threading.Thread):
    """Looks into the ledger again and again: when who has entered, and whose message is in the queue."""

    def __init__(self, root: Path) -> None:
        super().__init__(daemon=True)
        self.engine = sa.create_engine(f"sqlite:///file:{root / '.quanyu' / 'ledger.db'}?mode=ro&uri=true")
        self.entered: dict[str, float] = {}
        self.queued: dict[str, float] = {}
        self.is_on = True

    def run(self) -> None:
        """Look until told to stop."""
        asked = {
            "entered": "SELECT person_id FROM enrolments",
            "queued": "SELECT person_id FROM sends",
        }
        while self.is_on:
            for name, sql in asked.items():
                seen: dict[str, float] = getattr(self, name)
                with self.engine.connect() as connection:
                    rows = connection.exec_driver_sql(sql).scalars().all()
                seen |= {
                    row.replace("p", "u"): time.time() for row in rows if row.replace("p", "u") not in seen
                }
            time.sleep(0.05)


@contextmanager
def served(root: Path) -> Iterator[tuple[int, int]]:
    """Serve everything in one process; give its port and its number."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "quanyu.web", "--workspace", str(root), "--port", str(port)]
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while True:
            with socket.socket() as one:
                if one.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield port, process.pid
    finally:
        process.terminate()
        process.wait()


def spread(what: str, at: dict[str, float], seen: dict[str, float]) -> float:
    """Print how long it took from the post on, and return the longest."""
    took = np.array([seen[who] - then for who, then in at.items() if who in seen])
    n_missing = len(at) - len(took)
    p50, p95, most = np.quantile(took, [0.5, 0.95, 1.0])
    print(
        f"{what:<34} n {len(took):,} of {len(at):,}   median {p50:.2f} s   95 % {p95:.2f} s   most {most:.2f} s",
        flush=True,
    )
    return float("inf") if n_missing else float(most)


def floor(ws: Workspace, port: int, key: str) -> float:
    """Return the median seconds of: post an event, bring it in, tick; nothing else goes on and nothing waits."""
    took = []
    for number in range(7):
        began = time.time()
        basic = base64.b64encode(f"{key}:".encode()).decode()
        event: dict[str, Any] = {
            "type": "track", "event": "Product Added", "userId": f"u{PEOPLE - 1 - number}", "messageId": f"f{number}",
        }  # fmt: skip
        httpx.post(
            f"http://127.0.0.1:{port}/v1/track",
            json=event,
            headers={"authorization": f"Basic {basic}"},
            trust_env=False,
        ).raise_for_status()
        drain(ws)
        tick(ws)
        took.append(time.time() - began)
    return float(np.median(took[1:]))


def cpu(pid: int) -> float:
    """Return the processor seconds of a process."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main() -> None:
    """Measure, and print."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else SECONDS
    os.environ["QUANYU_EXPERIMENT__HOLDOUT_SHARE"] = "0"  # whom nothing may reach gets no message
    with tempfile.TemporaryDirectory(prefix="quanyu-bench-", ignore_cleanup_errors=True) as made:
        root = Path(made) / "shop"
        ws, key = shop(root)
        with served(root) as (port, pid):
            time.sleep(10)
            before = cpu(pid)
            time.sleep(10)
            idle = (cpu(pid) - before) / 10
            looking = Looking(root)
            looking.start()
            before = cpu(pid)
            at, rate = post(port, key, seconds)
            spent = (cpu(pid) - before) / seconds
            time.sleep(15)
            looking.is_on = False
            looking.join()
            least = floor(ws, port, key)
        print(
            f"{rate:,.0f} events/s for {seconds:.0f} s, {spent:.2f} CPU seconds of the server a second; {idle:.3f} before"
        )
        print(f"floor: post one, bring it in, tick, and nothing else: median {least:.2f} s")
        for what, seen in (("entry", looking.entered), ("message in the queue", looking.queued)):
            most = spread(f"from post to {what}", at, seen)
            print(f"the longest takes {most / least:.1f} times the floor")
        ws.close()


if __name__ == "__main__":
    main()
