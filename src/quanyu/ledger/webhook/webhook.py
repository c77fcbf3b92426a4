"""Who is told of what: the address of a program, and the kinds of events it wants. No secret is kept."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quanyu.ledger.store import Scope, reading, schema

HOOKS = sa.Table(
    "webhooks",
    schema.METADATA,
    schema.text("hook_id", primary_key=True),
    schema.text("url"),
    schema.json("events"),
    schema.text("made_by"),
    schema.time("made_at"),
)


@dataclass(frozen=True)
class Hook:
    """An address that is told of events."""

    hook_id: str
    url: str
    events: tuple[str, ...]
    made_by: str
    made_at: dt.datetime


def save_hook(connection: Connection, hook: Hook) -> None:
    """Keep an address."""
    connection.execute(sa.insert(HOOKS).values({**vars(hook), "events": list(hook.events)}))


def list_hooks(scope: Scope) -> list[Hook]:
    """Return every address, the oldest first."""
    with reading(scope) as connection:
        rows = connection.execute(sa.select(HOOKS).order_by(HOOKS.c.made_at, HOOKS.c.hook_id)).all()
    return [Hook(**{**row._mapping, "events": tuple(row.events)}) for row in rows]


def drop_hook(connection: Connection, hook_id: str) -> bool:
    """Forget an address, and say whether there was one."""
    return connection.execute(sa.delete(HOOKS).where(HOOKS.c.hook_id == hook_id)).rowcount == 1
