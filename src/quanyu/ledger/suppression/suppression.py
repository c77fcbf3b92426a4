"""Contacts that must not be written to, and why: a list of what stands now, numbered so that a sender hears of news.

A bounce is no opt-out: each contact has one line per channel and reason, and only the reasons of the person's own will
(`WILL`) are taken back by a newer consent.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quanyu.ledger.store import Scope, insert_once, reading, schema, writing
from quanyu.tables.owned.people import ALL_CHANNELS
from quanyu.text import Text

Reason = Annotated[Literal["erased", "complained", "opted_out", "bounced", "manual"], Text]
WILL: tuple[Reason, ...] = ("complained", "opted_out")
"""What somebody said no by; it stops marketing, while every other reason stops every message."""
QUEUE = 7_216_034_513
"""The PostgreSQL lock in which those wait who write here."""

SUPPRESSIONS = sa.Table(
    "suppressions",
    schema.METADATA,
    schema.serial("serial"),
    schema.text("id_key"),
    schema.text("channel"),
    schema.text("reason"),
    schema.time("at"),
    schema.text("note"),
    sa.CheckConstraint("reason IN ('erased', 'complained', 'opted_out', 'bounced', 'manual')", name="reason"),
    sa.UniqueConstraint("id_key", "channel", "reason"),
    # A number that was taken off the list is never given again: who asks for later ones would miss it.
    sqlite_autoincrement=True,
)


@dataclass(frozen=True)
class Suppression:
    """A contact (`kind:value`, hashed if personal) or a person (`person:ID`) that a channel must not reach, and why."""

    id_key: str
    channel: str
    reason: Reason
    at: dt.datetime
    note: str = ""


def add_suppressions(scope: Scope, suppressions: Sequence[Suppression]) -> int:
    """Add what is not on the list yet and return how many that were; what is there keeps its first moment and note.

    Whoever else adds something waits until the transaction ends.
    """
    if not suppressions:
        return 0
    with writing(scope) as connection:
        _wait(connection)
        return insert_once(connection, SUPPRESSIONS, [vars(each) for each in suppressions])


def drop_suppressions(
    scope: Scope,
    id_key: str,
    channel: str = "",
    *,
    reasons: Collection[str] = (),
    before: dt.datetime | None = None,
) -> int:
    """Take a contact off the list and return how many lines went; of a channel, for reasons, or older than a moment."""
    named = SUPPRESSIONS.c.id_key == id_key
    named = named & (SUPPRESSIONS.c.channel == channel) if channel else named
    named = named & SUPPRESSIONS.c.reason.in_(reasons) if reasons else named
    named = named & (SUPPRESSIONS.c.at < before) if before else named
    with writing(scope) as connection:
        return connection.execute(sa.delete(SUPPRESSIONS).where(named)).rowcount


def list_suppressions(
    scope: Scope,
    *,
    channel: str = "",
    id_keys: Collection[str] = (),
    reason: str = "",
    limit: int | None = None,
) -> list[Suppression]:
    """Return what is on the list, newest first; of a channel (with what stands for all of them) contacts or a reason where named."""
    columns: list[sa.Column[Any]] = [SUPPRESSIONS.c[name] for name in Suppression.__dataclass_fields__]
    wanted = sa.select(*columns).order_by(SUPPRESSIONS.c.serial.desc()).limit(limit)
    wanted = wanted.where(SUPPRESSIONS.c.channel.in_([channel, ALL_CHANNELS])) if channel else wanted
    wanted = wanted.where(SUPPRESSIONS.c.id_key.in_(id_keys)) if id_keys else wanted
    wanted = wanted.where(SUPPRESSIONS.c.reason == reason) if reason else wanted
    with reading(scope) as connection:
        return [Suppression(*row) for row in connection.execute(wanted)]


def refused_since(
    scope: Scope, serial: int, *, is_marketing: bool = True
) -> tuple[int, set[tuple[str, str]]]:
    """Return the newest number and the (id_key, channel) that came on the list after one; from 0: all of it.

    What came meanwhile costs what it is, nothing new costs a look at an index: a running sender asks many times. A message
    that is not marketing is not stopped by a no to marketing.
    """
    wanted = sa.select(SUPPRESSIONS.c.serial, SUPPRESSIONS.c.id_key, SUPPRESSIONS.c.channel)
    wanted = wanted.where(SUPPRESSIONS.c.serial > serial)
    wanted = wanted if is_marketing else wanted.where(SUPPRESSIONS.c.reason.not_in(WILL))
    with reading(scope) as connection:
        rows = connection.execute(wanted).all()
    return max((row.serial for row in rows), default=serial), {(row.id_key, row.channel) for row in rows}


def _wait(connection: Connection) -> None:
    """Wait for whoever writes here: numbers are then committed in their order, so that who has seen one missed none.

    SQLite lets writers wait for each other anyway.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(QUEUE)))
