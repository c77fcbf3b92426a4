"""A campaign on its way: one mail each to some people, as the ledger and the warehouse have it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from tests.act.conftest import put

from quanyu import ledger
from quanyu.ledger import Campaign, SettledSend
from quanyu.part.told_consent import key_of
from quanyu.workspace import Workspace

LEFT = dt.datetime(2026, 11, 19, 4, tzinfo=dt.UTC)
"""When the messages had left."""
LINKS = ["https://shop.example/a?utm_source=mail&utm_campaign=c", "https://shop.example/b#top"]
Launch = Callable[..., Workspace]


def after(seconds: float) -> dt.datetime:
    return LEFT + dt.timedelta(seconds=seconds)


def launch(
    ws: Workspace, people: str = "abcd", channel: str = "mail", campaign: str = "c", *, receipt: str = ""
) -> Workspace:
    """Send one message to each person, whose contact is `NAME@example.com` or a number that ends in its place."""
    kind = "email" if channel == "mail" else "phone"
    contacts = {
        who: f"{who}@example.com" if kind == "email" else f"+861381234000{n}" for n, who in enumerate(people)
    }
    rows = [
        {"campaign_id": campaign, "step": "1", "person_id": who, "arm": "treated", "channel": channel, "status": "pending",
         "reason": "", "why": "", "changed_at": LEFT, "variant": "A"}
        for who in people
    ]  # fmt: skip
    design = {"links": {channel: {"A": LINKS}}}
    made = Campaign(
        campaign, campaign, "Spring", "message", channel, "sending", design, LEFT - dt.timedelta(hours=1)
    )
    with ws.ledger.begin() as connection:
        ledger.freeze(connection, made, [[{**row, "due_at": LEFT} for row in rows]])
    ledger.claim_sends(ws.ledger, campaign, "w", at=LEFT, until=after(60), limit=100)
    done = [SettledSend(place, "delivered", channel, receipt=receipt) for place in range(len(people))]
    ledger.settle_sends(ws.ledger, campaign, "w", done, at=LEFT)
    put(ws, "people", [{"person_id": who, kind: to, "n_identifiers": 1} for who, to in contacts.items()])
    put(ws, "identities", [
        {"id_key": key_of(kind, to, ws.secret), "kind": kind, "person_id": who} for who, to in contacts.items()
    ])  # fmt: skip
    put(ws, "messages", [
        {"send_id": f"{campaign}:1:{who}", "channel": channel, "campaign_id": campaign, "place": n, "person_id": who,
         "contact": to, "values": "{}", "composed_at": LEFT}
        for n, (who, to) in enumerate(contacts.items())
    ])  # fmt: skip
    return ws


@pytest.fixture(name="launch")
def launch_fixture() -> Launch:
    return launch
