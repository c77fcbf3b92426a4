"""By which layout a file was read, and from when on it reads otherwise."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns; what was loaded before has neither."""
    op.add_column("loads", sa.Column("reading", sa.JSON()))
    op.add_column("loads", sa.Column("due_at", sa.DateTime(timezone=True)))
