"""One row per person from all that sources say about it, by a declared rule per column: the step `people`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import ibis
import ibis.expr.types as ir

from quanyu.collect.kind import kind_of, role_of
from quanyu.part.step import Step
from quanyu.tables import contract
from quanyu.warehouse.portable import seconds
from quanyu.workspace import Workspace

How = Literal["trusted", "recent", "frequent", "earliest", "strictest"]

RULES: Mapping[str, How] = MappingProxyType(
    {
        "name": "frequent",
        "phone": "trusted",
        "email": "trusted",
        "sex": "frequent",
        "born_on": "trusted",
        "region": "frequent",
        "city": "frequent",
        "language": "recent",
        "time_zone": "recent",
        "joined_on": "earliest",
        "member_tier": "trusted",
        "is_personalised": "strictest",
    }
)
"""How the value of a column is chosen among those that are not null and not masked.

trusted: from one's own accounts before platforms before guests, then the newest; recent: the newest;
frequent: said by most sources, then as trusted; earliest: the smallest; strictest: no as soon as one source
says no.
Equal claims are settled by the value itself, so the order of rows never matters.
"""

OWN = ("member", "user", "crm")
"""Accounts that the seller keeps: what people told the seller counts more than what a platform passes on."""


@dataclass(frozen=True)
class Golden:
    """How many people there are, how many have a name, and how many can be reached by phone or mail."""

    n_people: int
    n_named: int
    n_reachable: int


def golden(ws: Workspace, as_of: dt.date) -> Golden:
    """Write `people`: one row per person of `identities`; visitors known by a cookie only have no values.

    What a source said after the day `as_of` does not count.
    """
    ws.warehouse.replace("people", choose(ws, as_of), by="collect")
    people = ws.warehouse.table("people")
    is_reachable = people["phone"].notnull() | people["email"].notnull()
    counts = people.aggregate(
        n=people.count(), named=people["name"].count(), reachable=people.count(where=is_reachable)
    )
    return Golden(*[int(column[0].as_py() or 0) for column in ws.warehouse.read(counts).columns])


def choose(ws: Workspace, as_of: dt.date) -> ir.Table:
    """Return the rows of `people` as an expression."""
    identities = ws.warehouse.table("identities")
    said = ws.warehouse.table("members")
    late = ibis.literal(
        dt.datetime.combine(as_of + dt.timedelta(days=2), dt.time(), dt.UTC), type="timestamp('UTC')"
    )
    said = said.filter(said["seen_at"].isnull() | (said["seen_at"] < late))
    said = said.join(identities.select("id_key", "person_id"), "id_key")
    said = _weighed(said)
    chosen = said.group_by("person_id").aggregate(**{name: _chosen(said, name) for name in RULES})
    people = identities.group_by("person_id").aggregate(n_identifiers=identities.count())
    return people.left_join(chosen, "person_id").drop("person_id_right")


def _weighed(said: ir.Table) -> ir.Table:
    """Add `trust` (0 is best), `age` (smaller is newer) and votes, with masked text as null."""
    kind = kind_of(said["id_key"])
    trust = ibis.cases((kind.isin(OWN), 0), (role_of(kind) == "account", 1), else_=2)
    text = {
        name: ibis.ifelse(
            said[name].re_search(r"[*＊#$]"), ibis.null("string"), said[name].strip().nullif("")
        )
        for name in RULES
        if contract("people")[name].type == "string"
    }
    rows = said.mutate(trust=trust, age=(-seconds(said["seen_at"])).fill_null(0), **text)
    votes = {
        f"votes_{name}": (-rows.count().over(group_by=["person_id", name])).cast("int64")
        for name, how in RULES.items()
        if how == "frequent"
    }
    return rows.mutate(**votes)


def _chosen(rows: ir.Table, name: str) -> ir.Value:
    value, how = rows[name], RULES[name]
    if how == "earliest":
        return value.min()
    if how == "strictest":
        return value.all()
    order = {
        "trusted": (rows["trust"], rows["age"]),
        "recent": (rows["age"], rows["trust"]),
        "frequent": (rows[f"votes_{name}"] if how == "frequent" else rows["age"], rows["trust"], rows["age"]),
    }[how]
    # The smallest of (first claim, ..., value) carries its value with it: one aggregate on any engine.
    claim = ibis.struct({**{f"by{place}": key for place, key in enumerate(order)}, "value": value})
    return claim.min(where=value.notnull())["value"]


STEP = Step("people", "Write one golden record per person", ("identities", "members"), ("people",), golden)
