"""The outbox: a message is committed with the change that caused it, and delivered from here.

Delivery is at least once: a dispatcher that dies is followed by another. Each message has a key that makes it
once for whoever receives it, and posting a key again posts nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quanyu.ledger.document import Document
from quanyu.ledger.store import Scope, insert_once, reading, schema, writing
from quanyu.text import Text

OUTBOX = sa.Table(
    "outbox",
    schema.METADATA,
    schema.serial("message_id"),
    schema.text("topic"),
    schema.text("key"),
    schema.json("payload"),
    schema.text("status"),
    schema.time("posted_at"),
    schema.time("due_at"),
    schema.whole("n_attempts"),
    sa.Column("claimed_by", schema.Words),
    schema.time("claimed_until", is_required=False),
    schema.time("delivered_at", is_required=False),
    schema.text("error"),
    sa.CheckConstraint("status IN ('waiting', 'claimed', 'delivered', 'dead')", name="status"),
    sa.UniqueConstraint("topic", "key"),
    sa.Index(None, "topic", "status", "due_at"),
)
MessageStatus = Annotated[Literal["waiting", "claimed", "delivered", "dead"], Text]


@dataclass(frozen=True)
class Message:
    """A message to post: `topic` says who delivers it, `key` makes it once within the topic.

    >>> Message("sms", "c7:1:p-17", {"template": "hello"}).key
    'c7:1:p-17'
    """

    topic: str
    key: str
    payload: Document
    due_at: dt.datetime | None = None


@dataclass(frozen=True)
class ClaimedMessage:
    """A message in the hands of a dispatcher; `n_attempts` counts this claim."""

    message_id: int
    topic: str
    key: str
    payload: Document
    n_attempts: int
    claimed_until: dt.datetime


@dataclass(frozen=True)
class Claim:
    """How a dispatcher takes messages: its name, how long it may hold them, and how many at once."""

    who: str
    lease: dt.timedelta = dt.timedelta(minutes=5)
    limit: int = 100


def post(connection: Connection, messages: Sequence[Message], *, at: dt.datetime) -> int:
    """Post messages in the transaction that causes them and return how many were new."""
    fresh = {"status": "waiting", "posted_at": at, "n_attempts": 0, "error": ""}
    rows = [{**vars(message), **fresh, "due_at": message.due_at or at} for message in messages]
    return insert_once(connection, OUTBOX, rows)


def claim(scope: Scope, topic: str, by: Claim, *, at: dt.datetime) -> list[ClaimedMessage]:
    """Take the messages of a topic that are due, oldest first, and hold them for a while.

    No two dispatchers hold the same message, unless one kept it beyond its lease: then it is taken to be dead.
    """
    is_free = (OUTBOX.c.status == "waiting") & (OUTBOX.c.due_at <= at)
    is_abandoned = (OUTBOX.c.status == "claimed") & (OUTBOX.c.claimed_until <= at)
    due = (
        sa.select(OUTBOX.c.message_id)
        .where(OUTBOX.c.topic == topic, is_free | is_abandoned)
        .order_by(OUTBOX.c.due_at, OUTBOX.c.message_id)
        .limit(by.limit)
        .with_for_update(skip_locked=True)
    )
    taken = {"status": "claimed", "claimed_by": by.who, "claimed_until": at + by.lease}
    columns = [OUTBOX.c[name] for name in ClaimedMessage.__dataclass_fields__]
    with writing(scope) as connection:
        ids = connection.execute(due).scalars().all()
        update = sa.update(OUTBOX).where(OUTBOX.c.message_id.in_(ids))
        update = update.values(taken | {"n_attempts": OUTBOX.c.n_attempts + 1})
        rows = connection.execute(update.returning(*columns)).mappings().all() if ids else []
    order = {message_id: place for place, message_id in enumerate(ids)}
    return sorted((ClaimedMessage(**row) for row in rows), key=lambda message: order[message.message_id])


def mark_delivered(scope: Scope, message_ids: Collection[int], *, at: dt.datetime) -> int:
    """Mark messages as delivered, whoever holds them now, and return how many were not marked before."""
    arrived = OUTBOX.c.message_id.in_(message_ids) & (OUTBOX.c.status != "delivered")
    values = {"status": "delivered", "delivered_at": at, "claimed_until": None, "error": ""}
    with writing(scope) as connection:
        return connection.execute(sa.update(OUTBOX).where(arrived).values(values)).rowcount


def mark_failed(
    scope: Scope, message: ClaimedMessage, error: str, *, who: str, retry_at: dt.datetime | None
) -> bool:
    """Give a message back after a failed attempt, to be tried again at `retry_at`, or never when it is None.

    Returns False when the dispatcher `who` no longer holds the message, and changes nothing then.
    """
    held = (
        (OUTBOX.c.message_id == message.message_id)
        & (OUTBOX.c.status == "claimed")
        & (OUTBOX.c.claimed_by == who)
    )
    next_state = {"status": "dead"} if retry_at is None else {"status": "waiting", "due_at": retry_at}
    values = {"claimed_until": None, "error": error, **next_state}
    with writing(scope) as connection:
        return connection.execute(sa.update(OUTBOX).where(held).values(values)).rowcount == 1


def release_claims(scope: Scope, topic: str) -> int:
    """Give the claimed messages of a topic back and return how many; the caller knows that no dispatcher lives."""
    held = (OUTBOX.c.topic == topic) & (OUTBOX.c.status == "claimed")
    with writing(scope) as connection:
        values = {"status": "waiting", "claimed_until": None}
        return connection.execute(sa.update(OUTBOX).where(held).values(values)).rowcount


def count_messages(scope: Scope, *, topic: str = "", prefix: str = "") -> dict[str, int]:
    """Return how many messages are waiting, claimed, delivered and dead; of one topic, and of keys that begin alike, where named."""
    counted = sa.select(OUTBOX.c.status, sa.func.count()).group_by(OUTBOX.c.status)
    counted = counted.where(OUTBOX.c.topic == topic) if topic else counted
    counted = counted.where(OUTBOX.c.key.startswith(prefix, autoescape=True)) if prefix else counted
    with reading(scope) as connection:
        counts = {row[0]: int(row[1]) for row in connection.execute(counted)}
    return {status: counts.get(status, 0) for status in ("waiting", "claimed", "delivered", "dead")}
