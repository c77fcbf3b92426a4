"""What was done about a decision, kept as it was: `carried` of decisions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; of what was done before, the campaigns tell."""
    with op.batch_alter_table("decisions") as table:
        table.add_column(sa.Column("carried", sa.JSON(), nullable=False, server_default="{}"))
    with op.batch_alter_table("decisions") as table:
        table.alter_column("carried", server_default=None)
