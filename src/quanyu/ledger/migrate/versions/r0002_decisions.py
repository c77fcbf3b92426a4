"""Decisions that people take, and what was done about them: decisions, campaigns, sends."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def _required(kind: sa.types.TypeEngine[Any], *names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, kind, nullable=False) for name in names]


def upgrade() -> None:
    """Make the tables."""
    _decisions()
    _campaigns()
    _sends()


def _decisions() -> None:
    op.create_table(
        "decisions",
        *_required(sa.Text(), "decision_id", "kind", "status"),
        *_required(sa.Date(), "as_of"),
        *_required(TIME, "proposed_at"),
        *_required(sa.JSON(), "proposal", "expected"),
        sa.Column("decided_at", TIME),
        *_required(sa.Text(), "decided_by", "note"),
        sa.Column("done_at", TIME),
        sa.Column("measured_at", TIME),
        *_required(sa.JSON(), "measured"),
        sa.PrimaryKeyConstraint("decision_id", name="pk_decisions"),
        sa.CheckConstraint(
            "status IN ('proposed', 'superseded', 'declined', 'approved', 'done', 'measured')",
            name=op.f("ck_decisions_status"),
        ),
    )
    op.create_index("ix_decisions_kind_status", "decisions", ["kind", "status"])


def _campaigns() -> None:
    op.create_table(
        "campaigns",
        *_required(sa.Text(), "campaign_id", "decision_id", "name", "kind", "channel", "status"),
        *_required(sa.JSON(), "design"),
        *_required(TIME, "frozen_at"),
        sa.Column("exported_at", TIME),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_campaigns"),
        sa.UniqueConstraint("decision_id", name="uq_campaigns_decision_id"),
        sa.CheckConstraint("status IN ('frozen', 'exported')", name=op.f("ck_campaigns_status")),
    )


def _sends() -> None:
    op.create_table(
        "sends",
        *_required(sa.Text(), "campaign_id", "step", "person_id"),
        *_required(sa.Text(), "arm", "channel", "status", "reason", "why"),
        *_required(TIME, "changed_at"),
        sa.PrimaryKeyConstraint("campaign_id", "step", "person_id", name="pk_sends"),
        sa.CheckConstraint(
            "status IN ('pending', 'delivered', 'failed', 'suppressed', 'held_out')",
            name=op.f("ck_sends_status"),
        ),
    )
    op.create_index("ix_sends_campaign_id_step_status", "sends", ["campaign_id", "step", "status"])
