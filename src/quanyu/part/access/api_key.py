"""Keys of programs: made in a role, shown once, revoked."""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from quanyu import ledger
from quanyu.errors import AccessError
from quanyu.ledger import ApiKey
from quanyu.part.action import Action, Caller
from quanyu.part.role import Role
from quanyu.workspace import Workspace

LONGEST = 3650
"""Days that a key may be valid."""


@dataclass(frozen=True)
class NewKey:
    """What a key is for, the role it works in, and for how many days it is valid; 0: until it is revoked."""

    name: str
    role: Role
    days: int = 0


@dataclass(frozen=True)
class MadeKey:
    """A key and its secret, which is shown now and never again."""

    key: ApiKey
    secret: str


@dataclass(frozen=True)
class Revoked:
    """The key to revoke."""

    prefix: str


def _add(ws: Workspace, given: NewKey, caller: Caller) -> MadeKey:
    if not given.name.strip() or not 0 <= given.days <= LONGEST:
        raise AccessError(
            "A key needs a name and 0 to {longest} days; it got {name!r} and {days}.",
            "Name what will use it, such as: quanyu key add dashboard --role viewer --days 90",
            longest=LONGEST,
            name=given.name,
            days=given.days,
        )
    now = ws.now()
    prefix = secrets.token_hex(4)
    secret = f"qy_{prefix}_{secrets.token_urlsafe(32)}"
    key = ApiKey(
        prefix,
        given.name.strip(),
        given.role,
        made_by=caller.who,
        made_at=now,
        expires_at=now + dt.timedelta(days=given.days) if given.days else None,
    )
    ledger.add_key(ws.ledger, key, secret)
    return MadeKey(key, secret)


def _revoke(ws: Workspace, given: Revoked, caller: Caller) -> ApiKey:
    key = ledger.revoke_key(ws.ledger, given.prefix, who=caller.who, at=ws.now())
    if key is None:
        raise AccessError(
            "There is no key {prefix!r}.", "All of them: quanyu key list", prefix=given.prefix[:16]
        )
    return key


@dataclass(frozen=True)
class All:
    """Every key is wanted."""


def _list(ws: Workspace, _: All, __: Caller) -> list[ApiKey]:
    """Return every key, the newest first."""
    return ledger.list_keys(ws.ledger)


ADD_KEY = Action(
    "add_key",
    "Make a key for a program.",
    NewKey,
    MadeKey,
    _add,
    "owner",
    said="made the key {name} as {role}",
)
REVOKE = Action(
    "revoke_key",
    "Let a key open nothing any more.",
    Revoked,
    ApiKey,
    _revoke,
    "owner",
    said="revoked the key {prefix}",
)
LIST = Action("list_keys", "List the keys of programs.", All, list[ApiKey], _list, "owner", writes=False)
