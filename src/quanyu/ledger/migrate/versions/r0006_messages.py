"""What the outbox holds is called a message."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Rename the column; both engines keep the key that stands on it."""
    op.execute("ALTER TABLE outbox RENAME COLUMN letter_id TO message_id")
