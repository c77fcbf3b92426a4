"""Keys of programs: the role they work in, and a hash of the secret. The secret itself is shown once and kept nowhere."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass, field, replace
from typing import Annotated

import sqlalchemy as sa
from pydantic import Field
from sqlalchemy.engine import Connection

from quanyu.ledger.audit import Edit, audited
from quanyu.ledger.store import Scope, reading, schema, writing

KEYS = sa.Table(
    "api_keys",
    schema.METADATA,
    schema.text("prefix", primary_key=True),
    schema.text("name"),
    schema.text("role"),
    schema.text("secret_hash"),
    schema.text("made_by"),
    schema.time("made_at"),
    schema.time("expires_at", is_required=False),
    schema.time("revoked_at", is_required=False),
    schema.time("used_at", is_required=False),
)
RECORD = "keys"
"""What keys are called in the audit log."""
MARK = "qy"
"""How every secret begins, so that one that leaked into a file is found by those who look for such."""
SEEN = dt.timedelta(minutes=1)
"""How exactly the last use is kept."""


@dataclass(frozen=True)
class ApiKey:
    """One key, known by its prefix, which its secret begins with."""

    prefix: str
    name: str
    role: str
    made_by: str
    made_at: dt.datetime
    secret_hash: Annotated[str, Field(exclude=True)] = field(default="", repr=False)
    expires_at: dt.datetime | None = None
    revoked_at: dt.datetime | None = None
    used_at: dt.datetime | None = None

    def is_valid(self, at: dt.datetime) -> bool:
        """Say whether it opens anything at a moment."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > at)


def add_key(scope: Scope, key: ApiKey, secret: str) -> None:
    """Keep a key whose secret begins with `qy_`, its prefix and `_`."""
    with writing(scope) as connection:
        connection.execute(sa.insert(KEYS).values(vars(replace(key, secret_hash=_hashed(secret)))))
        after = {"name": key.name, "role": key.role, "expires_at": key.expires_at}
        audited(connection, Edit(key.made_at, key.made_by, RECORD, key.prefix, None, after))


def find_key(scope: Scope, secret: str, *, at: dt.datetime) -> ApiKey | None:
    """Return the key of a secret, None where there is none that is valid; its use is remembered."""
    prefix = secret.split("_")[1] if secret.startswith(f"{MARK}_") else ""
    with reading(scope) as connection:
        key = _found(connection, prefix)
    is_it = hmac.compare_digest(_hashed(secret), key.secret_hash if key else _hashed(""))
    if key is None or not is_it or not key.is_valid(at):
        return None
    if key.used_at is None or at - key.used_at >= SEEN:
        with writing(scope) as connection:
            connection.execute(sa.update(KEYS).where(KEYS.c.prefix == prefix).values(used_at=at))
    return replace(key, used_at=at)


def list_keys(scope: Scope) -> list[ApiKey]:
    """Return every key, the newest first."""
    with reading(scope) as connection:
        rows = connection.execute(sa.select(KEYS).order_by(KEYS.c.made_at.desc(), KEYS.c.prefix)).all()
    return [ApiKey(**row._mapping) for row in rows]


def revoke_key(scope: Scope, prefix: str, *, who: str, at: dt.datetime) -> ApiKey | None:
    """Let a key open nothing any more and return it; None where there is none of this prefix."""
    with writing(scope) as connection:
        key = _found(connection, prefix)
        if key is None or key.revoked_at is not None:
            return key
        connection.execute(sa.update(KEYS).where(KEYS.c.prefix == prefix).values(revoked_at=at))
        before = {"name": key.name, "role": key.role, "expires_at": key.expires_at}
        audited(connection, Edit(at, who, RECORD, prefix, before, {**before, "revoked_at": at}))
    return replace(key, revoked_at=at)


def _found(connection: Connection, prefix: str) -> ApiKey | None:
    row = connection.execute(sa.select(KEYS).where(KEYS.c.prefix == prefix)).one_or_none()
    return None if row is None else ApiKey(**row._mapping)


def _hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
