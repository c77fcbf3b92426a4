"""Users: their names, roles and hashes of their passwords. Who left is set inactive, so that the audit log keeps its names."""

from __future__ import annotations

import datetime as dt
import hashlib
import unicodedata
from dataclasses import dataclass, field
from typing import Annotated

import sqlalchemy as sa
from pydantic import Field

from quanyu.ledger.audit import Edit, audited
from quanyu.ledger.store import Scope, reading, schema, writing

USERS = sa.Table(
    "users",
    schema.METADATA,
    schema.text("user_id", primary_key=True),
    schema.text("name"),
    schema.text("role"),
    schema.text("password_hash"),
    sa.Column("is_active", sa.Boolean, nullable=False),
    schema.time("made_at"),
    schema.time("seen_at", is_required=False),
)
RECORD = "users"
"""What users are called in the audit log."""


@dataclass(frozen=True)
class User:
    """One user; `seen_at` is when they were last here."""

    name: str
    role: str
    password_hash: Annotated[str, Field(exclude=True)] = field(repr=False)
    is_active: bool
    made_at: dt.datetime
    seen_at: dt.datetime | None = None

    @property
    def user_id(self) -> str:
        """The name as it is compared; see `folded`."""
        return folded(self.name)


def folded(name: str) -> str:
    """Return a name as it is compared: however it is written, with large letters or small.

    >>> folded(" Ｌi Lei") == folded("li lei")
    True
    """
    return unicodedata.normalize("NFKC", name).strip().casefold()


def save_user(scope: Scope, user: User, *, who: str, at: dt.datetime) -> None:
    """Keep a user as they are now, on the audit log; of the password it holds a mark that tells whether it changed."""
    with writing(scope) as connection:
        before = find_user(connection, user.name)
        row = {"user_id": user.user_id, **vars(user)}
        if before is None:
            connection.execute(sa.insert(USERS).values(row))
        else:
            connection.execute(sa.update(USERS).where(USERS.c.user_id == user.user_id).values(row))
        old = None if before is None else _told(before)
        audited(connection, Edit(at, who, RECORD, user.user_id, old, _told(user)))


def find_user(scope: Scope, name: str) -> User | None:
    """Return the user of a name, None where there is none."""
    with reading(scope) as connection:
        row = connection.execute(_select().where(USERS.c.user_id == folded(name))).one_or_none()
    return None if row is None else User(**row._mapping)


def list_users(scope: Scope, *, to_change: bool = False) -> list[User]:
    """Return every user by name; `to_change` keeps other writers away until the transaction ends."""
    wanted = _select().order_by(USERS.c.user_id)
    with reading(scope) as connection:
        rows = connection.execute(wanted.with_for_update() if to_change else wanted).all()
    return [User(**row._mapping) for row in rows]


def see_user(scope: Scope, name: str, at: dt.datetime) -> None:
    """Remember when a user was last here."""
    with writing(scope) as connection:
        connection.execute(sa.update(USERS).where(USERS.c.user_id == folded(name)).values(seen_at=at))


def _select() -> sa.Select[tuple[object, ...]]:
    return sa.select(*[column for column in USERS.c if column.name != "user_id"])


def _told(user: User) -> dict[str, object]:
    mark = hashlib.sha256(user.password_hash.encode()).hexdigest()[:8]
    return {"name": user.name, "role": user.role, "is_active": user.is_active, "password": mark}
