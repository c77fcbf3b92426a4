"""Sends as a queue: workers claim those that are due, and settle what became of each.

A claim is a lease: whoever holds it says so in the row, and a row that nobody holds is free. Nothing is lost where a worker
dies, and nobody else touches what it held before `lost_sends` has found it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quanyu.ledger.campaign import SENDS, SendStatus
from quanyu.ledger.store import Scope, reading, writing

ROOM = 500
"""Rows that one statement names."""


@dataclass(frozen=True)
class ClaimedSend:
    """A send in the hands of a worker: `n_attempts` counts those before."""

    campaign_id: str
    place: int
    person_id: str
    variant: str
    channel: str
    n_attempts: int
    due_at: dt.datetime

    def waits(
        self, due_at: dt.datetime, reason: str = "", *, channel: str = "", n_attempts: int | None = None
    ) -> SettledSend:
        """Return it as one that is tried again at a moment, through the same channel unless another is named."""
        n = self.n_attempts if n_attempts is None else n_attempts
        return SettledSend(
            self.place, "pending", channel or self.channel, reason, n_attempts=n, due_at=due_at
        )


@dataclass(frozen=True)
class SettledSend:
    """What became of a claimed send. One that stays `pending` is tried again at `due_at`, through `channel`."""

    place: int
    status: SendStatus
    channel: str
    reason: str = ""
    receipt: str = ""
    n_attempts: int = 1
    due_at: dt.datetime | None = None


def claim_sends(
    scope: Scope, campaign_id: str, who: str, *, at: dt.datetime, until: dt.datetime, limit: int
) -> list[ClaimedSend]:
    """Take sends of a campaign that are due, oldest first and by place, and hold them until a moment.

    No two workers hold the same send: on PostgreSQL they pass over what others are taking.
    """
    is_due = (SENDS.c.campaign_id == campaign_id) & (SENDS.c.status == "pending") & (SENDS.c.due_at <= at)
    free = (
        sa.select(SENDS.c.place)
        .where(is_due, SENDS.c.claimed_by.is_(None))
        .order_by(SENDS.c.due_at, SENDS.c.place)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    columns = [SENDS.c[name] for name in ClaimedSend.__dataclass_fields__]
    with writing(scope) as connection:
        places = connection.scalars(free).all()
        taken = [
            ClaimedSend(**row._mapping)
            for part in _parts(places)
            for row in connection.execute(
                sa.update(SENDS)
                .where(SENDS.c.campaign_id == campaign_id, SENDS.c.place.in_(part))
                .values(claimed_by=who, claimed_until=until)
                .returning(*columns)
            )
        ]
    order = {place: n for n, place in enumerate(places)}
    return sorted(taken, key=lambda send: order[send.place])


def settle_sends(
    scope: Scope, campaign_id: str, who: str, settled: Sequence[SettledSend], *, at: dt.datetime
) -> int:
    """Record what became of claimed sends, and return how many were still held by the worker: others are left as they are."""
    # Not by the index of claims: each row would be looked for among all that the worker holds.
    held = (SENDS.c.campaign_id == campaign_id) & (sa.func.coalesce(SENDS.c.claimed_by, "") == who)
    change = (
        sa.update(SENDS)
        .where(held, SENDS.c.place == sa.bindparam("at_place"))
        .values(
            status=sa.bindparam("to_status"),
            channel=sa.bindparam("by_channel"),
            reason=sa.bindparam("because"),
            receipt=sa.bindparam("proof"),
            n_attempts=sa.bindparam("tries"),
            due_at=sa.bindparam("next_at"),
            changed_at=at,
            claimed_by=None,
            claimed_until=None,
        )
    )
    rows = [
        {
            "at_place": one.place,
            "to_status": one.status,
            "by_channel": one.channel,
            "because": one.reason,
            "proof": one.receipt,
            "tries": one.n_attempts,
            "next_at": one.due_at,
        }
        for one in settled
    ]
    if not rows:
        return 0
    with writing(scope) as connection:
        return connection.execute(change, rows).rowcount


def renew_claims(scope: Scope, who: str, *, until: dt.datetime) -> int:
    """Hold what a worker has claimed until a later moment, and return how many sends that are."""
    with writing(scope) as connection:
        held = sa.update(SENDS).where(SENDS.c.claimed_by == who)
        return connection.execute(held.values(claimed_until=until)).rowcount


def lost_sends(
    scope: Scope, dead: Collection[str], *, at: dt.datetime, limit: int = 100_000
) -> dict[str, list[ClaimedSend]]:
    """Return by worker the sends held by workers that are `dead`, or by any whose lease has run out."""
    columns = [SENDS.c[name] for name in ClaimedSend.__dataclass_fields__]
    is_lost = SENDS.c.claimed_by.in_(dead) | (SENDS.c.claimed_until <= at)
    wanted = sa.select(SENDS.c.claimed_by, *columns).where(SENDS.c.claimed_by.is_not(None), is_lost)
    by_worker: dict[str, list[ClaimedSend]] = {}
    with reading(scope) as connection:
        for who, *values in connection.execute(
            wanted.order_by(SENDS.c.campaign_id, SENDS.c.place).limit(limit)
        ):
            by_worker.setdefault(who, []).append(ClaimedSend(*values))
    return by_worker


def close_sends(connection: Connection, campaign_id: str, *, reason: str, at: dt.datetime) -> int:
    """Let go everybody who waits in a campaign and whom no worker holds, for one reason; return how many they were."""
    waiting = (
        (SENDS.c.campaign_id == campaign_id) & (SENDS.c.status == "pending") & SENDS.c.claimed_by.is_(None)
    )
    values = {"status": "suppressed", "reason": reason, "changed_at": at}
    return connection.execute(sa.update(SENDS).where(waiting).values(values)).rowcount


def _parts(places: Sequence[int]) -> list[Sequence[int]]:
    return [places[start : start + ROOM] for start in range(0, len(places), ROOM)]
