"""The ledger of a rehearsal: what it takes over from the shop's, and what left in it."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa

from quanyu.ledger.campaign import SENDS
from quanyu.ledger.store import Ledger, Scope, reading, schema, writing

KNOWN = ("suppressions", "consent_entries", "merged_consents", "campaigns")
"""Records that gates ask."""
CHUNK = 20_000


def copy_known(real: Ledger, own: Ledger) -> None:
    """Take over what gates ask of the shop's records."""
    with real.read() as source, own.begin() as target:
        for name in KNOWN:
            table = schema.METADATA.tables[name]
            wanted = sa.select(table)
            # What journeys of the shop sent is asked of the tables, as it was: the ledger only has those of the rehearsal.
            wanted = wanted.where(table.c.kind != "journey") if name == "campaigns" else wanted
            result = source.execution_options(yield_per=CHUNK).execute(wanted)
            for rows in result.mappings().partitions(CHUNK):
                target.execute(sa.insert(table), [dict(row) for row in rows])


def deliver(scope: Scope, *, at: dt.datetime) -> int:
    """Count what is due as delivered, and return how much that was."""
    due = (SENDS.c.status == "pending") & (SENDS.c.due_at <= at)
    with writing(scope) as connection:
        change = sa.update(SENDS).where(due).values(status="delivered", reason="", changed_at=at)
        return connection.execute(change).rowcount


def left(scope: Scope) -> list[tuple[str, str, dt.datetime, int]]:
    """Return how many messages left, by campaign, channel and moment."""
    columns = (SENDS.c.campaign_id, SENDS.c.channel, SENDS.c.due_at)
    wanted = sa.select(*columns, sa.func.count()).where(SENDS.c.status == "delivered")
    with reading(scope) as connection:
        rows = connection.execute(wanted.group_by(*columns).order_by(*columns)).all()
    return [(campaign, channel, at, int(n)) for campaign, channel, at, n in rows]
