"""The part of the evidence that a change can touch: what some identifiers reach over links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import ibis.expr.types as ir
import numpy as np
import pyarrow as pa

from quanyu.collect.identity import evidence
from quanyu.collect.identity.clusters import Desk, Evidence
from quanyu.collect.identity.identity_log import Decisions
from quanyu.collect.identity.link_rules import Guards
from quanyu.warehouse.portable import group_key

Pair = tuple[str, str]


def around(on: Desk, start: Iterable[str], decisions: Decisions, guards: Guards) -> Evidence:
    """Return the evidence about all identifiers reachable from `start`.

    The way does not lead through identifiers with more links than the guards allow: those join nobody in a
    full turn either. So the parts come out exactly as in a full turn.
    """
    known, hubs = walked(on, start, decisions, guards)
    keys = keyed(on, known)
    identifiers = evidence.identifiers(on.ws, keys).semi_join(keys, "id_key")
    return Evidence(on.put(identifiers), within(on, keys), evidence.names(on.ws, keys), tuple(sorted(hubs)))


def keyed(on: Desk, id_keys: Iterable[str]) -> ir.Table:
    """Lay identifiers down as a table of the engine: `id_key`, and its number `key`."""
    rows = on.put_arrow(pa.table({"id_key": pa.array(sorted(id_keys), pa.string())}))
    return rows.mutate(key=group_key(rows["id_key"]))


def within(on: Desk, keys: ir.Table) -> ir.Table:
    """Return the linked pairs of which both ends are among some identifiers (`id_key`, `key`)."""
    pairs = evidence.pairs(on.ws, keys)
    return on.put(
        pairs.semi_join(keys.select(low="id_key"), "low").semi_join(keys.select(high="id_key"), "high")
    )


def walked(
    on: Desk, start: Iterable[str], decisions: Decisions, guards: Guards, most: float = np.inf
) -> tuple[set[str], set[str]]:
    """Return what `start` reaches in the links as they are, and the hubs on its edge; see `reached`.

    Whom a decision joins is reached together: what each of them claims holds for all.
    """
    joined = [{*decision.some, *decision.rest} for decision in decisions.together]
    return reached(start, lambda frontier: touching(on, frontier, guards), joined, guards.most_links, most)


def reached(
    start: Iterable[str],
    touching: Callable[[set[str]], set[Pair]],
    joined: Sequence[set[str]],
    most_links: int,
    most: float = np.inf,
) -> tuple[set[str], set[str]]:
    """Return what `start` reaches over links and decisions, and the hubs on its edge, which lead no further.

    `touching` gives the links that touch identifiers. More than `most` identifiers are not looked for.

    >>> links = {("a", "b"), ("b", "c"), ("d", "e")}
    >>> sorted(reached("a", lambda some: {pair for pair in links if some & set(pair)}, [], 9)[0])
    ['a', 'b', 'c']
    """
    known: set[str] = set()
    hubs: set[str] = set()
    frontier = set(start)
    while frontier and len(known) <= most:
        known |= frontier
        near = touching(frontier)
        degree = Counter(key for pair in near for key in pair if key in frontier)
        new_hubs = {key for key, n in degree.items() if n > most_links}
        hubs |= new_hubs
        open_ends = frontier - new_hubs
        seen = {key for pair in near if open_ends & set(pair) for key in pair}
        seen |= {key for group in joined if frontier & group for key in group}
        frontier = seen - known
    return known, hubs


def touching(on: Desk, id_keys: set[str], guards: Guards, version: int | None = None) -> set[Pair]:
    """Return the pairs that hold one of some identifiers, without those that are blocked, in a version of the links."""
    pairs = evidence.pairs(on.ws, on.put(keyed(on, id_keys)), version)
    if guards.blocked:
        pairs = pairs.filter(~pairs["low"].isin(guards.blocked) & ~pairs["high"].isin(guards.blocked))
    rows = on.ws.warehouse.read(pairs.select("low", "high"))
    return set(zip(rows.column("low").to_pylist(), rows.column("high").to_pylist(), strict=True))
