"""One person from many identifiers: the loop step `identity`, and the part of it that a correction touches.

The step does not fit need -> reduce -> solve -> score: components need every link at once, so links leave the
engine as integers and labels come back (docs/decisions/components are solved on integers outside the engine.md).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from quanyu.collect.identity import evidence
from quanyu.collect.identity.clusters import Desk, Evidence, Partition, desk, partition
from quanyu.collect.identity.components import survivors
from quanyu.collect.identity.identity_log import Entry, append_entries, read_decisions
from quanyu.collect.identity.link_rules import Guards
from quanyu.collect.identity.renewal import made_of, renewal
from quanyu.collect.kind import kind_named
from quanyu.method.change import differing
from quanyu.part.step import Step
from quanyu.solve.component import Integers
from quanyu.warehouse.portable import seconds
from quanyu.workspace import Workspace

LAST = np.iinfo(np.int64).max
MOST_REFUSALS = 100_000
"""Refused links that one turn writes into the log; the rest is counted in the summary only."""


@dataclass(frozen=True)
class Resolution:
    """What was found among the identifiers that were looked at, and changed.

    `n_guarded` identifiers are shared, `n_refused` links left out.
    """

    n_identifiers: int
    n_people: int
    n_known: int
    n_links: int
    n_used: int
    n_guarded: int
    n_refused: int
    n_merged: int
    n_split: int


def resolve(ws: Workspace, as_of: dt.date, guards: Guards | None = None) -> Resolution:
    """Decide who is who over all identifiers and write `identities` and what became of persons to the log.

    A person keeps its id as long as the identifier that the id is derived from stays with it. Writes nothing
    when nothing changed. `as_of` is recorded with new people; identifiers of any time count. What was read is kept
    with the table, and only what something touched since is decided again: it comes out as all at once.
    """
    judged_by = guards or Guards()
    about = made_of(ws, judged_by, as_of)
    with desk(ws) as on:
        decisions = read_decisions(ws)
        part = renewal(on, decisions, judged_by)
        if part is None:
            gathered = Evidence(evidence.identifiers(ws), evidence.pairs(ws), evidence.names(ws))
            parts = partition(on, gathered, decisions, judged_by)
            return settle(on, parts, named(on, parts), as_of=as_of, about=about)
        parts = partition(on, part.evidence, decisions, judged_by)
        rows = on.put(named(on, parts).union(part.again))
        since = ws.warehouse.version("identities")
        done = settle(on, parts, rows, as_of=as_of, about=about, gone=part.gone.select("id_key"))
        _tell(ws, since, rows, part.gone)
        return done


def named(on: Desk, parts: Partition) -> ir.Table:
    """Return the rows of `identities`, and with `was` and `is_same` what they were before (null if new).

    The person is named after the surviving identifier of its part: one that names a person now, then one that
    did before a merge, then known before anonymous, then the oldest, then the smallest text.
    """
    nodes = _with_past(on, parts.nodes)
    survivor = _survivors(on, parts, nodes)
    labels = pa.table({"node": np.arange(len(survivor), dtype=np.int64), "survivor": survivor})
    moved = on.put_arrow(labels.filter(pa.array(survivor != np.arange(len(survivor)))))
    title = nodes.select(survivor="node", survivor_key="id_key")
    other = moved.join(title, "survivor").select(node="node", survivor_key="survivor_key")
    rows = nodes.left_join(other, "node")
    # Whoever named a person and still does needs no hash: a hash of everybody is the dearest part of a turn.
    is_itself = rows["survivor_key"].isnull() & (rows["rank"] == 0)
    named_anew = person_named(rows["survivor_key"].coalesce(rows["id_key"]))
    rows = rows.mutate(person_id=ibis.ifelse(is_itself, rows["was"], named_anew))
    is_same = ((rows["was"] == rows["person_id"]) & rows["is_seen_same"]).fill_null(False)
    return rows.select("id_key", "kind", "person_id", "first_seen_at", "last_seen_at", "was", is_same=is_same)


def person_named(id_key: ir.StringValue) -> ir.StringValue:
    """Return the person_id derived from an identifier: `p` and 20 hexadecimal digits of its SHA-256."""
    return ibis.literal("p") + id_key.hexdigest("sha256").substr(0, 20)


def _with_past(on: Desk, nodes: ir.Table) -> ir.Table:
    """Add `was` (the person before), `is_seen_same`, `rank` (0 names a person now, 1 did once, 2 never)."""
    warehouse = on.ws.warehouse
    if not warehouse.count("identities"):
        return nodes.mutate(was=ibis.null("string"), is_seen_same=ibis.literal(False), rank=ibis.literal(2))
    before = warehouse.table("identities")
    past = before.select(past_key="id_key", was="person_id", first="first_seen_at", last="last_seen_at")
    rows = nodes.left_join(past, nodes["id_key"] == past["past_key"])
    is_seen_same = rows["first"].identical_to(rows["first_seen_at"]) & rows["last"].identical_to(
        rows["last_seen_at"]
    )
    rows = rows.mutate(is_seen_same=is_seen_same, own=person_named(rows["id_key"]))
    log = warehouse.table("identity_log")
    retired = log.filter(log["action"] == "merge").select(once="person_id").distinct()
    rows = rows.left_join(retired, rows["own"] == retired["once"])
    rank = ibis.cases((rows["own"] == rows["was"], 0), (rows["once"].notnull(), 1), else_=2)
    return on.put(rows.mutate(rank=rank).drop("own", "once", "past_key", "first", "last"))


def _survivors(on: Desk, parts: Partition, nodes: ir.Table) -> Integers:
    """Return for each node the node that names its person."""
    n = len(parts.labels)
    first, rank = np.full(n, LAST, dtype=np.int64), np.full(n, 2, dtype=np.int8)
    moment = seconds(nodes["first_seen_at"]).fill_null(int(LAST))
    for batch in on.ws.warehouse.stream(
        nodes.select("node", first=moment, rank=nodes["rank"].cast("int64")), 1_000_000
    ):
        node = batch.column("node").to_numpy(zero_copy_only=False)
        first[node] = batch.column("first").to_numpy(zero_copy_only=False)
        rank[node] = batch.column("rank").to_numpy(zero_copy_only=False)
    return survivors(parts.labels, rank, _anonymous(parts), first)


def settle(
    on: Desk,
    parts: Partition,
    rows: ir.Table,
    *,
    as_of: dt.date,
    about: Mapping[str, Any],
    gone: ir.Table | None = None,
) -> Resolution:
    """Write the log, then `identities`: `rows` alone, or in place of what is there, less `gone`, if that is given.

    A step killed between the two does the same again and logs nothing twice.
    """
    ws, n = on.ws, len(parts.labels)
    n_before = ws.warehouse.count("identities")
    rows = on.put(rows) if n_before and gone is None else rows
    n_rows, n_new, n_same = _compared(on, rows) if n_before else (n, n, 0)
    fates = _fates(on, rows) if n_before else []
    made = [Entry("create", reason=f"{n_new} new identifiers up to {as_of}")] if n_new else []
    append_entries(ws, [*made, *fates, *_refusals(on, parts)])
    final = rows.drop("was", "is_same")
    if gone is not None:
        n_before = n_rows + on.count(gone)
        final = _in_place(ws, rows.filter(~rows["is_same"]).select(final.columns), gone)
    if not ws.warehouse.exists("identities") or not n_rows == n_same == n_before:
        ws.warehouse.replace("identities", final, by="collect", about=about)
    elif about:
        ws.warehouse.confirm("identities", about)
    n_merged = sum(fate.action == "merge" for fate in fates)
    is_known = np.zeros(n, dtype=bool)
    is_known[parts.labels[~_anonymous(parts)]] = True
    return Resolution(
        n_identifiers=n,
        n_people=int((parts.labels == np.arange(n)).sum()),
        n_known=int(is_known.sum()),
        n_links=parts.n_links,
        n_used=parts.n_used,
        n_guarded=parts.n_guarded,
        n_refused=parts.refused.shape[1],
        n_merged=n_merged,
        n_split=len(fates) - n_merged,
    )


def _tell(ws: Workspace, since: int, rows: ir.Table, gone: ir.Table) -> None:
    """Say which identifiers came, went or have another person, for the steps that follow."""
    come = rows.filter(rows["was"].isnull() | (rows["was"] != rows["person_id"]))
    left = come.filter(come["was"].notnull()).select("id_key", person_id="was")
    differing(ws, "identities", since, (left.union(gone), come.select("id_key", "person_id")))


def _in_place(ws: Workspace, rows: ir.Table, gone: ir.Table) -> ir.Table:
    """Return `identities` with some rows in place of those of the same identifiers, and without those that are gone."""
    before = ws.warehouse.table("identities")
    other = before.anti_join(rows.select("id_key").union(gone), "id_key")
    return other.select(rows.columns).union(rows)


def _anonymous(parts: Partition) -> NDArray[np.bool_]:
    is_anonymous = np.array([kind_named(name).role == "anonymous" for name in parts.kinds], dtype=bool)
    return is_anonymous[parts.kind] if len(parts.kind) else np.zeros(0, dtype=bool)


def _compared(on: Desk, rows: ir.Table) -> tuple[int, int, int]:
    counts = rows.aggregate(
        n=rows.count(), new=rows.count(where=rows["was"].isnull()), same=rows.count(where=rows["is_same"])
    )
    n, new, same = (int(column[0].as_py() or 0) for column in on.ws.warehouse.read(counts).columns)
    return n, new, same


def _fates(on: Desk, rows: ir.Table) -> list[Entry]:
    """Return what became of persons: merged into another, or identifiers split off to another."""
    moved = rows.filter(rows["was"].notnull() & (rows["was"] != rows["person_id"]))
    pairs: dict[tuple[str, str], list[str]] = {}
    for line in on.ws.warehouse.read(moved.select("was", "person_id", "id_key")).to_pylist():
        pairs.setdefault((line["was"], line["person_id"]), []).append(line["id_key"])
    if not pairs:
        return []
    gone = on.put_arrow(pa.table({"person_id": sorted({was for was, _ in pairs})}))
    left = on.ws.warehouse.read(rows.semi_join(gone, "person_id").select("person_id").distinct())
    alive = set(left.column("person_id").to_pylist())
    return [
        Entry("split" if was in alive else "merge", was, now, sorted(keys))
        for (was, now), keys in sorted(pairs.items())
    ]


def _refusals(on: Desk, parts: Partition) -> list[Entry]:
    n = len(parts.labels)
    ends = parts.refused[:, (parts.refused < n).all(axis=0)][:, :MOST_REFUSALS]
    if not ends.size:
        return []
    wanted = on.put_arrow(pa.table({"node": np.unique(ends).astype(np.int64)}))
    rows = on.ws.warehouse.read(parts.nodes.semi_join(wanted, "node").select("node", "id_key"))
    key = dict(zip(rows.column("node").to_pylist(), rows.column("id_key").to_pylist(), strict=True))
    pairs = sorted(tuple(sorted((key[a], key[b]))) for a, b in ends.T.tolist())
    return [Entry("refuse", id_keys=pair, reason="would join different people") for pair in pairs]


STEP = Step(
    "identity",
    "Find the people behind the identifiers",
    ("links", "members", "orders", "events", "visits", "touches", "feedback", "consents", "leads"),
    ("identities", "identity_log"),
    resolve,
    kept="by_person",
)
