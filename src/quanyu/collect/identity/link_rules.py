"""Which links count: an identifier that several people share joins nobody, unless a name tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from quanyu.collect.kind import kind_named

PLAIN, FAMILY, NAMED, VERIFIED, DIRECT, MANUAL = 1, 2, 3, 4, 5, 6
"""Classes of strength: a link, one of the same family name where the full one is masked, one with the same full
name, one a platform vouches for, one it vouches for between accounts or browsers (a contact may be lent), one a
person made.
"""
CLASS = 10**12
"""Strength = class x 10^12 + sources x 10^10 + last second: class first, then sources, then the newest."""

OPEN, VERIFIED_ONLY, SHARED, HUB = 0, 1, 2, 3
"""What an identifier may join: anything; what is verified; only what also shares a name; nothing."""


@dataclass(frozen=True)
class Guards:
    """Limits of what one person is likely to hold; more means several people share the identifier.

    Two accounts of one platform on one phone are rarely one person (a household), so the limit for accounts
    that are exclusive is 1. People do keep a second mailbox or change their number, hence 2; buyers ship to
    others, hence 3 contacts per account. One browser outlives few logins, one login wears out many browsers.

    >>> Guards(blocked=("phone:0",)).most_links
    1000
    """

    exclusive: int = 1
    open_accounts: int = 3
    contacts_per_contact: int = 2
    contacts_per_account: int = 3
    anonymous_per_anonymous: int = 20
    anonymous_per_known: int = 300
    most_links: int = 1000
    blocked: Sequence[str] = ()


@dataclass(frozen=True)
class Usable:
    """Links after the guards, on node numbers.

    `direct`: left, right, strength. `named`: key, name_hash, other, strength: the key joins only those of
    one name. `guarded`: node, status of every identifier that is not open.
    """

    direct: ir.Table
    named: ir.Table
    guarded: ir.Table


def guarded(links: ir.Table, guards: Guards, kinds: Sequence[str]) -> ir.Table:
    """Return node, status for the identifiers that are not `OPEN`.

    `links` has left, right, is_verified, and of both ends kind, name and family; a kind is its place in
    `kinds`: grouping by numbers takes half the time of grouping by text.
    """
    ends = _end(links, "left", "right", kinds).union(_end(links, "right", "left", kinds))
    # An identifier with one link is open whatever the limits, and most have one.
    several = ends.group_by("node").aggregate(n=ends.count()).filter(lambda t: t["n"] > 1)
    ends = ends.semi_join(several, "node")
    sure = {
        name: ibis.ifelse(ends["is_verified"], ends[name], ibis.null("string")) for name in ("name", "family")
    }
    held = ends.group_by("node", "kind").aggregate(
        node_kind=ends["node_kind"].min(),
        n=ends.count(),
        n_verified=ends["is_verified"].cast("int64").sum(),
        n_named=ends["name"].count(),
        low=ends["name"].min(),
        high=ends["name"].max(),
        family_low=ends["family"].min(),
        family_high=ends["family"].max(),
        sure_low=sure["name"].min(),
        sure_high=sure["name"].max(),
        sure_family_low=sure["family"].min(),
        sure_family_high=sure["family"].max(),
    )
    limit = _limit(held, guards, kinds)
    is_one_name = (held["n_named"] == held["n"]) & (held["low"] == held["high"])
    held = held.mutate(
        is_over=(held["n"] > limit) & ~is_one_name.fill_null(False),
        is_verified_over=(held["n_verified"] > limit) & ~is_one_name.fill_null(False),
    )
    keys = held.group_by("node").aggregate(
        n=held["n"].sum(),
        n_verified=held["n_verified"].sum(),
        is_over=held["is_over"].any() | _differs(held, "") | _differs(held, "family_"),
        is_verified_over=held["is_verified_over"].any()
        | _differs(held, "sure_")
        | _differs(held, "sure_family_"),
    )
    status = ibis.cases(
        (keys["n"] > guards.most_links, HUB),
        (~keys["is_over"], OPEN),
        ((keys["n_verified"] > 0) & ~keys["is_verified_over"], VERIFIED_ONLY),
        else_=SHARED,
    )
    return keys.select("node", status=status).filter(lambda t: t["status"] != OPEN)


def usable(links: ir.Table, status: ir.Table, kinds: Sequence[str]) -> Usable:
    """Return the links that survive, given the status of the identifiers that are not open."""
    contact = places(kinds, "contact")
    left = status.select(left="node", left_status="status")
    right = status.select(right="node", right_status="status")
    rows = links.left_join(left, "left").drop("left_right").left_join(right, "right").drop("right_right")
    rows = rows.mutate(
        left_status=rows["left_status"].fill_null(OPEN), right_status=rows["right_status"].fill_null(OPEN)
    )
    held = [
        (rows[side] == OPEN) | ((rows[side] == VERIFIED_ONLY) & rows["is_verified"])
        for side in ("left_status", "right_status")
    ]
    is_lent = rows["left_kind"].isin(contact) | rows["right_kind"].isin(contact)
    rows = rows.mutate(
        grade=ibis.cases(
            (rows["is_verified"] & ~is_lent, DIRECT), (rows["is_verified"], VERIFIED), else_=PLAIN
        )
    )
    direct = rows.filter(held[0] & held[1]).select("left", "right", strength=_strength(rows, PLAIN))
    shared = _shared(rows, "left", "right").union(_shared(rows, "right", "left"))
    return Usable(direct, _named(shared), status)


def _end(links: ir.Table, here: str, there: str, kinds: Sequence[str]) -> ir.Table:
    """Return one end of each link and what is on its other side.

    The name of a phone does not count against an account: buyers ship to others, and others use their phone.
    """
    lent = links[f"{here}_kind"].isin(places(kinds, "account")) & links[f"{there}_kind"].isin(
        places(kinds, "contact")
    )
    said = {name: lent.ifelse(ibis.null("string"), links[f"{there}_{name}"]) for name in ("name", "family")}
    return links.select(
        node=links[here],
        node_kind=links[f"{here}_kind"],
        kind=links[f"{there}_kind"],
        **said,
        is_verified=links["is_verified"],
    )


def places(kinds: Sequence[str], role: str) -> list[int]:
    """Return the places of the kinds of a role.

    >>> places(["cookie", "jd", "phone", "user"], "account")
    [1, 3]
    """
    return [place for place, name in enumerate(kinds) if kind_named(name).role == role]


def _differs(held: ir.Table, prefix: str) -> ir.BooleanValue:
    return (held[f"{prefix}low"].min() != held[f"{prefix}high"].max()).fill_null(False)


def _limit(held: ir.Table, guards: Guards, kinds: Sequence[str]) -> ir.IntegerValue:
    contact, anonymous = places(kinds, "contact"), places(kinds, "anonymous")
    open_ = [place for place in places(kinds, "account") if not kind_named(kinds[place]).is_exclusive]
    there, here = held["kind"], held["node_kind"]
    return ibis.cases(
        (there.isin(open_), guards.open_accounts),
        (there.isin(contact) & here.isin(contact), guards.contacts_per_contact),
        (there.isin(contact) & here.isin(anonymous), guards.contacts_per_contact),
        (there.isin(contact), guards.contacts_per_account),
        (there.isin(anonymous) & here.isin(anonymous), guards.anonymous_per_anonymous),
        (there.isin(anonymous), guards.anonymous_per_known),
        else_=guards.exclusive,
    )


def _shared(rows: ir.Table, key: str, other: str) -> ir.Table:
    """Return key, other, name, family, strength where the key is shared and the other end is not."""
    is_apt = rows[f"{key}_status"].isin([VERIFIED_ONLY, SHARED]) & (rows[f"{other}_status"] == OPEN)
    name, family = rows[f"{other}_name"], rows[f"{other}_family"]
    return rows.filter(is_apt & (name.notnull() | family.notnull())).select(
        key=rows[key],
        other=rows[other],
        name=name,
        family=family,
        strength=_strength(rows, name.notnull().ifelse(NAMED, FAMILY)),
    )


def _named(ends: ir.Table) -> ir.Table:
    """Say under which name each end is on its key: a masked one goes with the only full name of its family.

    Where the key knows no full name of the family, those who show the same family name are one.
    """
    full = ends.group_by("key", "family").aggregate(low=ends["name"].min(), high=ends["name"].max())
    rows = ends.left_join(full, ["key", "family"])
    by_family = ibis.cases((rows["low"] == rows["high"], rows["low"]), (rows["low"].isnull(), rows["family"]))
    rows = rows.mutate(name_hash=rows["name"].coalesce(by_family))
    return rows.filter(rows["name_hash"].notnull()).select("key", "name_hash", "other", "strength")


def _strength(rows: ir.Table, otherwise: int | ir.IntegerValue) -> ir.IntegerValue:
    sources = ibis.least(rows["n_sources"], ibis.literal(9))
    grade = (rows["grade"] == PLAIN).ifelse(otherwise, rows["grade"])
    return (grade.cast("int64") * CLASS + sources * 10**10 + rows["last_epoch"].clip(0, 10**10 - 1)).cast(
        "int64"
    )
