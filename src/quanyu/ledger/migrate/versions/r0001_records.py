"""The first records: loads, runs, fits, audit and outbox."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

IDENTITY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)

APPEND_ONLY = {
    "sqlite": (
        "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
        "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit "
        "BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$",
        "CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()",
    ),
}


def _required(name: str, kind: sa.types.TypeEngine[Any]) -> sa.Column[Any]:
    return sa.Column(name, kind, nullable=False)


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [_required(name, sa.Text()) for name in names]


def _wholes(*names: str) -> list[sa.Column[Any]]:
    return [_required(name, sa.BigInteger()) for name in names]


def _documents(*names: str) -> list[sa.Column[Any]]:
    return [_required(name, sa.JSON()) for name in names]


def upgrade() -> None:
    """Make the tables."""
    _loads()
    _runs()
    _fits()
    _audit()
    _outbox()


def _loads() -> None:
    op.create_table(
        "loads",
        sa.Column("load_id", IDENTITY, autoincrement=True),
        *_texts("file_name", "file_hash", "layout", "status"),
        _required("started_at", TIME),
        sa.Column("finished_at", TIME),
        *_wholes("n_rows", "n_taken", "n_refused"),
        *_documents("changes"),
        *_texts("error"),
        sa.PrimaryKeyConstraint("load_id", name="pk_loads"),
        sa.CheckConstraint("status IN ('running', 'done', 'failed')", name=op.f("ck_loads_status")),
    )
    op.create_index("ix_loads_file_hash_layout", "loads", ["file_hash", "layout"])


def _runs() -> None:
    op.create_table(
        "runs",
        sa.Column("run_id", IDENTITY, autoincrement=True),
        *_texts("turn", "step", "fingerprint", "status"),
        _required("started_at", TIME),
        sa.Column("finished_at", TIME),
        *_documents("inputs", "outputs", "summary"),
        *_texts("error"),
        sa.PrimaryKeyConstraint("run_id", name="pk_runs"),
        sa.CheckConstraint("status IN ('running', 'done', 'failed')", name=op.f("ck_runs_status")),
    )
    op.create_index("ix_runs_step_status", "runs", ["step", "status"])
    op.create_index("ix_runs_turn", "runs", ["turn"])


def _fits() -> None:
    op.create_table(
        "fits",
        *_texts("fit_id", "method"),
        *_documents("spec", "window", "parameters", "inputs", "diagnostics"),
        *_wholes("n_scans", "seed"),
        _required("fitted_at", TIME),
        sa.PrimaryKeyConstraint("fit_id", name="pk_fits"),
    )
    op.create_index("ix_fits_method_fitted_at", "fits", ["method", "fitted_at"])


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("audit_id", IDENTITY, autoincrement=True),
        _required("changed_at", TIME),
        *_texts("who", "record", "key"),
        sa.Column("before", sa.JSON()),
        sa.Column("after", sa.JSON()),
        sa.PrimaryKeyConstraint("audit_id", name="pk_audit"),
    )
    op.create_index("ix_audit_record_key", "audit", ["record", "key"])
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("letter_id", IDENTITY, autoincrement=True),
        *_texts("topic", "key"),
        *_documents("payload"),
        *_texts("status"),
        _required("posted_at", TIME),
        _required("due_at", TIME),
        *_wholes("n_attempts"),
        sa.Column("claimed_by", sa.Text()),
        sa.Column("claimed_until", TIME),
        sa.Column("delivered_at", TIME),
        *_texts("error"),
        sa.PrimaryKeyConstraint("letter_id", name="pk_outbox"),
        sa.UniqueConstraint("topic", "key", name="uq_outbox_topic_key"),
        sa.CheckConstraint(
            "status IN ('waiting', 'claimed', 'delivered', 'dead')", name=op.f("ck_outbox_status")
        ),
    )
    op.create_index("ix_outbox_topic_status_due_at", "outbox", ["topic", "status", "due_at"])
