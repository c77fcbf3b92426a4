"""Which workspace a ledger belongs to, and what every table held when the program last wrote it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Make the tables; a ledger from before belongs to whoever opens it next."""
    op.create_table(
        "owner",
        sa.Column("place", sa.Integer, nullable=False),
        sa.Column("workspace_id", sa.Text, nullable=False),
        sa.Column("key_print", sa.Text, nullable=False),
        sa.Column("owned_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("place", name="pk_owner"),
    )
    op.create_table(
        "marks",
        sa.Column("table_name", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("n_rows", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("marked_at", TIME, nullable=False),
        sa.PrimaryKeyConstraint("table_name", name="pk_marks"),
    )
