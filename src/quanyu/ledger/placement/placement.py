"""Messages in slots: what is shown to whom, until when, how often at most, and how often it was.

A message is delivered when it is first shown: the showing and the send change in one transaction. A send that a worker holds
is left to it; the worker finds that it was shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from quanyu.ledger.campaign import CAMPAIGNS, SENDS
from quanyu.ledger.store import Scope, insert_once, reading, schema, writing

PLACEMENTS = sa.Table(
    "placements",
    schema.METADATA,
    schema.text("campaign_id", primary_key=True),
    sa.Column("place", sa.BigInteger, primary_key=True),
    schema.text("person_id"),
    schema.json("content"),
    sa.Column("is_marketing", sa.Boolean, nullable=False),
    schema.time("placed_at"),
    schema.time("until_at"),
    schema.whole("most_shown"),
    schema.whole("n_shown"),
    schema.time("shown_at", is_required=False),
    sa.Index(None, "until_at"),
)
KEYS = sa.Table(
    "placement_keys",
    schema.METADATA,
    schema.text("id_key", primary_key=True),
    schema.text("slot", primary_key=True),
    schema.text("campaign_id", primary_key=True),
    sa.Column("place", sa.BigInteger, primary_key=True),
    schema.text("person_id"),
    sa.Index(None, "campaign_id", "place"),
)
LIVE = ("sending", "done")
"""Campaigns whose messages are shown: one that is paused or stopped shows nothing."""


@dataclass(frozen=True)
class Placement:
    """A message in a slot, for the browsers of a person (`id_keys`)."""

    campaign_id: str
    place: int
    person_id: str
    slot: str
    id_keys: tuple[str, ...]
    content: Mapping[str, Any]
    is_marketing: bool
    placed_at: dt.datetime
    until_at: dt.datetime
    most_shown: int


@dataclass(frozen=True)
class Waiting:
    """A message that may be shown now."""

    campaign_id: str
    place: int
    person_id: str
    content: Mapping[str, Any]
    is_marketing: bool
    n_shown: int
    shown_at: dt.datetime | None


def place_messages(
    scope: Scope, placements: Sequence[Placement], *, at: dt.datetime
) -> dict[tuple[str, int], tuple[int, dt.datetime]]:
    """Put messages into their slots and return by campaign and place how often each was shown, and until when it stays.

    One that is there keeps its words and its time, and gets the browsers that are new. What is past its time goes.
    """
    if not placements:
        return {}
    columns = [column.name for column in PLACEMENTS.c if column.name not in ("n_shown", "shown_at")]
    rows = [
        {name: getattr(one, name) for name in columns} | {"n_shown": 0, "shown_at": None}
        for one in placements
    ]
    keys = [
        {"id_key": key} | {name: getattr(one, name) for name in ("slot", "campaign_id", "place", "person_id")}
        for one in placements
        for key in one.id_keys
    ]
    mine = {(one.campaign_id, one.place) for one in placements}
    with writing(scope) as connection:
        insert_once(connection, PLACEMENTS, rows)
        insert_once(connection, KEYS, keys)
        of = PLACEMENTS.c.campaign_id.in_({name for name, _ in mine})
        near = PLACEMENTS.c.place.between(min(n for _, n in mine), max(n for _, n in mine))
        found = connection.execute(sa.select(PLACEMENTS).where(of, near)).mappings()
        told = {
            (row["campaign_id"], row["place"]): (row["n_shown"], row["until_at"])
            for row in found
            if (row["campaign_id"], row["place"]) in mine
        }
        _clear(connection, at)
    return told


def _clear(connection: sa.engine.Connection, at: dt.datetime) -> None:
    gone = sa.select(PLACEMENTS.c.campaign_id, PLACEMENTS.c.place).where(PLACEMENTS.c.until_at <= at)
    over = sa.exists(
        gone.where(PLACEMENTS.c.campaign_id == KEYS.c.campaign_id, PLACEMENTS.c.place == KEYS.c.place)
    )
    connection.execute(sa.delete(KEYS).where(over))
    connection.execute(sa.delete(PLACEMENTS).where(PLACEMENTS.c.until_at <= at))


def waiting_in(
    scope: Scope, slot: str, id_key: str, *, at: dt.datetime, same_since: dt.datetime, limit: int = 5
) -> list[Waiting]:
    """Return what a browser may be shown in a slot now, what has waited longest first.

    A message shown after `same_since` may be shown again: it is the same showing.
    """
    send = (SENDS.c.campaign_id == PLACEMENTS.c.campaign_id) & (SENDS.c.place == PLACEMENTS.c.place)
    key = (KEYS.c.campaign_id == PLACEMENTS.c.campaign_id) & (KEYS.c.place == PLACEMENTS.c.place)
    names = [PLACEMENTS.c[name] for name in Waiting.__dataclass_fields__]
    wanted = (
        sa.select(*names)
        .join(KEYS, key)
        .join(SENDS, send)
        .join(CAMPAIGNS, CAMPAIGNS.c.campaign_id == PLACEMENTS.c.campaign_id)
        .where(KEYS.c.id_key == id_key, KEYS.c.slot == slot, PLACEMENTS.c.until_at > at)
        .where(SENDS.c.status.in_(["pending", "delivered"]), CAMPAIGNS.c.status.in_(LIVE))
        .where(
            (PLACEMENTS.c.n_shown < PLACEMENTS.c.most_shown)
            | ((PLACEMENTS.c.n_shown == PLACEMENTS.c.most_shown) & (PLACEMENTS.c.shown_at > same_since))
        )
        .order_by(PLACEMENTS.c.placed_at, PLACEMENTS.c.campaign_id, PLACEMENTS.c.place)
        .limit(limit)
    )
    with reading(scope) as connection:
        return [Waiting(**row._mapping) for row in connection.execute(wanted)]


def show(scope: Scope, shown: Waiting, *, at: dt.datetime) -> bool:
    """Count a showing of a message, deliver its send where it waits, and say whether it counted: of two at once one does."""
    own = (PLACEMENTS.c.campaign_id == shown.campaign_id) & (PLACEMENTS.c.place == shown.place)
    count = sa.update(PLACEMENTS).where(own, PLACEMENTS.c.n_shown == shown.n_shown)
    waits = (SENDS.c.campaign_id == shown.campaign_id) & (SENDS.c.place == shown.place)
    waits &= (SENDS.c.status == "pending") & SENDS.c.claimed_by.is_(None)
    delivered = {"status": "delivered", "reason": "", "due_at": None, "changed_at": at}
    with writing(scope) as connection:
        is_new = connection.execute(count.values(n_shown=shown.n_shown + 1, shown_at=at)).rowcount == 1
        if is_new:
            connection.execute(
                sa.update(SENDS).where(waits).values(**delivered, n_attempts=SENDS.c.n_attempts + 1)
            )
    return is_new


__all__ = ["Placement", "Waiting", "place_messages", "show", "waiting_in"]
