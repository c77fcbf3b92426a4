"""Campaigns whose messages leave one by one: a number, a note, and what each send needs to be worked off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
STATUSES = "status IN ('frozen', 'exported', 'sending', 'paused', 'stopped', 'done')"
NUMBER = (
    "UPDATE campaigns SET campaign_no = (SELECT count(*) FROM campaigns AS older "
    "WHERE (older.frozen_at, older.campaign_id) <= (campaigns.frozen_at, campaigns.campaign_id))"
)
PLACE = (
    "UPDATE sends SET place = numbered.place FROM (SELECT campaign_id, step, person_id, row_number() OVER "
    "(PARTITION BY campaign_id ORDER BY step, person_id) - 1 AS place FROM sends) AS numbered WHERE "
    "sends.campaign_id = numbered.campaign_id AND sends.step = numbered.step AND sends.person_id = numbered.person_id"
)


def upgrade() -> None:
    """Add the columns; what is there is numbered in its order."""
    op.add_column("campaigns", sa.Column("campaign_no", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("campaigns", sa.Column("note", sa.Text, nullable=False, server_default=""))
    op.execute(NUMBER)
    with op.batch_alter_table("campaigns") as table:
        table.alter_column("campaign_no", server_default=None)
        table.alter_column("note", server_default=None)
        table.drop_constraint(op.f("ck_campaigns_status"), type_="check")
        table.create_check_constraint(op.f("ck_campaigns_status"), STATUSES)
        table.create_unique_constraint("uq_campaigns_campaign_no", ["campaign_no"])
    for name in ("place", "n_attempts"):
        op.add_column("sends", sa.Column(name, sa.BigInteger, nullable=False, server_default="0"))
    for name in ("variant", "receipt"):
        op.add_column("sends", sa.Column(name, sa.Text, nullable=False, server_default=""))
    op.add_column("sends", sa.Column("claimed_by", sa.Text))
    for name in ("due_at", "claimed_until"):
        op.add_column("sends", sa.Column(name, TIME))
    op.execute(PLACE)
    with op.batch_alter_table("sends") as table:
        for name in ("place", "n_attempts", "variant", "receipt"):
            table.alter_column(name, server_default=None)
    pending, claimed = sa.text("status = 'pending'"), sa.text("claimed_by IS NOT NULL")
    op.create_index("ix_sends_campaign_id_place", "sends", ["campaign_id", "place"])
    op.create_index(
        "ix_sends_due",
        "sends",
        ["campaign_id", "due_at", "place"],
        sqlite_where=pending,
        postgresql_where=pending,
    )
    op.create_index(
        "ix_sends_claimed", "sends", ["claimed_by"], sqlite_where=claimed, postgresql_where=claimed
    )
