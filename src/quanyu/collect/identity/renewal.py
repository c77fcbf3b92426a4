"""What of `identities` has to be decided again since it was made: whom rows that differ and decisions may touch.

An identifier that is only seen again keeps its person, whatever its times: every person has the one identifier that
it is named after. Decided again is what identifiers that came or went, links, names and decisions reach.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.collect.identity import evidence
from quanyu.collect.identity.clusters import Desk, Evidence
from quanyu.collect.identity.identity_log import TABLE, Decisions
from quanyu.collect.identity.link_rules import Guards
from quanyu.collect.identity.neighbourhood import keyed, touching, walked, within
from quanyu.method.change import Made, differing
from quanyu.part.program import program
from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace

READS = tuple(dict.fromkeys(table for table, *_ in evidence.SEEN))
LARGEST = 1 / 3
"""The share of all identifiers beyond which deciding all of them again is cheaper."""
MOST = 500_000
"""Identifiers that are walked from at most: the way is found outside the engine."""


@dataclass(frozen=True)
class Renewal:
    """`evidence` is about the identifiers to be decided again.

    `again` are rows of `identities` that only were seen at other times, `gone` the identifiers (with the person) that
    nothing names any more.
    """

    evidence: Evidence
    again: ir.Table
    gone: ir.Table


def made_of(ws: Workspace, guards: Guards, as_of: dt.date) -> dict[str, Any]:
    """Return what `identities` is about to be made of, to be kept with it."""
    versions = {name: ws.warehouse.version(name) for name in (*READS, TABLE)}
    return {"made_of": {**_terms(guards), "as_of": as_of.isoformat(), "versions": versions}}


def still_made_of(ws: Workspace, guards: Guards) -> dict[str, Any]:
    """Return what `identities` was made of, for a version that differs by decisions: the next turn finds them in the log."""
    is_known = Made.of(ws, "identities", _terms(guards))
    return {"made_of": ws.warehouse.about("identities")["made_of"]} if is_known else {}


def _terms(guards: Guards) -> Mapping[str, str]:
    return {"guards": repr(guards), "program": program(__name__)}


def renewal(on: Desk, decisions: Decisions, guards: Guards) -> Renewal | None:
    """Return what is to be done again since `identities` was made; None if that is unknown or most of it."""
    ws = on.ws
    before = Made.of(ws, "identities", _terms(guards))
    decided = _decided(ws, before) if before else None
    differs = _differences(ws, before.versions) if before else None
    if before is None or decided is None or differs is None:
        return None
    identities = ws.warehouse.table("identities")
    keys = on.put(ibis.union(_numbers(identities.limit(0)), *differs.values()).distinct())
    if on.count(keys) > ws.warehouse.count("identities") * LARGEST:
        return None
    past = on.put(evidence.among(identities, keys, "id_key"))
    seen = on.put(_seen(on, before.versions, keys, past))
    gone = past.anti_join(seen, "id_key").select("id_key", "person_id")
    seeds = on.put(_seeds(seen, past, [differs[name] for name in ("links", "members") if name in differs]))
    reach = Reach(on, decisions, guards, before.versions["links"], differs.get("members"))
    found = reach.of(seeds, decided)
    if found is None:
        return None
    known, hubs = found
    others = evidence.among(identities, known, "id_key").semi_join(known, "id_key").anti_join(past, "id_key")
    identifiers = seen.semi_join(known, "id_key").union(others.select(seen.columns))
    about = Evidence(on.put(identifiers), within(on, known), evidence.names(ws, known), tuple(sorted(hubs)))
    return Renewal(about, _seen_again(seen.anti_join(known, "id_key"), past), gone)


def _seen(on: Desk, since: Mapping[str, int], keys: ir.Table, past: ir.Table) -> ir.Table:
    """Return when some identifiers were first and last seen: then, and by the rows that came.

    Where a row went, or tells another time now, it is worked out from all rows.
    """
    went, came = [], []
    for place in evidence.SEEN:
        name, column, *_ = place
        sides = (
            on.ws.warehouse.moved(name, since[name]) if on.ws.warehouse.version(name) != since[name] else ()
        )
        if sides is None:
            return evidence.identifiers(on.ws, keys)
        if sides:
            gone, come = (on.put(evidence.times(evidence.among(rows, keys, column), place)) for rows in sides)
            same = [gone[time].identical_to(come[time]) for time in come.columns]
            went.append(gone.anti_join(come, same))
            came.append(come)
    if went and on.count(ibis.union(*went) if went[1:] else went[0]):
        return evidence.identifiers(on.ws, keys)
    known = past.select("id_key", "first_seen_at", "last_seen_at")
    return evidence.first_and_last(ibis.union(known, *came) if came else known)


def _seeds(seen: ir.Table, past: ir.Table, differs: Sequence[ir.Table]) -> ir.Table:
    """Return the identifiers that came or went, or of which links or names differ."""
    one_sided = [rows.anti_join(other, "id_key") for rows, other in ((seen, past), (past, seen))]
    named = [evidence.among(rows, keys, "id_key") for rows in (seen, past) for keys in differs]
    return ibis.union(*(rows.select("id_key") for rows in (*one_sided, *named)), distinct=True)


def _seen_again(seen: ir.Table, past: ir.Table) -> ir.Table:
    """Return the rows, as `named` does, of identifiers that keep their person."""
    rows = seen.join(past, "id_key", rname="{name}_before")
    is_same = rows["first_seen_at"].identical_to(rows["first_seen_at_before"]) & rows[
        "last_seen_at"
    ].identical_to(rows["last_seen_at_before"])
    return rows.select(
        "id_key", "kind", "person_id", "first_seen_at", "last_seen_at", was="person_id", is_same=is_same
    )


@dataclass(frozen=True)
class Reach:
    """How far what changed reaches: over the links as they are, and from hubs that were none at version `since`.

    `renamed` are the numbers of identifiers whose names may differ: neighbours of hubs hear of these too.
    """

    on: Desk
    decisions: Decisions
    guards: Guards
    since: int
    renamed: ir.Table | None

    def of(self, seeds: ir.Table, decided: set[str]) -> tuple[ir.Table, set[str]] | None:
        """Return what some identifiers reach (`id_key`, `key`), themselves included, and the hubs on its edge."""
        on, most = self.on, min(self.on.ws.warehouse.count("identities") * LARGEST, MOST)
        joined = {key for decision in self.decisions.together for key in (*decision.some, *decision.rest)}
        pairs = evidence.pairs(on.ws, seeds.select(key=group_key(seeds["id_key"])))
        ends = ibis.union(
            pairs.select(id_key="low"), pairs.select(id_key="high"), keyed(on, joined).select("id_key")
        )
        # Most of what is new is linked with nothing, and need not be walked from.
        linked = on.ws.warehouse.read(seeds.semi_join(ends, "id_key").limit(int(most) + 1))
        start = {*linked.column("id_key").to_pylist(), *decided}
        known, hubs = walked(on, start, self.decisions, self.guards, most)
        if opened := self._opened(hubs & start):
            known, hubs = walked(on, start | opened, self.decisions, self.guards, most)
        if len(known) > most:
            return None
        every = seeds.union(keyed(on, known).select("id_key"), distinct=True)
        return on.put(every.mutate(key=group_key(every["id_key"]))), hubs

    def _opened(self, hubs: set[str]) -> set[str]:
        """Return the neighbours of those hubs that were none before or may have another name."""
        if not hubs:
            return set()
        degree = Counter(key for pair in touching(self.on, hubs, self.guards, self.since) for key in pair)
        fresh = {hub for hub in hubs if degree[hub] <= self.guards.most_links}
        if self.renamed is not None:
            renamed = evidence.among(keyed(self.on, hubs), self.renamed, "id_key").select("id_key")
            fresh |= {*self.on.ws.warehouse.read(renamed).column("id_key").to_pylist()}
        return {key for pair in touching(self.on, fresh, self.guards) for key in pair} if fresh else set()


def _numbers(rows: ir.Table) -> ir.Table:
    return rows.select(key=group_key(rows["id_key"]))


def _differences(ws: Workspace, since: Mapping[str, int]) -> dict[str, ir.Table] | None:
    """Return by table whose rows differ (`key`), None if it cannot be told; events may only come."""
    told = {}
    for name in (name for name in READS if ws.warehouse.version(name) != since[name]):
        rows = _differing(ws, name, since[name])
        if rows is None:
            return None
        told[name] = rows
    return told


def _differing(ws: Workspace, name: str, since: int) -> ir.Table | None:
    if name == "events":
        came = ws.warehouse.added(name, since)
        return None if came is None else _numbers(came)
    both, columns = differing(ws, name, since), ("key", "other") if name == "links" else ("key",)
    return ibis.union(*(rows.select(key=column) for rows in both for column in columns)) if both else None


def _decided(ws: Workspace, before: Made) -> set[str] | None:
    """Return the identifiers of which people decided since."""
    since = before.versions[TABLE]
    log = ws.warehouse.added(TABLE, since) if since >= 0 else ws.warehouse.table(TABLE)
    if log is None:
        return None
    lines = ws.warehouse.read(log.filter(log["action"].isin(["join", "forbid"])).select("id_keys"))
    return {key for said in lines["id_keys"].to_pylist() for group in json.loads(said) for key in group}
