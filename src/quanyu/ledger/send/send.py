"""Sends as a queue: workers claim those that are due, and settle what became of each.

A claim is a lease: whoever holds it says so in the row, and a row that nobody holds is free. Nothing is lost where a worker
dies, and nobody else touches what it held before `lost_sends` has found it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import starmap
from typing import Any

import sqlalchemy as sa

from quanyu.ledger.campaign import SENDS, SendStatus
from quanyu.ledger.store import Scope, reading, writing


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


SETTLED = tuple(SettledSend.__dataclass_fields__)
CHANGED = SETTLED[1:]
ROW: sa.ColumnClause[Any] = sa.column("ctid")
ROW.table = SENDS
"""Where a row of PostgreSQL lies."""


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
        .cte("free")
    )
    take = sa.update(SENDS).where(SENDS.c.campaign_id == campaign_id, SENDS.c.place == free.c.place)
    take = take.values(claimed_by=who, claimed_until=until)
    with writing(scope) as connection:
        rows = connection.execute(take.returning(*_columns())).all()
    return sorted(starmap(ClaimedSend, rows), key=lambda send: (send.due_at, send.place))


def settle_sends(
    scope: Scope, campaign_id: str, who: str, settled: Sequence[SettledSend], *, at: dt.datetime
) -> int:
    """Record what became of claimed sends, and return how many were still held by the worker: others are left as they are."""
    if not settled:
        return 0
    settled = sorted(settled, key=lambda one: one.place)  # whoever locks rows locks them in one order
    # Not by the index of claims: each row would be looked for among all that the worker holds.
    held = sa.func.coalesce(SENDS.c.claimed_by, "") == who
    change = sa.update(SENDS).where(SENDS.c.campaign_id == campaign_id, held)
    change = change.values(changed_at=at, claimed_by=None, claimed_until=None)
    with writing(scope) as connection:
        by_one = _by_one if connection.dialect.name == "sqlite" else _at_once
        return connection.execute(*by_one(change, campaign_id, settled)).rowcount


def _by_one(change: sa.Update, _campaign_id: str, settled: Sequence[SettledSend]) -> tuple[sa.Update, Any]:
    """Return the change with what is told of each send, to be done for one after another."""
    told: dict[str, Any] = {name: sa.bindparam(f"to_{name}") for name in SETTLED}
    change = change.where(SENDS.c.place == told["place"]).values({name: told[name] for name in CHANGED})
    return change, [{f"to_{name}": value for name, value in vars(one).items()} for one in settled]


def _at_once(change: sa.Update, campaign_id: str, settled: Sequence[SettledSend]) -> tuple[sa.Update, Any]:
    """Return the change with what is told of all sends, as PostgreSQL does it in one.

    Each row is looked for by itself (lateral, limited to one): without statistics of the table it would be read whole.
    """
    arrays = [sa.bindparam(f"to_{name}", type_=sa.ARRAY(SENDS.c[name].type)) for name in SETTLED]
    told: Any = sa.func.unnest(*arrays).table_valued(*SETTLED).render_derived("told")
    at = SENDS.alias("at")
    rows: Any = sa.select(sa.literal_column("at.ctid").label("row")).select_from(at)
    rows = rows.where(at.c.campaign_id == campaign_id, at.c.place == told.c.place)
    found = (
        sa.select(told, sa.column("row"))
        .join_from(told, rows.limit(1).lateral("found"), sa.true())
        .subquery("given")
    )
    change = change.where(found.c.row == ROW)
    change = change.values({name: found.c[name] for name in CHANGED})
    return change, {f"to_{name}": [getattr(one, name) for one in settled] for name in SETTLED}


def renew_claims(scope: Scope, who: str, *, until: dt.datetime) -> int:
    """Hold what a worker has claimed until a later moment, and return how many sends that are."""
    with writing(scope) as connection:
        held = sa.update(SENDS).where(SENDS.c.claimed_by == who)
        return connection.execute(held.values(claimed_until=until)).rowcount


def lost_sends(
    scope: Scope, dead: Collection[str], *, at: dt.datetime, limit: int = 100_000
) -> dict[str, list[ClaimedSend]]:
    """Return by worker the sends held by workers that are `dead`, or by any whose lease has run out."""
    is_lost = SENDS.c.claimed_by.in_(dead) | (SENDS.c.claimed_until <= at)
    wanted = sa.select(SENDS.c.claimed_by, *_columns()).where(SENDS.c.claimed_by.is_not(None), is_lost)
    by_worker: dict[str, list[ClaimedSend]] = {}
    with reading(scope) as connection:
        for who, *values in connection.execute(
            wanted.order_by(SENDS.c.campaign_id, SENDS.c.place).limit(limit)
        ):
            by_worker.setdefault(who, []).append(ClaimedSend(*values))
    return by_worker


def close_sends(scope: Scope, campaign_id: str, *, reason: str, at: dt.datetime) -> int:
    """Let go everybody who waits in a campaign and whom no worker holds, for one reason; return how many they were."""
    waiting = (
        (SENDS.c.campaign_id == campaign_id) & (SENDS.c.status == "pending") & SENDS.c.claimed_by.is_(None)
    )
    values = {"status": "suppressed", "reason": reason, "changed_at": at}
    with writing(scope) as connection:
        return connection.execute(sa.update(SENDS).where(waiting).values(values)).rowcount


def _columns() -> list[sa.Column[Any]]:
    return [SENDS.c[name] for name in ClaimedSend.__dataclass_fields__]
