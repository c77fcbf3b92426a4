"""Signing in: a name and a password become a session. Guessing takes longer each time, and hinders nobody else."""

from __future__ import annotations

import datetime as dt
import ipaddress
import secrets
from dataclasses import dataclass, replace

from quanyu import ledger
from quanyu.errors import AccessError
from quanyu.ledger import Edit, Tried, User
from quanyu.part.access.password import fresh_hash, is_outdated, is_password
from quanyu.workspace import Workspace

RECORD = "sessions"
"""What sessions are called in the audit log."""


@dataclass(frozen=True)
class Patience:
    """How many failures are free, and the longest wait that later ones bring, each doubling the one before."""

    n_free: int
    longest: int

    def wait(self, n_failed: int) -> dt.timedelta:
        """Return how long after the last failure the next attempt may come.

        >>> [Patience(5, 900).wait(n).seconds for n in (4, 5, 6, 10, 99)]
        [0, 1, 2, 32, 900]
        """
        n_over = n_failed - self.n_free
        return dt.timedelta(seconds=min(2 ** min(n_over, 20), self.longest) if n_over >= 0 else 0)


PATIENCE = {"both": Patience(5, 900), "address": Patience(20, 900), "name": Patience(20, 10)}
"""For one name from one address; for an address with names that never signed in there; for a name from addresses where it
never signed in. Who has signed in from an address before is held up only by failures of their own name there."""


class WaitError(AccessError):
    """An attempt came too soon after failures."""

    @property
    def seconds(self) -> int:
        """When the next may come."""
        return int(str(self.values["seconds"]))


def sign_in(
    ws: Workspace, name: str, password: str, *, address: str, valid: dt.timedelta
) -> tuple[User, str]:
    """Begin a session and return its user and token.

    Raises `WaitError` if it comes too soon after failures, and `AccessError`, the same for whatever was wrong, if it is not
    the name of a user who may sign in with this password.
    """
    now, place = ws.now(), network(address)
    tried = ledger.begin_attempt(ws.ledger, name, place, now)
    if (seconds := _wait(tried, now)) > 0:
        ledger.forget_attempt(ws.ledger, tried.attempt_id)
        raise WaitError(
            "Too many attempts failed. Wait {seconds} seconds.",
            "An owner can set another password: quanyu user password NAME",
            seconds=seconds,
        )
    user = ledger.find_user(ws.ledger, name)
    if not is_password(password, user.password_hash if user else "") or user is None or not user.is_active:
        with ledger.writing(ws.ledger) as connection:
            after = {"refused_from": address}
            ledger.audited(connection, Edit(now, "-", RECORD, user.user_id if user else "-", None, after))
        raise AccessError("Name or password is wrong.", "Try again; an owner can set another password.")
    token = secrets.token_urlsafe(32)
    with ledger.writing(ws.ledger) as connection:
        ledger.mark_good(connection, tried.attempt_id)
        ledger.begin_session(connection, token, user.name, address=address, at=now, expires_at=now + valid)
        if is_outdated(user.password_hash):
            user = replace(user, password_hash=fresh_hash(password))
            ledger.save_user(connection, user, who=user.name, at=now)
    return user, token


def network(address: str) -> str:
    """Return what attempts from an address are counted by: the address, or the network of a version 6 one, which has many.

    >>> network("192.0.2.7"), network("2001:db8:1:2:3:4:5:6"), network("::ffff:192.0.2.7"), network("testclient")
    ('192.0.2.7', '2001:db8:1:2::/64', '192.0.2.7', 'testclient')
    """
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(known, ipaddress.IPv6Address):
        if known.ipv4_mapped:
            return str(known.ipv4_mapped)
        return str(ipaddress.ip_network((known, 64), strict=False))
    return str(known)


def _wait(tried: Tried, now: dt.datetime) -> int:
    """Return how many seconds are left before an attempt may be made."""
    counted = {"both": tried.by_both}
    if not tried.is_known:
        counted |= {"address": tried.by_address, "name": tried.by_name}
    left = [
        last + PATIENCE[kind].wait(n_failed) - now
        for kind, (n_failed, last) in counted.items()
        if last is not None
    ]
    return max((-(-int(one.total_seconds() * 1000) // 1000) for one in left), default=0)
