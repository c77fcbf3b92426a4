"""One row per person from all that sources say about it, by a declared rule per column: the step `people`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import ibis
import ibis.expr.types as ir

from quanyu.collect.identity.evidence import TIME
from quanyu.collect.kind import kind_of, role_of
from quanyu.method.change import Made, touched
from quanyu.part.program import program
from quanyu.part.step import Step
from quanyu.tables import contract
from quanyu.warehouse.portable import group_key, seconds
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

    What a source said after the day `as_of` does not count. Only people whom something touched since are chosen for
    again; where nobody is, the table stays as it is.
    """
    versions = {name: ws.warehouse.version(name) for name in ("identities", "members")}
    about = {"made_of": {**_terms(), "as_of": as_of.isoformat(), "versions": versions}}
    who = _touched(ws, as_of)
    if who is None:
        ws.warehouse.replace("people", choose(ws, as_of), by="collect", about=about)
    elif ws.warehouse.read(who.count()).column(0)[0].as_py():
        ws.warehouse.replace("people", _in_place(ws, as_of, who), by="collect", about=about)
    else:
        ws.warehouse.confirm("people", about)
    people = ws.warehouse.table("people")
    is_reachable = people["phone"].notnull() | people["email"].notnull()
    counts = people.aggregate(
        n=people.count(), named=people["name"].count(), reachable=people.count(where=is_reachable)
    )
    return Golden(*[int(column[0].as_py() or 0) for column in ws.warehouse.read(counts).columns])


def _terms() -> Mapping[str, str]:
    return {"program": program(__name__)}


def _touched(ws: Workspace, as_of: dt.date) -> ir.Table | None:
    """Return the people (`person`) whose row may be another, None if it is not known what the table was made of."""
    before = Made.of(ws, "people", _terms())
    if before is None:
        return None
    low, high = (ibis.literal(_late(day), type=TIME) for day in sorted((before.as_of, as_of)))
    members = ws.warehouse.table("members")
    passed = members.filter((members["seen_at"] >= low) & (members["seen_at"] < high))
    who = touched(ws, before, as_of, {}, [passed.select(key=group_key(passed["id_key"]))])
    return who.people if who else None


def _in_place(ws: Workspace, as_of: dt.date, who: ir.Table) -> ir.Table:
    kept, rows = ws.warehouse.table("people"), choose(ws, as_of, who)
    rest = kept.mutate(person=group_key(kept["person_id"])).anti_join(who, "person")
    return rest.select(rows.columns).cast(rows.schema()).union(rows)


def _late(day: dt.date) -> dt.datetime:
    """Return the moment from which on what is said does not count."""
    return dt.datetime.combine(day + dt.timedelta(days=2), dt.time(), dt.UTC)


def choose(ws: Workspace, as_of: dt.date, who: ir.Table | None = None) -> ir.Table:
    """Return the rows of `people` as an expression; only those of some people (`person`) if they are given."""
    identities = ws.warehouse.table("identities")
    if who is not None:
        numbered = identities.mutate(person=group_key(identities["person_id"]))
        identities = ws.warehouse.turn.keep(numbered.semi_join(who, "person").drop("person"))
    said = ws.warehouse.table("members")
    late = ibis.literal(_late(as_of), type=TIME)
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


STEP = Step(
    "people",
    "Write one golden record per person",
    ("identities", "members"),
    ("people",),
    golden,
    kept="by_person",
)
