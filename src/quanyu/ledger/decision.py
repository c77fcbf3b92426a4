"""Decisions: what the system proposed, what a person said to it, what was done, and what came of it.

proposed -> approved -> done -> measured, or proposed or approved -> declined, or superseded by a newer proposal of
its kind. What was approved can be taken back until it is done.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Annotated, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from quanyu.errors import DecisionError
from quanyu.ledger.audit import Edit, audited
from quanyu.ledger.document import Document, as_kept
from quanyu.ledger.store import Scope, insert_once, reading, schema, writing
from quanyu.nearest import did_you_mean
from quanyu.text import Text

DECISIONS = sa.Table(
    "decisions",
    schema.METADATA,
    schema.text("decision_id", primary_key=True),
    schema.text("kind"),
    schema.text("status"),
    sa.Column("as_of", sa.Date, nullable=False),
    schema.time("proposed_at"),
    schema.json("proposal"),
    schema.json("expected"),
    schema.time("decided_at", is_required=False),
    schema.text("decided_by"),
    schema.text("note"),
    schema.time("done_at", is_required=False),
    schema.json("carried"),
    schema.time("measured_at", is_required=False),
    schema.json("measured"),
    sa.CheckConstraint(
        "status IN ('proposed', 'superseded', 'declined', 'approved', 'done', 'measured')", name="status"
    ),
    sa.Index(None, "kind", "status"),
)

Verdict = Literal["approved", "declined"]
OPEN: dict[Verdict, tuple[str, ...]] = {"approved": ("proposed",), "declined": ("proposed", "approved")}
"""The states in which each verdict can be given."""
OWN = "is_own"
"""The mark in a proposal that a person has made."""
Status = Annotated[Literal["proposed", "superseded", "declined", "approved", "done", "measured"], Text]


@dataclass(frozen=True)
class Proposal:
    """Something to decide: its key makes it once, and `expected` says what is thought to come of it.

    >>> Proposal("budget-2026-11-20", "budget", dt.date(2026, 11, 20), {"total": 100}).kind
    'budget'
    """

    decision_id: str
    kind: str
    as_of: dt.date
    proposal: Document
    expected: Document = field(default_factory=dict)

    @property
    def is_own(self) -> bool:
        """Whether a person made it, rather than a turn."""
        return bool(self.proposal.get(OWN))


@dataclass(frozen=True)
class Decision:
    """One decision in its present state."""

    decision_id: str
    kind: str
    status: Status
    as_of: dt.date
    proposed_at: dt.datetime
    proposal: Document
    expected: Document
    decided_at: dt.datetime | None
    decided_by: str
    note: str
    done_at: dt.datetime | None
    carried: Document
    measured_at: dt.datetime | None
    measured: Document

    @property
    def is_own(self) -> bool:
        """Whether a person proposed it, rather than a turn."""
        return bool(self.proposal.get(OWN))


def propose(scope: Scope, proposal: Proposal, *, at: dt.datetime) -> bool:
    """Record a proposal and say whether it is new.

    A turn's proposal takes the place of those of earlier turns that nobody decided. One that a person made stands beside
    the others until somebody decides it.
    """
    fresh = {
        "status": "proposed",
        "proposed_at": at,
        "decided_by": "",
        "note": "",
        "carried": {},
        "measured": {},
    }
    with writing(scope) as connection:
        is_new = insert_once(connection, DECISIONS, [vars(proposal) | fresh]) == 1
        if is_new and not proposal.is_own:
            _supersede(connection, proposal.kind, but=proposal.decision_id)
    return is_new


def _supersede(connection: Connection, kind: str, *, but: str = "") -> int:
    """Supersede what turns have proposed of a kind and nobody decided; return how many that were."""
    undecided = (
        (DECISIONS.c.kind == kind) & (DECISIONS.c.status == "proposed") & (DECISIONS.c.decision_id != but)
    )
    rows = connection.execute(sa.select(DECISIONS.c.decision_id, DECISIONS.c.proposal).where(undecided))
    older = [row.decision_id for row in rows if not row.proposal.get(OWN)]
    these = DECISIONS.c.decision_id.in_(older)
    return connection.execute(sa.update(DECISIONS).where(these).values(status="superseded")).rowcount


def decide(
    scope: Scope,
    decision_id: str,
    verdict: Verdict,
    *,
    who: str,
    at: dt.datetime,
    note: str = "",
) -> Decision:
    """Approve or decline a proposal, or take an approval back that was not carried out yet.

    Raises `DecisionError` where there is no such proposal or it was decided before.
    """
    with writing(scope) as connection:
        before = _found(connection, decision_id)
        if before.status not in OPEN[verdict]:
            raise _taken(before)
        decided: dict[str, object] = {"status": verdict, "decided_at": at, "decided_by": who, "note": note}
        after = _change(connection, decision_id, decided)
        kept = {"status": verdict, "note": note}
        audited(connection, Edit(at, who, "decisions", decision_id, {"status": before.status}, kept))
    return after


def mark_known(connection: Connection, decision_id: str, known: Document) -> Decision:
    """Record what whoever approved a decision knew of it, such as how many people it reaches, in the transaction that approves."""
    return _change(connection, decision_id, {"carried": known})


def withdraw(scope: Scope, kind: str) -> int:
    """Let a newer turn, which proposes nothing of a kind, take back what nobody decided; return how many that were."""
    with writing(scope) as connection:
        return _supersede(connection, kind)


def mark_done(
    connection: Connection, decision_id: str, *, at: dt.datetime, carried: Document | None = None
) -> Decision:
    """Record that an approved decision was carried out, in the transaction that does it.

    `carried` is what was done, kept as it was: the schedule of a spend test.

    Raises `DecisionError` where the approval was taken back meanwhile, so that nothing of it is done.
    """
    decision = _found(connection, decision_id)
    if decision.status != "approved":
        raise _taken(decision)
    return _change(
        connection, decision_id, {"status": "done", "done_at": at, "carried": carried or {}, "measured": {}}
    )


def mark_blocked(scope: Scope, decision_id: str, reason: str) -> None:
    """Record why an approved decision could not be carried out; it stays approved."""
    with writing(scope) as connection:
        is_approved = (DECISIONS.c.decision_id == decision_id) & (DECISIONS.c.status == "approved")
        connection.execute(sa.update(DECISIONS).where(is_approved).values(measured={"reason": reason}))


def mark_measured(
    scope: Scope, decision_id: str, measured: Document, *, at: dt.datetime, is_told: bool = True
) -> bool:
    """Record what came of a decision, and say whether that is news; a later measurement replaces an earlier one.

    A reading that tells nothing yet (`is_told` false) is kept with its reason, and the decision stays carried out.
    """
    with writing(scope) as connection:
        if _found(connection, decision_id).measured == as_kept(measured):
            return False
        status = "measured" if is_told else "done"
        _change(connection, decision_id, {"status": status, "measured_at": at, "measured": measured})
    return True


def find_decision(scope: Scope, decision_id: str) -> Decision:
    """Return a decision; raise `DecisionError` where there is none."""
    with reading(scope) as connection:
        return _found(connection, decision_id)


def list_decisions(
    scope: Scope,
    *,
    kind: str = "",
    status: str = "",
    before: dt.date | None = None,
    is_current: bool = False,
    after: str = "",
    limit: int | None = None,
) -> list[Decision]:
    """Return decisions, newest first, from behind the one with the id `after` on, `limit` at most.

    Of a kind or a status, of days before one, without those that a newer one replaced, where that is asked for. Raises
    `DecisionError` where there is no decision with the id `after`.
    """
    table = DECISIONS.c
    wanted = sa.select(DECISIONS).order_by(table.proposed_at.desc(), table.decision_id)
    for column, value in ((table.kind, kind), (table.status, status)):
        wanted = wanted.where(column == value) if value else wanted
    wanted = wanted.where(table.as_of < before) if before else wanted
    wanted = wanted.where(table.status != "superseded") if is_current else wanted
    with reading(scope) as connection:
        if after:
            last = _found(connection, after)
            same = sa.and_(table.proposed_at == last.proposed_at, table.decision_id > last.decision_id)
            wanted = wanted.where(sa.or_(table.proposed_at < last.proposed_at, same))
        return [Decision(**row._mapping) for row in connection.execute(wanted.limit(limit))]


def _found(connection: Connection, decision_id: str) -> Decision:
    row = connection.execute(sa.select(DECISIONS).where(DECISIONS.c.decision_id == decision_id)).one_or_none()
    if row is None:
        near = did_you_mean(decision_id, connection.scalars(sa.select(DECISIONS.c.decision_id)))
        raise DecisionError(
            "There is no decision {decision_id!r}.",
            "{near} All of them: quanyu decisions" if near else "List them with: quanyu decisions",
            decision_id=decision_id,
            near=near,
        )
    return Decision(**row._mapping)


def _taken(decision: Decision) -> DecisionError:
    return DecisionError(
        "The decision {decision_id} is {status} already.",
        "Only a proposal can be decided: quanyu decisions",
        decision_id=decision.decision_id,
        status=decision.status,
    )


def _change(connection: Connection, decision_id: str, values: dict[str, object]) -> Decision:
    changed = sa.update(DECISIONS).where(DECISIONS.c.decision_id == decision_id).values(values)
    return Decision(**connection.execute(changed.returning(DECISIONS)).one()._mapping)
