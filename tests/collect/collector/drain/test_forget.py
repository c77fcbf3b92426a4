"""Whoever is erased is erased from the log too: by the scan of every byte, however a client wrote it."""

from __future__ import annotations

import json
import re
from contextlib import closing

from quanyu import ledger, loop
from quanyu.act.erasure import ERASE
from quanyu.collect.collector.drain import drain
from quanyu.collect.collector.log import entries, open_log, segments
from quanyu.collect.collector.message import Posted
from quanyu.part.action import Caller, perform

from ..log.test_log import put
from .conftest import AT

WHO = re.compile(r"wang-zhaoyang|王昭阳|wangzy|138\D*1357\D*2468", re.IGNORECASE)


def segment(*batch: dict[str, object]) -> Posted:
    stamp = "2026-11-06T00:00:00Z"
    items = [{"messageId": f"e{n}-{len(batch)}", "timestamp": stamp, **item} for n, item in enumerate(batch)]
    return Posted("shop", "segment", AT, json.dumps({"batch": items, "sentAt": stamp}).encode())


def everything(ws) -> str:
    """Every byte of every file, and what tables and records say when they are read."""
    files = [file.read_bytes().decode("utf-8", "replace") for file in ws.root.rglob("*") if file.is_file()]
    tables = [str(ws.warehouse.read(ws.warehouse.table(name)).to_pylist()) for name in loop.CONTRACTS]
    records = ledger.find_records(ws.ledger, re.compile(""))
    return "\n".join([*files, *tables, json.dumps(records, default=str), *map(_unescaped, files)])


def _unescaped(text: str) -> str:
    return re.sub(r"\\u([0-9a-f]{4})", lambda match: chr(int(match[1], 16)), text)


def test_whoever_is_erased_leaves_the_log_and_others_lose_nothing(embedded) -> None:
    with closing(open_log(embedded)) as log:
        traits = {"name": "王昭阳", "email": "wangzy@example.com", "phone": "138 1357 2468"}
        put(
            log,
            segment({"type": "identify", "userId": "wang-zhaoyang", "anonymousId": "c-1", "traits": traits}),
        )
        put(
            log,
            segment(
                {"type": "track", "event": "Product Viewed", "userId": "u2"},
                {"type": "page", "userId": "wang-zhaoyang"},
            ),
        )
        drain(embedded)
        loop.run(embedded, only="identity")
        # Not in the tables yet when the erasure begins, beside somebody else.
        put(
            log,
            segment(
                {"type": "track", "event": "Search", "userId": "u3"},
                {"type": "track", "event": "Search", "anonymousId": "c-1"},
                {"type": "track", "event": "x", "userId": "u4", "properties": {"note": "for 王昭阳"}},
            ),
        )
        assert WHO.search(everything(embedded))
        done = perform(embedded, ERASE, {"person": "user:wang-zhaoyang"}, Caller("li"))
        assert [file for file in done.files if file.startswith("collector/")]
        assert not done.unread
        assert WHO.search(everything(embedded)) is None
        events = embedded.warehouse.read(embedded.warehouse.table("events")).to_pylist()
        assert {row["id_key"] for row in events} == {"user:u2", "user:u3", "user:u4", None}
        # What comes late is refused, and does not stay in the log either.
        put(
            log,
            segment({"type": "page", "userId": "wang-zhaoyang"}),
            segment({"type": "page", "userId": "u5"}),
        )
        drain(embedded)
        assert WHO.search(everything(embedded)) is None
        assert embedded.warehouse.count("events") == len(events) + 1
        (file,) = segments(embedded.root / "collector")
        assert sum(entry.posted is not None for entry in entries(embedded.root / "collector", file.log)) == 1
