"""What is due in a slot of the shop's page for the browser that asks, and that it was shown.

Only the ledger is asked and written. A browser is known by the random identifier that the shop's script gave it, which nobody
can guess; a customer number, which anybody can, is not taken.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from quanyu import ledger
from quanyu.act.response import Response
from quanyu.act.track import record_responses
from quanyu.ledger.placement import Waiting, show, waiting_in
from quanyu.ledger.suppression import WILL
from quanyu.part.told_consent import PERSON, key_of, tomb_of
from quanyu.workspace import Workspace

CHANNEL_NAME = "site"
SAME = dt.timedelta(minutes=30)
"""Showings so close after each other are one: pages that follow each other, a page that asks twice."""


def message_for(ws: Workspace, slot: str, browser: str, agent: str) -> Mapping[str, Any] | None:
    """Return the message that is due in a slot for a browser, and record that it was shown; None where none is.

    A first showing delivers the message and is a response (`opened`), as is every later one that is not the same showing.
    """
    at = ws.now()
    id_key = key_of("cookie", browser, ws.secret)
    for one in waiting_in(ws.ledger, slot, id_key, at=at, same_since=at - SAME):
        if _has_refused(ws, one, id_key):
            continue
        is_same = one.shown_at is not None and one.shown_at > at - SAME
        key = f"{one.campaign_id}:{one.place}"
        if not is_same and show(ws.ledger, one, at=at):
            record_responses(ws, CHANNEL_NAME, [Response("opened", key, agent=agent)])
        return {"id": key, "slot": slot, **one.content}
    return None


def _has_refused(ws: Workspace, one: Waiting, id_key: str) -> bool:
    """Say whether the person or the browser may not be written to any more."""
    keys = [PERSON + one.person_id, id_key]
    keys += [tomb_of(key, ws.secret) for key in keys]
    listed = ledger.list_suppressions(ws.ledger, channel=CHANNEL_NAME, id_keys=keys)
    return any(one.is_marketing or line.reason not in WILL for line in listed)
