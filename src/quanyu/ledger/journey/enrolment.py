"""Who is on their way: a row per person (or cart, or order) and entry, and a line for every step that was passed.

enrolled = active + done + exited + held out, whatever is killed when: an entry has a key that makes it once, and a move and its
line are one transaction that finds its people where it believes them to be, or leaves them alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal

import sqlalchemy as sa

from quanyu.ledger.document import Document
from quanyu.ledger.store import schema
from quanyu.text import Text

ENROLMENTS = sa.Table(
    "enrolments",
    schema.METADATA,
    schema.serial("enrolment_id"),
    schema.text("journey_id"),
    schema.whole("version"),
    schema.text("person_id"),
    schema.text("entity"),
    schema.text("entry_key"),
    schema.text("arm"),
    schema.text("state"),
    schema.text("node"),
    schema.text("variant"),
    schema.text("reason"),
    schema.text("time_zone"),
    schema.json("context"),
    schema.whole("n_moves"),
    schema.time("entered_at"),
    schema.time("due_at", is_required=False),
    schema.time("changed_at"),
    schema.time("amended_at", is_required=False),
    sa.CheckConstraint("state IN ('active', 'done', 'exited', 'held_out')", name="state"),
    sa.UniqueConstraint("journey_id", "entry_key"),
    sa.Index("ix_enrolments_due", "journey_id", "version", "node", "due_at", "enrolment_id",
             sqlite_where=sa.text("state = 'active'"), postgresql_where=sa.text("state = 'active'")),
    sa.Index("ix_enrolments_person", "journey_id", "person_id", "entity"),
)  # fmt: skip
PASSED = sa.Table(
    "journey_moves",
    schema.METADATA,
    sa.Column("enrolment_id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("no", sa.BigInteger, primary_key=True, autoincrement=False),
    schema.text("node"),
    schema.text("outcome"),
    schema.text("detail"),
    schema.time("at"),
)
TURNED_AWAY = sa.Table(
    "journey_refusals",
    schema.METADATA,
    schema.text("journey_id", primary_key=True),
    schema.text("occasion", primary_key=True),
    schema.text("person_id"),
    schema.text("reason"),
    schema.time("at"),
    sa.Index("ix_journey_refusals_person", "journey_id", "person_id"),
)
SEEN = sa.Table(
    "journey_positions",
    schema.METADATA,
    schema.text("journey_id", primary_key=True),
    schema.text("source", primary_key=True),
    schema.text("position"),
)
State = Annotated[Literal["active", "done", "exited", "held_out"], Text]


@dataclass(frozen=True)
class Enrolment:
    """One entry: `entity` is the cart or order it is about (empty: the person), `reason` why it ended early."""

    enrolment_id: int
    journey_id: str
    version: int
    person_id: str
    entity: str
    arm: str
    state: State
    node: str
    variant: str
    reason: str
    time_zone: str
    context: Document
    entered_at: dt.datetime
    due_at: dt.datetime | None
    changed_at: dt.datetime


@dataclass(frozen=True)
class Move:
    """Some enrolments leave a node alike: by which `outcome`, to which node, due there when; or to an end.

    `detail` says more of each, by enrolment; `variant` is what a test gave them.
    """

    ids: Sequence[int]
    node: str
    outcome: str
    to: str = ""
    due_at: dt.datetime | None = None
    state: State = "active"
    reason: str = ""
    variant: str = ""
    details: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def out(cls, ids: Sequence[int], node: str, reason: str) -> Move:
        """Return the move of those who leave early, for a reason."""
        return cls(ids, node, reason, state="exited", reason=reason)
