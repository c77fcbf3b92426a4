"""A tree asked of one record, in plain Python: what a whole table would say of that row."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from quanyu.rule.asking import ANYWHEN, When
from quanyu.rule.operators import OPERATORS
from quanyu.rule.past import History, figure, met
from quanyu.rule.place import circle, known_names
from quanyu.rule.tree import (
    Anniversary,
    Apply,
    During,
    Literal,
    Lot,
    Measure,
    Member,
    Name,
    Near,
    Node,
    Rank,
    Sequence,
    Window,
)  # fmt: skip
from quanyu.rule.verb import claim_of
from quanyu.rule.window import anniversary, bounds, day_after, reach
from quanyu.tables.draw import digest, salt

Answer = Callable[["Record"], Any]


@dataclass(frozen=True)
class Record:
    """One person: traits by name, what they did, since when they are in segments and lists, and their ranks.

    `members` gives, by kind and name, when the person entered; `ranks`, by column and end, where they stand.
    """

    traits: Mapping[str, Any]
    person_id: str = ""
    history: History = field(default_factory=History)
    members: Mapping[tuple[str, str], dt.datetime] = field(default_factory=dict)
    ranks: Mapping[tuple[str, bool], float | None] = field(default_factory=dict)


def holds(tree: Node, record: Record | Mapping[str, Any], when: When = ANYWHEN) -> bool:
    """Say whether a typed tree holds for a record that has its columns; unknown is not true.

    >>> from quanyu.rule.tree import Apply
    >>> [holds(Apply(">=", (Name("frequency"), Literal(2))), {"frequency": n}) for n in (1, 2, None)]
    [False, True, False]
    """
    return value(tree, record, when) is True


def value(tree: Node, record: Record | Mapping[str, Any], when: When = ANYWHEN) -> Any:
    """Return what a typed tree is for a record; None is unknown."""
    return ready(tree, when)(record if isinstance(record, Record) else Record(record))


def ready(tree: Node, when: When) -> Answer:
    """Return what gives a typed tree's value for a record; made once, asked of many."""
    answer: Answer = READY[type(tree)](tree, when)
    return answer


def _of_name(tree: Name, when: When) -> Answer:
    name = tree.name
    return lambda record: _plain(record.traits[name])


def _of_measure(tree: Measure, when: When) -> Answer:
    of = figure(tree, _claim(claim_of(tree.did), when), when.at, when.zone)
    return lambda record: of(record.history)


def _of_sequence(tree: Sequence, when: When) -> Answer:
    holds_of = met(tree, [_claim(claim_of(step), when) for step in tree.steps], when.at, when.zone)
    return lambda record: holds_of(record.history)


def _of_anniversary(tree: Anniversary, when: When) -> Answer:
    today = when.at.astimezone(when.zone).date()
    return lambda record: anniversary(record.traits[tree.column.name], today)


def _of_lot(tree: Lot, when: When) -> Answer:
    salted = salt(when.secret, json.dumps(["lot", tree.label]))
    return lambda record: digest(record.person_id, salted)


def _plain(cell: Any) -> Any:
    return float(cell) if isinstance(cell, Decimal) else cell


def _claim(tree: Node, when: When) -> Callable[[Mapping[str, Any]], Any]:
    answer = ready(tree, when)
    return lambda row: answer(Record(row))


def _applied(tree: Apply, when: When) -> Answer:
    operands = tuple(ready(operand, when) for operand in tree.operands)
    known = OPERATORS[tree.operator]
    of = known.of
    if known.meets_unknown:
        return lambda record: of(*[operand(record) for operand in operands])
    if len(operands) == 2:
        left, right = operands

        def both(record: Record) -> Any:
            first = left(record)
            if first is None:
                return None
            second = right(record)
            return None if second is None else of(first, second)

        return both

    def all_of(record: Record) -> Any:
        values = [operand(record) for operand in operands]
        return None if None in values else of(*values)

    return all_of


def _during(tree: During, when: When) -> Answer:
    operand = ready(tree.operand, when)
    start, end = reach(tree.window, when.at, when.zone)
    if end is None:
        end = when.at
    first = None if start is None else day_after(start, when.zone)
    last = day_after(end, when.zone)

    def within(record: Record) -> bool | None:
        found = operand(record)
        if found is None:
            return None
        if isinstance(found, dt.datetime):
            return (start is None or found >= start) and found < end
        return bool((first is None or found >= first) and found < last)

    return within


def _member(tree: Member, when: When) -> Answer:
    key = (tree.kind, tree.name)
    if tree.since is None:
        return lambda record: key in record.members
    until = bounds(Window(end=tree.since), when.at, when.zone)[1]
    return lambda record: key in record.members and record.members[key] < until


def _near(tree: Near, when: When) -> Answer:
    operand = ready(tree.operand, when)
    near, known = circle(tree.of, tree.km, when.country).names, known_names().names

    def within(record: Record) -> bool | None:
        city = operand(record)
        written = None if city is None else city.lower()
        return True if written in near else False if written in known else None

    return within


READY: Mapping[type, Callable[[Any, When], Answer]] = {
    Literal: lambda tree, when: lambda record: tree.value,
    Name: _of_name,
    Apply: _applied,
    During: _during,
    Near: _near,
    Measure: _of_measure,
    Sequence: _of_sequence,
    Member: _member,
    Rank: lambda tree, when: lambda record: record.ranks[tree.column.name, tree.is_top],
    Anniversary: _of_anniversary,
    Lot: _of_lot,
}


__all__ = ["Record", "holds", "ready", "value"]
