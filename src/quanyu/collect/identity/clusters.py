"""From evidence to parts: number the identifiers, keep the links that count, find who belongs together."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from quanyu.collect.identity.components import Ground, parted
from quanyu.collect.identity.identity_log import Decisions
from quanyu.collect.identity.link_rules import HUB, Guards, Usable, guarded, usable
from quanyu.collect.kind import kind_of
from quanyu.solve.component import Integers, Labels
from quanyu.workspace import Workspace


class Desk:
    """Where intermediate tables lie, kept by the workspace's engine or in a temporary folder."""

    def __init__(self, ws: Workspace, folder: Path) -> None:
        self.ws, self.folder = ws, folder
        self.kept: list[ir.Table] = []

    def put(self, rows: ir.Table) -> ir.Table:
        """Run an expression once and return its rows as a table that can be read many times."""
        self.kept.append(self.ws.warehouse.engine.keep(rows, self.folder / uuid.uuid4().hex))
        # Cast, because engines say more of a type than an expression does: times to the microsecond.
        return self.kept[-1].cast(rows.schema())

    def count(self, rows: ir.Table) -> int:
        """Return the number of rows."""
        return int(self.ws.warehouse.read(rows.count()).column(0)[0].as_py())

    def put_arrow(self, rows: pa.Table) -> ir.Table:
        """Lay down an Arrow table."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{uuid.uuid4().hex}.parquet"
        pq.write_table(rows, file)
        return self.ws.warehouse.scan([file])


@contextmanager
def desk(ws: Workspace) -> Iterator[Desk]:
    """Open a desk and clear it away afterwards."""
    folder = ws.path("tmp", f"identity-{uuid.uuid4().hex}")
    on = Desk(ws, folder)
    try:
        yield on
    finally:
        ws.warehouse.engine.forget(on.kept)
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Evidence:
    """The identifiers and links to be judged, the names that tell people apart, and known hubs.

    `hubs` are identifiers of which not all links are here; a full turn finds them by itself.
    """

    identifiers: ir.Table
    pairs: ir.Table
    names: ir.Table
    hubs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Partition:
    """`nodes`: node, id_key, kind, name_hash, family_hash, first_seen_at, last_seen_at. `labels[node]`: its part."""

    nodes: ir.Table
    kinds: tuple[str, ...]
    kind: Integers
    labels: Labels
    refused: Integers
    n_links: int
    n_used: int
    n_guarded: int


def partition(on: Desk, evidence: Evidence, decisions: Decisions, guards: Guards) -> Partition:
    """Return who belongs together: a function of evidence, decisions and guards alone, not of any order."""
    nodes = on.put(numbered(evidence))
    kinds = kinds_of(on, nodes)
    links = on.put(encoded(nodes, evidence.pairs, guards, kinds))
    status = on.put(_with_hubs(on, nodes, guarded(links, guards, kinds), evidence.hubs))
    ground = _ground(on, nodes, kinds, usable(links, status, kinds))
    every = (*decisions.together, *decisions.apart)
    number = _lookup(on, nodes, [key for decision in every for key in (*decision.some, *decision.rest)])
    parts = parted(ground, decisions, number)
    n_links, n_guarded = (on.count(table) for table in (links, status))
    return Partition(
        nodes=nodes,
        kinds=kinds,
        kind=ground.kind,
        labels=parts.labels,
        refused=parts.refused,
        n_links=n_links,
        n_used=parts.n_used,
        n_guarded=n_guarded,
    )


def kinds_of(on: Desk, nodes: ir.Table) -> tuple[str, ...]:
    """Return the kinds that occur, sorted; elsewhere a kind is its place here."""
    return tuple(sorted(on.ws.warehouse.read(nodes.select("kind").distinct()).column("kind").to_pylist()))


def _place(kind: ir.StringValue, kinds: tuple[str, ...]) -> ir.IntegerValue:
    if not kinds:
        return ibis.literal(0, type="int16")
    return kind.cases(*[(name, place) for place, name in enumerate(kinds)], else_=-1).cast("int16")


def numbered(evidence: Evidence) -> ir.Table:
    """Return the identifiers with their kind, name and a number in the order of their text."""
    rows = evidence.identifiers.mutate(kind=kind_of(evidence.identifiers["id_key"]))
    rows = rows.left_join(evidence.names, "id_key").drop("id_key_right")
    return rows.mutate(node=ibis.row_number().over(order_by=rows["id_key"]))


def encoded(nodes: ir.Table, pairs: ir.Table, guards: Guards, kinds: tuple[str, ...]) -> ir.Table:
    """Return the links as numbers, with kind and names of both ends, less those of blocked identifiers."""
    known = nodes.select("id_key", "node", "name_hash", "family_hash", place=_place(nodes["kind"], kinds))
    rows = pairs.join(_as_end(known, "low", "left"), "low").join(_as_end(known, "high", "right"), "high")
    if guards.blocked:
        rows = rows.filter(~rows["low"].isin(guards.blocked) & ~rows["high"].isin(guards.blocked))
    return rows.drop("low", "high")


def _as_end(known: ir.Table, key: str, side: str) -> ir.Table:
    columns = {"": "node", "_kind": "place", "_name": "name_hash", "_family": "family_hash"}
    return known.select(**{key: "id_key"}, **{f"{side}{word}": name for word, name in columns.items()})


def _with_hubs(on: Desk, nodes: ir.Table, status: ir.Table, hubs: tuple[str, ...]) -> ir.Table:
    number = sorted(_lookup(on, nodes, list(hubs)).values())
    if not number:
        return status
    known = on.put_arrow(pa.table({"node": number, "status": pa.array([HUB] * len(number), pa.int8())}))
    others = status.anti_join(known, "node").mutate(status=lambda t: t["status"].cast("int8"))
    return others.union(known)


def _ground(on: Desk, nodes: ir.Table, kinds: tuple[str, ...], kept: Usable) -> Ground:
    """Read what the engine found into arrays."""
    kind, name = _node_arrays(on, nodes, kinds)
    direct = _matrix(on, kept.direct)
    rows = on.ws.warehouse.read(kept.named)
    # Sorted, so that numbers (and with them ties) follow from the names and not from the order of rows.
    said = np.unique(np.asarray(rows.column("name_hash").to_pylist(), dtype="U16"), return_inverse=True)[1]
    key, other, strength = (rows.column(name).to_numpy() for name in ("key", "other", "strength"))
    return Ground(kinds, kind, name, direct, np.stack([key, said, other, strength]).astype(np.int64))


def _node_arrays(on: Desk, nodes: ir.Table, kinds: tuple[str, ...]) -> tuple[Integers, Integers]:
    """Read what each node is: its kind as a place in `kinds`, and a number for its full name, -1 for none."""
    n = on.count(nodes)
    kind, name = np.zeros(n, dtype=np.int16), np.full(n, -1, dtype=np.int64)
    if not n:
        return kind, name
    rows = nodes.select("node", "name_hash", code=_place(nodes["kind"], kinds))
    named_nodes, named = [], []
    for batch in on.ws.warehouse.stream(rows, 1_000_000):
        node = batch.column("node").to_numpy(zero_copy_only=False)
        kind[node] = batch.column("code").to_numpy(zero_copy_only=False)
        has = batch.column("name_hash").is_valid().to_numpy(zero_copy_only=False)
        named_nodes.append(node[has])
        named.append(batch.column("name_hash").drop_null())
    codes = pa.chunked_array(named, pa.string()).combine_chunks().dictionary_encode().indices
    name[np.concatenate(named_nodes)] = codes.to_numpy(zero_copy_only=False)
    return kind, name


def _matrix(on: Desk, rows: ir.Table) -> Integers:
    parts = [
        np.stack(
            [batch.column(name).to_numpy(zero_copy_only=False) for name in ("left", "right", "strength")]
        )
        for batch in on.ws.warehouse.stream(rows, 1_000_000)
    ]
    return np.concatenate(parts, axis=1) if parts else np.empty((3, 0), dtype=np.int64)


def _lookup(on: Desk, nodes: ir.Table, keys: list[str]) -> dict[str, int]:
    if not keys:
        return {}
    wanted = on.put_arrow(pa.table({"id_key": sorted(set(keys))}))
    rows = on.ws.warehouse.read(nodes.semi_join(wanted, "id_key").select("id_key", "node"))
    return dict(zip(rows.column("id_key").to_pylist(), rows.column("node").to_pylist(), strict=True))
