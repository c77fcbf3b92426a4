"""Segments and how the last work on them went."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "segments",
        sa.Column("segment_id", sa.Text, nullable=False),
        sa.Column("rule", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("changed_at", TIME, nullable=False),
        sa.Column("good_version", sa.BigInteger, nullable=False),
        sa.Column("good_at", TIME, nullable=True),
        sa.Column("good_on", sa.Text, nullable=False),
        sa.Column("identity_version", sa.BigInteger, nullable=False),
        sa.Column("n_people", sa.BigInteger, nullable=False),
        sa.Column("fault", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("segment_id", name="pk_segments"),
    )
