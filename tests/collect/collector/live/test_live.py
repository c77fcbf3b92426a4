"""Live events: the newest first, each with what became of it; what is sent again is told from what counts."""

from __future__ import annotations

import asyncio
import json

import pytest

from quanyu.collect.collector import Posted
from quanyu.collect.collector.live import LATEST_EVENTS
from quanyu.collect.collector.log import open_log
from quanyu.part.action import Caller, perform

NOW = 1_794_355_200_000_000


def track(key: str, **more: object) -> dict[str, object]:
    return {"type": "track", "event": f"E {key}", "userId": "17", "messageId": key, **more}


@pytest.fixture
def ws(embedded):
    log = open_log(embedded)

    async def keep() -> None:
        for place, said in enumerate(
            ({"batch": [track("a"), track("b", userId=None)]}, {"batch": [track("a"), track("c")]}, "no JSON")
        ):
            body = said.encode() if isinstance(said, str) else json.dumps(said).encode()
            await log.keep(Posted("site", "segment", NOW + place, body))

    asyncio.run(keep())
    log.close()
    return embedded


def latest(ws, **given):
    return [
        (seen.state, seen.name or seen.reason) for seen in perform(ws, LATEST_EVENTS, given, Caller("li"))
    ]


def test_the_newest_come_first_and_the_oldest_with_an_id_counts(ws) -> None:
    whole = [
        ("rejected", "The body is not JSON."),
        ("accepted", "E c"),
        ("repeated", "E a"),
        ("rejected", "Neither userId nor anonymousId says who it is of."),
        ("accepted", "E a"),
    ]
    assert latest(ws) == whole and latest(ws, n=2) == whole[:2]
    assert latest(ws, state="rejected") == [whole[0], whole[3]]
    assert latest(ws, words='USER:17 "c"') == [whole[1]] and latest(ws, source="other") == []
    seen = perform(ws, LATEST_EVENTS, {"n": 1}, Caller("li"))[0]
    assert seen.raw == "no JSON" and seen.received_at.isoformat() == "2026-11-11T00:00:00.000002+00:00"


def test_a_workspace_without_a_log_has_none(embedded) -> None:
    assert latest(embedded) == []
