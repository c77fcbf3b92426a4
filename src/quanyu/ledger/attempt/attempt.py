"""Attempts to sign in. An attempt counts before its password is looked at, so that many at once gain nothing.

Of the name that was typed only a hash is kept: people type passwords into the wrong field.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from quanyu.ledger.store import Scope, schema, writing
from quanyu.ledger.user import folded

ATTEMPTS = sa.Table(
    "login_attempts",
    schema.METADATA,
    schema.serial("attempt_id"),
    schema.text("name_hash"),
    schema.text("address"),
    schema.time("tried_at"),
    sa.Column("is_good", sa.Boolean, nullable=False),
    sa.Index(None, "name_hash"),
    sa.Index(None, "address"),
)
KEPT = dt.timedelta(days=30)
"""How long attempts are kept."""
WINDOW = dt.timedelta(hours=24)
"""How far back failures count."""


@dataclass(frozen=True)
class Tried:
    """Failures at other times: of this name from this address since it last signed in there, of the address with any
    name, and of the name from addresses where it never signed in; each with the moment of the last.

    `is_known` says whether the name has signed in from this address before.
    """

    attempt_id: int
    by_both: tuple[int, dt.datetime | None]
    by_address: tuple[int, dt.datetime | None]
    by_name: tuple[int, dt.datetime | None]
    is_known: bool


def begin_attempt(scope: Scope, name: str, address: str, at: dt.datetime) -> Tried:
    """Record an attempt as failed until it is known to be good, and return what was tried before it."""
    name_hash = hashlib.sha256(folded(name).encode()).hexdigest()
    row = {"name_hash": name_hash, "address": address, "tried_at": at, "is_good": False}
    with writing(scope) as connection:
        connection.execute(sa.delete(ATTEMPTS).where(ATTEMPTS.c.tried_at <= at - KEPT))
        number = connection.execute(
            sa.insert(ATTEMPTS).values(row).returning(ATTEMPTS.c.attempt_id)
        ).scalar_one()
    with writing(scope) as connection:
        of_name, of_address = ATTEMPTS.c.name_hash == name_hash, ATTEMPTS.c.address == address
        good = sa.select(sa.func.max(ATTEMPTS.c.attempt_id)).where(of_name, of_address, ATTEMPTS.c.is_good)
        last = connection.execute(good).scalar_one()
        known = sa.select(ATTEMPTS.c.address).where(of_name, ATTEMPTS.c.is_good)
        earlier = [ATTEMPTS.c.attempt_id < number, ATTEMPTS.c.tried_at > at - WINDOW, ~ATTEMPTS.c.is_good]

        def failures(*which: sa.ColumnElement[bool]) -> tuple[int, dt.datetime | None]:
            told = sa.select(sa.func.count(), sa.func.max(ATTEMPTS.c.tried_at)).where(*earlier, *which)
            n, newest = connection.execute(told).one()
            return n, newest

        return Tried(
            number,
            failures(of_name, of_address, ATTEMPTS.c.attempt_id > (last or 0)),
            failures(of_address),
            failures(of_name, ATTEMPTS.c.address.not_in(known)),
            last is not None,
        )


def forget_attempt(scope: Scope, attempt_id: int) -> None:
    """Take back an attempt that was turned away before its password was looked at."""
    with writing(scope) as connection:
        connection.execute(sa.delete(ATTEMPTS).where(ATTEMPTS.c.attempt_id == attempt_id))


def mark_good(scope: Scope, attempt_id: int) -> None:
    """Record that an attempt was good."""
    with writing(scope) as connection:
        connection.execute(
            sa.update(ATTEMPTS).where(ATTEMPTS.c.attempt_id == attempt_id).values(is_good=True)
        )
