"""Sessions of users who signed in. Only a hash of the token is kept: who reads the ledger cannot take a session over."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass

import sqlalchemy as sa

from quanyu.ledger.audit import Edit, audited
from quanyu.ledger.store import Scope, reading, schema, writing
from quanyu.ledger.user import find_user, folded, see_user

SESSIONS = sa.Table(
    "sessions",
    schema.METADATA,
    schema.text("token_hash", primary_key=True),
    schema.text("user_id"),
    schema.text("address"),
    schema.time("made_at"),
    schema.time("seen_at"),
    schema.time("expires_at"),
    sa.Index(None, "user_id"),
)
RECORD = "sessions"
"""What sessions are called in the audit log."""


@dataclass(frozen=True)
class Session:
    """A session of a user who may sign in, with the name and role of now."""

    token_hash: str
    name: str
    role: str
    seen_at: dt.datetime
    expires_at: dt.datetime


def hashed(token: str) -> str:
    """Return what is kept of a token: it is long and random, so a plain hash cannot be turned back."""
    return hashlib.sha256(token.encode()).hexdigest()


def begin_session(
    scope: Scope, token: str, name: str, *, address: str, at: dt.datetime, expires_at: dt.datetime
) -> None:
    """Begin a session of a user under a token; those that are over are forgotten."""
    row = {
        "token_hash": hashed(token),
        "user_id": folded(name),
        "address": address,
        "made_at": at,
        "seen_at": at,
        "expires_at": expires_at,
    }
    with writing(scope) as connection:
        connection.execute(sa.delete(SESSIONS).where(SESSIONS.c.expires_at <= at))
        connection.execute(sa.insert(SESSIONS).values(row))
        see_user(connection, name, at)
        audited(connection, Edit(at, name, RECORD, folded(name), None, {"signed_in_from": address}))


def find_session(scope: Scope, token: str, *, at: dt.datetime, idle: dt.timedelta) -> Session | None:
    """Return the session of a token; None if it is over, was idle for longer than `idle`, or its user is inactive."""
    own = sa.select(SESSIONS).where(
        SESSIONS.c.token_hash == hashed(token), SESSIONS.c.expires_at > at, SESSIONS.c.seen_at > at - idle
    )
    with reading(scope) as connection:
        row = connection.execute(own).one_or_none()
        user = None if row is None else find_user(connection, row.user_id)
    if row is None or user is None or not user.is_active:
        return None
    return Session(row.token_hash, user.name, user.role, row.seen_at, row.expires_at)


def see_session(scope: Scope, session: Session, at: dt.datetime) -> None:
    """Remember when a session, and so its user, was last here."""
    with writing(scope) as connection:
        own = SESSIONS.c.token_hash == session.token_hash
        connection.execute(sa.update(SESSIONS).where(own).values(seen_at=at))
        see_user(connection, session.name, at)


def end_session(scope: Scope, session: Session, *, at: dt.datetime) -> None:
    """End one session."""
    _end(scope, session.name, SESSIONS.c.token_hash == session.token_hash, session.name, at)


def end_sessions(scope: Scope, name: str, *, who: str, at: dt.datetime) -> int:
    """End every session of a user and return how many there were."""
    return _end(scope, name, SESSIONS.c.user_id == folded(name), who, at)


def _end(scope: Scope, name: str, which: sa.ColumnElement[bool], who: str, at: dt.datetime) -> int:
    with writing(scope) as connection:
        gone = connection.execute(sa.delete(SESSIONS).where(which).returning(SESSIONS.c.token_hash)).all()
        if gone:
            audited(connection, Edit(at, who, RECORD, folded(name), None, {"signed_out": len(gone)}))
    return len(gone)
