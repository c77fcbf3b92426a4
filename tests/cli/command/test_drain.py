"""`quanyu drain`: says what became of what was posted."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing

from quanyu.collect.collector import Posted
from quanyu.collect.collector.log import open_log

AT = 1_794_000_000_000_000


def test_what_was_posted_is_brought_and_counted(embedded, command) -> None:
    said = {
        "type": "track",
        "event": "Search",
        "userId": "u1",
        "messageId": "m1",
        "timestamp": "2026-11-06T00:00:00Z",
    }
    with closing(open_log(embedded)) as log:
        body = json.dumps({"batch": [said, said, {"type": "track"}]}).encode()
        asyncio.run(log.keep(Posted("shop", "segment", AT, body)))
    answer = command("drain", "--json", "-w", str(embedded.root))
    told = {"n_requests": 1, "n_messages": 3, "n_events": 1, "n_refused": 1, "n_damaged": 0}
    assert json.loads(answer.out) == told, answer
    assert "0 requests" in command("drain", "-w", str(embedded.root)).out
    assert embedded.warehouse.count("events") == 1
