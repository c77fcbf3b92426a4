"""Segments as people define them: the rule, its version, who wrote it, and how the last work on it went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quanyu.ledger.audit import Edit, audited
from quanyu.ledger.store import Scope, reading, schema, writing

SEGMENTS = sa.Table(
    "segments",
    schema.METADATA,
    schema.text("segment_id", primary_key=True),
    schema.text("rule"),
    schema.text("description"),
    schema.text("owner"),
    schema.whole("version"),
    schema.time("changed_at"),
    schema.whole("good_version"),
    schema.time("good_at", is_required=False),
    schema.text("good_on"),
    schema.whole("identity_version"),
    schema.whole("n_people"),
    schema.text("fault"),
)
RECORD = "segments"
"""What segments are called in the audit log."""

State = Literal["new", "fresh", "stale", "failed"]


@dataclass(frozen=True)
class Segment:
    """One segment. `good_version`, `good_at` and `good_on` tell the last work that went well: of which version, when, as of
    which day, and by which version of who is who; `fault` says why the newest did not.
    """

    segment_id: str
    rule: str
    description: str
    owner: str
    version: int
    changed_at: dt.datetime
    good_version: int = 0
    good_at: dt.datetime | None = None
    good_on: str = ""
    identity_version: int = 0
    n_people: int = 0
    fault: str = ""

    def state(self, as_of: dt.date, identity_version: int) -> State:
        """Return how far its members can be trusted on a day, people being who they are in a version of `identities`.

        >>> moment = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
        >>> vip = Segment("vip", "frequency >= 5", "", "li", 2, moment, 2, moment, "2026-11-20", 7, 40)
        >>> [vip.state(dt.date(2026, 11, day), version) for day, version in ((20, 7), (21, 7), (20, 8))]
        ['fresh', 'stale', 'stale']
        """
        if self.fault:
            return "failed"
        if not self.good_version:
            return "new"
        worked = (self.good_version, self.good_on, self.identity_version)
        return "fresh" if worked == (self.version, as_of.isoformat(), identity_version) else "stale"


@dataclass(frozen=True)
class Worked:
    """How the work on a segment went: how many people it found, or what stood in the way."""

    segment_id: str
    version: int
    n_people: int = 0
    fault: str = ""


def save_segment(
    scope: Scope, segment_id: str, rule: str, description: str, *, who: str, at: dt.datetime
) -> Segment:
    """Define a segment, or define it anew: a changed rule is a new version. The owner stays who made it first."""
    with writing(scope) as connection:
        before = _found(connection, segment_id)
        told: dict[str, Any] = {"rule": rule, "description": description, "changed_at": at}
        if before is None:
            made = Segment(segment_id, rule, description, who, 1, at)
            connection.execute(sa.insert(SEGMENTS).values(vars(made)))
        else:
            told["version"] = before.version + (rule != before.rule)
            connection.execute(sa.update(SEGMENTS).where(SEGMENTS.c.segment_id == segment_id).values(told))
        after = _found(connection, segment_id)
        assert after is not None
        old = None if before is None else {"rule": before.rule, "description": before.description}
        audited(
            connection, Edit(at, who, RECORD, segment_id, old, {"rule": rule, "description": description})
        )
    return after


def drop_segment(scope: Scope, segment_id: str, *, who: str, at: dt.datetime) -> bool:
    """Remove a segment and say whether it was there; the audit log keeps what it was."""
    with writing(scope) as connection:
        before = _found(connection, segment_id)
        if before is None:
            return False
        connection.execute(sa.delete(SEGMENTS).where(SEGMENTS.c.segment_id == segment_id))
        kept = {"rule": before.rule, "description": before.description}
        audited(connection, Edit(at, who, RECORD, segment_id, kept, None))
    return True


def list_segments(scope: Scope) -> list[Segment]:
    """Return every segment by name."""
    with reading(scope) as connection:
        rows = connection.execute(sa.select(SEGMENTS).order_by(SEGMENTS.c.segment_id))
        return [Segment(**row._mapping) for row in rows]


def mark_segments(
    scope: Scope, worked: Iterable[Worked], *, as_of: dt.date, identity_version: int, at: dt.datetime
) -> None:
    """Record how the work on segments went; one that was changed meanwhile stays stale, one that failed keeps its last good."""
    good: Mapping[str, Any] = {
        "good_version": sa.bindparam("of_version"),
        "good_at": at,
        "good_on": as_of.isoformat(),
        "identity_version": identity_version,
        "n_people": sa.bindparam("found"),
        "fault": "",
    }
    is_named = SEGMENTS.c.segment_id == sa.bindparam("named")
    listed = list(worked)
    done = [
        {"named": one.segment_id, "of_version": one.version, "found": one.n_people}
        for one in listed
        if not one.fault
    ]
    failed = [{"named": one.segment_id, "because": one.fault} for one in listed if one.fault]
    with writing(scope) as connection:
        if done:
            connection.execute(sa.update(SEGMENTS).where(is_named).values(good), done)
        if failed:
            connection.execute(
                sa.update(SEGMENTS).where(is_named).values(fault=sa.bindparam("because")), failed
            )


def _found(connection: Connection, segment_id: str) -> Segment | None:
    row = connection.execute(sa.select(SEGMENTS).where(SEGMENTS.c.segment_id == segment_id)).one_or_none()
    return None if row is None else Segment(**row._mapping)


__all__ = ["Segment", "Worked", "drop_segment", "list_segments", "mark_segments", "save_segment"]
