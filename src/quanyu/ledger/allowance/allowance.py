"""How much of something may happen in a stretch of time, over all processes: one row per name, that of its newest stretch."""

from __future__ import annotations

import sqlalchemy as sa

from quanyu.ledger.store import Scope, insert_once, schema, writing

ALLOWANCES = sa.Table(
    "allowances",
    schema.METADATA,
    schema.text("name"),
    sa.Column("stretch", sa.BigInteger, nullable=False),
    sa.Column("n_taken", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("name"),
)


def take_allowance(scope: Scope, name: str, stretch: int, *, wanted: int, limit: int) -> int:
    """Take as many as are wanted and left of the `limit` for a stretch (counted upwards), and return how many that are.

    Whoever asks for a stretch that is over for others gets nothing.
    """
    with writing(scope) as connection:
        insert_once(connection, ALLOWANCES, [{"name": name, "stretch": stretch, "n_taken": 0}])
        at_name = ALLOWANCES.c.name == name
        held = sa.select(ALLOWANCES.c.stretch, ALLOWANCES.c.n_taken).where(at_name).with_for_update()
        newest, n_taken = connection.execute(held).one()
        if newest > stretch:
            return 0
        n_taken = n_taken if newest == stretch else 0
        granted = max(0, min(wanted, limit - n_taken))
        if granted:
            change = sa.update(ALLOWANCES).where(at_name)
            connection.execute(change.values(stretch=stretch, n_taken=n_taken + granted))
    return granted
