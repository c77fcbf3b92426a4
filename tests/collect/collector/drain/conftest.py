"""A log to post to and a plain format: the body is a JSON list of messages."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator

import msgspec
import pytest

from quanyu.collect.collector.drain import drain
from quanyu.collect.collector.log import Log, open_log
from quanyu.collect.collector.message import Message, Posted, Unusable
from quanyu.ledger import open_ledger  # noqa: F401 - opened before processes part

AT = 1_794_000_000_000_000
"""A moment before the clock of the tests, in microseconds."""


def read(posted: Posted) -> list[Message | Unusable]:
    return [
        Unusable(**item) if "reason" in item else msgspec.convert(item, Message)
        for item in json.loads(posted.body)
    ]


def said(n: object, user: str = "17", **more: object) -> dict[str, object]:
    return {
        "message_id": f"m{n}",
        "kind": "track",
        "name": "page_view",
        "occurred_at": AT,
        "ids": {"user": user},
        **more,
    }


Post = Callable[..., None]


@pytest.fixture
def log(embedded) -> Iterator[Log]:
    opened = open_log(embedded)
    yield opened
    opened.close()


@pytest.fixture
def post(log: Log) -> Post:
    def posted(*messages: dict[str, object], source: str = "shop") -> None:
        asyncio.run(log.keep(Posted(source, "plain", AT, json.dumps(messages).encode())))

    return posted


@pytest.fixture
def brought(embedded) -> Callable[[], object]:
    return lambda: drain(embedded, read)


@pytest.fixture
def rows(embedded):
    def listed(name: str) -> list[dict[str, object]]:
        return embedded.warehouse.read(embedded.warehouse.table(name)).to_pylist()

    return listed
