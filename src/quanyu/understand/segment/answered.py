"""Everybody's answer to all segments, worked out together; one that cannot be asked does not stop the others."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from quanyu.errors import QuanyuError, SegmentError
from quanyu.ledger import Segment
from quanyu.rule import Answers, parse
from quanyu.rule.tree import Node, groups

Ask = Callable[[Mapping[str, Node]], Answers]
"""Returns everybody's answers to segments; raises for one that cannot be asked."""


def answered(listed: list[Segment], ask: Ask) -> tuple[dict[str, QuanyuError], Answers | None]:
    """Return what stands in the way of some segments, and everybody's answer to all others, worked out together."""
    trees, faults = dict[str, Node](), dict[str, QuanyuError]()
    for segment in listed:
        try:
            trees[segment.segment_id] = parse(segment.rule)
        except QuanyuError as error:
            faults[segment.segment_id] = error
    while trees:
        faults |= _waiting(trees, faults)
        trees = {name: tree for name, tree in trees.items() if name not in faults}
        try:
            return faults, ask(trees) if trees else None
        except QuanyuError as error:
            alone = {name: _alone(name, trees, ask) for name in trees}
            broken = {name: fault for name, fault in alone.items() if fault}
            if not broken:
                raise error from None
            faults |= broken
    return faults, None


def _waiting(trees: Mapping[str, Node], faults: Mapping[str, QuanyuError]) -> dict[str, QuanyuError]:
    """Return the segments that name one that failed or is not there, and those that name these."""
    waiting: dict[str, QuanyuError] = {}
    while more := {
        name: SegmentError("It names the segment {other!r}, which is not there or failed.", other=other)
        for name, tree in trees.items()
        if name not in waiting and name not in faults
        for other in groups(tree)
        if other in waiting or other in faults or other not in trees
    }:
        waiting |= more
    return waiting


def _alone(name: str, trees: Mapping[str, Node], ask: Ask) -> QuanyuError | None:
    """Return what stands in the way of one segment with those it names."""
    needed = {name: trees[name]}
    while more := {other for tree in needed.values() for other in groups(tree)} - set(needed):
        needed |= {other: trees[other] for other in more}
    try:
        ask(needed)
    except QuanyuError as error:
        return error
    return None


__all__ = ["answered"]
