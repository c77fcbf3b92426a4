"""What somebody is granted: a coupon of a pool, or points; a row per entry and step makes it once.

A grant is `granted` until whoever honours it marks it as used, or the journey takes it back: of the two, whichever comes first.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Annotated, Literal

import sqlalchemy as sa

from quanyu.ledger.store import Scope, reading, schema, writing
from quanyu.text import Text

GRANTS = sa.Table(
    "grants",
    schema.METADATA,
    schema.serial("grant_id"),
    schema.whole("enrolment_id"),
    schema.text("node"),
    schema.text("journey_id"),
    schema.whole("version"),
    schema.text("person_id"),
    schema.text("entity"),
    schema.text("kind"),
    schema.text("pool"),
    schema.whole("amount"),
    schema.text("on_exit"),
    schema.text("status"),
    schema.text("reason"),
    schema.time("made_at"),
    schema.time("changed_at"),
    sa.CheckConstraint("kind IN ('coupon', 'points')", name="kind"),
    sa.CheckConstraint("status IN ('granted', 'used', 'cancelled')", name="status"),
    sa.CheckConstraint("amount > 0", name="amount"),
    sa.UniqueConstraint("enrolment_id", "node"),
    sa.Index(None, "journey_id", "version", "node", "status"),
    sa.Index(None, "person_id"),
)
GrantStatus = Annotated[Literal["granted", "used", "cancelled"], Text]


@dataclass(frozen=True)
class Grant:
    """What a person was granted: `amount` coupons of a `pool`, or `amount` points (the pool is why they are given)."""

    grant_id: int
    enrolment_id: int
    node: str
    journey_id: str
    version: int
    person_id: str
    entity: str
    kind: Literal["coupon", "points"]
    pool: str
    amount: int
    status: GrantStatus
    reason: str
    made_at: dt.datetime
    changed_at: dt.datetime


COLUMNS = [GRANTS.c[name] for name in Grant.__dataclass_fields__]


def list_grants(
    scope: Scope, *, person_id: str = "", status: str = "", limit: int | None = None
) -> list[Grant]:
    """Return grants, the oldest first; of a person, in a state where named."""
    wanted = sa.select(*COLUMNS).order_by(GRANTS.c.grant_id).limit(limit)
    wanted = wanted.where(GRANTS.c.person_id == person_id) if person_id else wanted
    wanted = wanted.where(GRANTS.c.status == status) if status else wanted
    with reading(scope) as connection:
        return [Grant(**row._mapping) for row in connection.execute(wanted)]


def mark_used(scope: Scope, grant_id: int, *, at: dt.datetime) -> bool:
    """Mark a grant as used, and say whether it still stood: one that was taken back is not honoured, and none twice."""
    stands = (GRANTS.c.grant_id == grant_id) & (GRANTS.c.status == "granted")
    with writing(scope) as connection:
        return (
            connection.execute(sa.update(GRANTS).where(stands).values(status="used", changed_at=at)).rowcount
            == 1
        )
