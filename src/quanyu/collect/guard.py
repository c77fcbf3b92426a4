"""Which links count: an identifier that several people share joins nobody, unless a name tells them apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from quanyu.collect.kind import kind_named

PLAIN, NAMED, VERIFIED, MANUAL = 1, 2, 3, 4
"""Classes of strength: a link, one with the same full name, one a platform vouches for, one a person made."""
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

    `links` has left, right, left_kind, right_kind, left_name, right_name, is_verified; a kind is its place in
    `kinds`: grouping by numbers takes half the time of grouping by text.
    """
    ends = _end(links, "left", "right").union(_end(links, "right", "left"))
    # An identifier with one link is open whatever the limits, and most have one.
    several = ends.group_by("node").aggregate(n=ends.count()).filter(lambda t: t["n"] > 1)
    ends = ends.semi_join(several, "node")
    verified_name = ibis.ifelse(ends["is_verified"], ends["name"], ibis.null("string"))
    held = ends.group_by("node", "kind").aggregate(
        node_kind=ends["node_kind"].min(),
        n=ends.count(),
        n_verified=ends["is_verified"].cast("int64").sum(),
        n_named=ends["name"].count(),
        low=ends["name"].min(),
        high=ends["name"].max(),
        verified_low=verified_name.min(),
        verified_high=verified_name.max(),
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
        is_over=held["is_over"].any() | (held["low"].min() != held["high"].max()).fill_null(False),
        is_verified_over=held["is_verified_over"].any()
        | (held["verified_low"].min() != held["verified_high"].max()).fill_null(False),
    )
    status = ibis.cases(
        (keys["n"] > guards.most_links, HUB),
        (~keys["is_over"], OPEN),
        ((keys["n_verified"] > 0) & ~keys["is_verified_over"], VERIFIED_ONLY),
        else_=SHARED,
    )
    return keys.select("node", status=status).filter(lambda t: t["status"] != OPEN)


def usable(links: ir.Table, status: ir.Table) -> Usable:
    """Return the links that survive, given the status of the identifiers that are not open."""
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
    direct = rows.filter(held[0] & held[1]).select("left", "right", strength=_strength(rows, PLAIN))
    named = _named(rows, "left", "right").union(_named(rows, "right", "left"))
    return Usable(direct, named, status)


def _end(links: ir.Table, here: str, there: str) -> ir.Table:
    return links.select(
        node=links[here],
        node_kind=links[f"{here}_kind"],
        kind=links[f"{there}_kind"],
        name=links[f"{there}_name"],
        is_verified=links["is_verified"],
    )


def _limit(held: ir.Table, guards: Guards, kinds: Sequence[str]) -> ir.IntegerValue:
    places: dict[str, list[int]] = {"account": [], "contact": [], "anonymous": [], "open": []}
    for place, name in enumerate(kinds):
        kind = kind_named(name)
        is_open = kind.role == "account" and not kind.is_exclusive
        places["open" if is_open else kind.role].append(place)
    there, here = held["kind"], held["node_kind"]
    return ibis.cases(
        (there.isin(places["open"]), guards.open_accounts),
        (there.isin(places["contact"]) & here.isin(places["contact"]), guards.contacts_per_contact),
        (there.isin(places["contact"]) & here.isin(places["anonymous"]), guards.contacts_per_contact),
        (there.isin(places["contact"]), guards.contacts_per_account),
        (there.isin(places["anonymous"]) & here.isin(places["anonymous"]), guards.anonymous_per_anonymous),
        (there.isin(places["anonymous"]), guards.anonymous_per_known),
        else_=guards.exclusive,
    )


def _named(rows: ir.Table, key: str, other: str) -> ir.Table:
    is_apt = rows[f"{key}_status"].isin([VERIFIED_ONLY, SHARED]) & (rows[f"{other}_status"] == OPEN)
    is_known = rows[f"{other}_name"].notnull()
    return rows.filter(is_apt & is_known).select(
        key=rows[key], name_hash=rows[f"{other}_name"], other=rows[other], strength=_strength(rows, NAMED)
    )


def _strength(rows: ir.Table, otherwise: int) -> ir.IntegerValue:
    sources = ibis.least(rows["n_sources"], ibis.literal(9))
    grade = ibis.ifelse(rows["is_verified"], VERIFIED, otherwise)
    return (grade.cast("int64") * CLASS + sources * 10**10 + rows["last_epoch"].clip(0, 10**10 - 1)).cast(
        "int64"
    )
