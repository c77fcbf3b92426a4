"""Journeys as documents in versions: an edit makes a new version, and who is on their way stays in theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Literal

import sqlalchemy as sa

from quanyu.ledger.document import Document
from quanyu.ledger.store import Scope, reading, schema, writing
from quanyu.text import Text

JOURNEYS = sa.Table(
    "journeys",
    schema.METADATA,
    schema.text("journey_id", primary_key=True),
    sa.Column("version", sa.BigInteger, primary_key=True, autoincrement=False),
    schema.text("status"),
    schema.json("document"),
    schema.text("made_by"),
    schema.time("made_at"),
    schema.time("live_since", is_required=False),
    schema.time("paused_at", is_required=False),
    schema.text("note"),
    sa.CheckConstraint("status IN ('draft', 'live', 'paused', 'ending', 'ended')", name="status"),
)
JourneyStatus = Annotated[Literal["draft", "live", "paused", "ending", "ended"], Text]
"""Nobody enters a version that is `ending`: those on their way finish it, then it has `ended`."""


@dataclass(frozen=True)
class Journey:
    """One version of a journey as its author wrote it; what happened before `live_since` lets nobody enter."""

    journey_id: str
    version: int
    status: JourneyStatus
    document: Document
    made_by: str
    made_at: dt.datetime
    live_since: dt.datetime | None = None
    paused_at: dt.datetime | None = None
    note: str = ""

    @property
    def name(self) -> str:
        """The journey and its version, as records name them."""
        return f"{self.journey_id}-v{self.version}"


def save(scope: Scope, journey: Journey) -> None:
    """Keep a new version, or write the draft of a version anew."""
    with writing(scope) as connection:
        own = (JOURNEYS.c.journey_id == journey.journey_id) & (JOURNEYS.c.version == journey.version)
        connection.execute(sa.delete(JOURNEYS).where(own, JOURNEYS.c.status == "draft"))
        connection.execute(sa.insert(JOURNEYS).values(vars(journey)))


def versions(scope: Scope, journey_id: str = "", status: Collection[str] = ()) -> list[Journey]:
    """Return versions of journeys, the newest of each first; of one journey, or in some states, where named."""
    wanted = sa.select(JOURNEYS).order_by(JOURNEYS.c.journey_id, JOURNEYS.c.version.desc())
    wanted = wanted.where(JOURNEYS.c.journey_id == journey_id) if journey_id else wanted
    wanted = wanted.where(JOURNEYS.c.status.in_(status)) if status else wanted
    with reading(scope) as connection:
        return [Journey(**row._mapping) for row in connection.execute(wanted)]


def move_on(
    scope: Scope,
    journey: Journey,
    status: JourneyStatus,
    *,
    was: Collection[JourneyStatus],
    at: dt.datetime,
    note: str = "",
) -> bool:
    """Give a version another status where it has one of those it `was`, and say whether it had."""
    with writing(scope) as connection:
        own = (JOURNEYS.c.journey_id == journey.journey_id) & (JOURNEYS.c.version == journey.version)
        moments: dict[str, dt.datetime | None] = {}
        if status == "live":
            moments["live_since"] = at
        if status in ("live", "paused"):
            moments["paused_at"] = at if status == "paused" else None
        change = sa.update(JOURNEYS).where(own, JOURNEYS.c.status.in_(was))
        return connection.execute(change.values(status=status, note=note, **moments)).rowcount == 1
