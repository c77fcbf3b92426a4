"""What time alone does to a rule: the edges of its windows, which rows of what people did pass as days go by."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from quanyu.rule.asking import When
from quanyu.rule.tree import (
    Apply,
    Did,
    During,
    Literal,
    Lot,
    Measure,
    Member,
    Node,
    Sequence,
    columns,
    walked,
)  # fmt: skip
from quanyu.rule.verb import VERBS, claim_of
from quanyu.rule.window import bounds, length, reach

MOMENTS = ("first", "last")
"""Figures that are the moment of a row."""
Edge = tuple[str, dt.datetime | None]
"""A table of what people did, and the moment at which an edge of a window lies now; None for one without an end."""


def is_past(tree: Node) -> bool:
    """Say whether the answer for a person changes only as rows of what they did come, go or differ, or pass one of `edges`.

    A rule that names segments does so if they do. Traits, ranks and lists change otherwise.
    """
    match tree:
        case Apply(_, operands):
            return all(map(is_past, operands))
        case During(Measure(did, aggregate), _):
            return aggregate in MOMENTS and _is_timeless(did)
        case Measure() | Sequence():
            return all(map(_is_timeless, _dids(tree)))
        case Member(kind, _, since):
            return kind == "segment" and since is None
    return isinstance(tree, Literal | Lot)


def edges(tree: Node, when: When) -> Iterator[Edge]:
    """Yield the edges of the windows of a rule as of a moment, always in the same order."""
    for node in walked(tree):
        match node:
            case Measure(did, _, _, window):
                yield from ((_table(did), edge) for edge in bounds(window, when.at, when.zone))
            case During(Measure(did), window):
                start, end = reach(window, when.at, when.zone)
                yield from ((_table(did), edge) for edge in (start, end or when.at))
            case Sequence(steps, _, _, window):
                # What began just so long ago is over: a moment later than an edge that rows before it have passed.
                over = when.at - dt.timedelta(microseconds=length(node) - 1)
                ends = (*reach(window, when.at, when.zone), when.at, over)
                yield from ((_table(did), edge) for did in steps for edge in ends)


def begins(tree: Node, when: When) -> Iterator[Edge]:
    """Yield from when on each figure and sequence of a rule looks at rows; None for from ever on."""
    for node in walked(tree):
        if isinstance(node, Measure | Sequence):
            start, _ = reach(node.window, when.at, when.zone)
            yield from ((_table(did), start) for did in _dids(node))


def asked(tree: Node) -> set[tuple[str, str]]:
    """Return the tables of what people did that a rule asks for, each with the columns it looks at: `name`, `item.category`."""
    return {
        (_table(did), name)
        for node in walked(tree)
        if isinstance(node, Measure | Sequence)
        for did in _dids(node)
        for name in (*columns(claim_of(did)), node.column if isinstance(node, Measure) else node.per)
        if name
    }


def _dids(node: Measure | Sequence) -> tuple[Did, ...]:
    return node.steps if isinstance(node, Sequence) else (node.did,)


def _table(did: Did) -> str:
    return VERBS[did.verb].rows.table.name


def _is_timeless(did: Did) -> bool:
    return not any(isinstance(node, During) for node in walked(claim_of(did)))


__all__ = ["asked", "begins", "edges", "is_past"]
