"""The part of the evidence that a correction can touch: what some identifiers reach over links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import ibis.expr.types as ir
import pyarrow as pa

from quanyu.collect.identity import evidence
from quanyu.collect.identity.clusters import Desk, Evidence
from quanyu.collect.identity.identity_log import Decisions
from quanyu.collect.identity.link_rules import Guards

Pair = tuple[str, str]


def around(on: Desk, start: Iterable[str], decisions: Decisions, guards: Guards) -> Evidence:
    """Return the evidence about all identifiers reachable from `start`.

    The way does not lead through identifiers with more links than the guards allow: those join nobody in a
    full turn either. So the parts come out exactly as in a full turn.
    """
    pairs = evidence.pairs(on.ws)
    if guards.blocked:
        pairs = pairs.filter(~pairs["low"].isin(guards.blocked) & ~pairs["high"].isin(guards.blocked))
    joined = [set(decision.pair) for decision in decisions.together]
    known, hubs = reached(start, lambda frontier: _touching(on, pairs, frontier), joined, guards.most_links)
    keys = on.put_arrow(pa.table({"id_key": pa.array(sorted(known), pa.string())}))
    within = pairs.semi_join(keys.select(low="id_key"), "low").semi_join(keys.select(high="id_key"), "high")
    identifiers = evidence.identifiers(on.ws).semi_join(keys, "id_key")
    names = evidence.names(on.ws).semi_join(keys, "id_key")
    return Evidence(on.put(identifiers), on.put(within), names, tuple(sorted(hubs)))


def reached(
    start: Iterable[str],
    touching: Callable[[set[str]], set[Pair]],
    joined: Sequence[set[str]],
    most_links: int,
) -> tuple[set[str], set[str]]:
    """Return what `start` reaches over links and decisions, and the hubs on its edge, which lead no further.

    `touching` gives the links that touch identifiers.

    >>> links = {("a", "b"), ("b", "c"), ("d", "e")}
    >>> sorted(reached("a", lambda some: {pair for pair in links if some & set(pair)}, [], 9)[0])
    ['a', 'b', 'c']
    """
    known: set[str] = set()
    hubs: set[str] = set()
    frontier = set(start)
    while frontier:
        known |= frontier
        near = touching(frontier)
        degree = Counter(key for pair in near for key in pair if key in frontier)
        new_hubs = {key for key, n in degree.items() if n > most_links}
        hubs |= new_hubs
        open_ends = frontier - new_hubs
        seen = {key for pair in near if open_ends & set(pair) for key in pair}
        seen |= {key for pair in joined if frontier & pair for key in pair}
        frontier = seen - known
    return known, hubs


def _touching(on: Desk, pairs: ir.Table, frontier: set[str]) -> set[Pair]:
    wanted = on.put_arrow(pa.table({"id_key": pa.array(sorted(frontier), pa.string())}))
    ends = [
        pairs.semi_join(wanted.select(**{side: "id_key"}), side).select("low", "high")
        for side in ("low", "high")
    ]
    rows = on.ws.warehouse.read(ends[0].union(ends[1]))
    return set(zip(rows.column("low").to_pylist(), rows.column("high").to_pylist(), strict=True))
