"""Rules as JSON: an operator over its operands, `{">=": [{"column": "frequency"}, "2"]}`; leaves by their kind.

`{">=": [{"measure": {"did": {"verb": "bought"}, "window": {"start": [90, "day"]}}}, 2]}` is who bought at least twice in
the last 90 days. Fields that are not given have their default.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, get_args

from quanyu.errors import RuleError
from quanyu.nearest import did_you_mean
from quanyu.rule.operators import OPERATORS
from quanyu.rule.past import AGGREGATES
from quanyu.rule.tree import (
    Ago,
    Anniversary,
    Apply,
    Did,
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
    Unit,
    Window,
)  # fmt: skip
from quanyu.rule.verb import VERBS

COLUMN = "column"
MOST_DEPTH = 64
"""Levels of a rule from outside; a deeper one is no rule that anybody wrote."""
KINDS: Mapping[str, type] = {
    kind.__name__.lower(): kind for kind in (During, Near, Measure, Sequence, Member, Rank, Lot, Anniversary)
}
"""What a document names a leaf by."""


def document(tree: Node) -> Any:
    """Return a tree as JSON holds it; days and moments become their ISO text.

    >>> document(Apply(">=", (Name("frequency"), Literal("2"))))
    {'>=': [{'column': 'frequency'}, '2']}
    >>> document(Measure(Did("bought"), window=Window(Ago(90))))
    {'measure': {'did': {'verb': 'bought'}, 'window': {'start': [90, 'day']}}}
    """
    match tree:
        case Name(name):
            return {COLUMN: name}
        case Literal(value):
            return value.isoformat() if isinstance(value, dt.date) else value
        case Apply(operator, operands):
            return {operator: [document(operand) for operand in operands]}
    return {type(tree).__name__.lower(): _held(tree)}


def _held(made: Any) -> dict[str, Any]:
    """Return the fields of a part of a tree that are not as they are without being said."""
    return {
        item.name: _written(value)
        for item in _told(type(made))
        if (value := getattr(made, item.name)) != item.default
    }


def _told(kind: type) -> list[Field[Any]]:
    return [item for item in fields(kind) if item.name != "place"]


def _written(value: Any) -> Any:
    match value:
        case Ago(n, unit):
            return [n, unit]
        case Did() | Window():
            return _held(value)
        case tuple():
            return [_written(part) for part in value]
        case str() | bool() | float():
            return value
        case dt.date():
            return value.isoformat()
    return document(value)


def from_document(given: Any, depth: int = 0) -> Node:
    """Return the tree of a document; raise `RuleError` for one that is no rule.

    >>> from_document({">=": [{"column": "frequency"}, "2"]})
    Apply(operator='>=', operands=(Name(name='frequency'), Literal(value='2')))
    """
    match given:
        case str() | bool() | int() | float():
            return Literal(given)
        case {"column": str(name), **others} if not others:
            return Name(name)
        case dict() if len(given) == 1 and depth < MOST_DEPTH:
            ((word, inside),) = given.items()
            if word in KINDS and isinstance(inside, dict):
                node: Node = _made(KINDS[word], inside, depth)
                return node
            allowed = OPERATORS[word].operands if word in OPERATORS else ()
            if isinstance(inside, list) and len(inside) in allowed:
                return Apply(word, tuple(from_document(operand, depth + 1) for operand in inside))
    raise _no_part(given)


def _no_part(given: object) -> RuleError:
    return RuleError(
        "{given} is no part of a rule.",
        "Write {example}. Operators: {known}.",
        given=str(given)[:100],
        example='{"=": [{"column": "city_tier"}, "1"]}',
        known=", ".join((*OPERATORS, *KINDS)),
    )


def _made(kind: type, given: Any, depth: int) -> Any:
    """Return a part of a tree from the fields that a document gives it."""
    told = {item.name: item for item in _told(kind)}
    needed = {name for name, item in told.items() if item.default is MISSING}
    if not isinstance(given, dict) or not needed <= set(given) <= set(told) or depth >= MOST_DEPTH:
        raise _no_part(given)
    return kind(**{name: _read(told[name], value, depth + 1) for name, value in given.items()})


def _read(item: Field[Any], value: Any, depth: int) -> Any:
    reader = READ.get(item.name)
    if reader is None:
        reader = READ_TYPES[str(item.type)]
    return reader(value, depth)


def _text(value: Any, _: int) -> str:
    if not isinstance(value, str):
        raise _no_part(value)
    return value


def _flag(value: Any, _: int) -> bool:
    if not isinstance(value, bool):
        raise _no_part(value)
    return value


def _km(value: Any, _: int) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _no_part(value)
    return float(value)


def _one_of(known: Callable[[], tuple[str, ...]]) -> Callable[[Any, int], str]:
    def read(value: Any, _: int) -> str:
        if value not in known():
            near = did_you_mean(str(value), known())
            raise RuleError(
                "{given} is no part of a rule.",
                "{near} Known are: {known}." if near else "Known are: {known}.",
                given=repr(value)[:100],
                near=near,
                known=", ".join(known()),
            )
        return str(value)

    return read


def _ago(value: Any, _: int) -> Ago:
    match value:
        case [int(n), str(unit)] if unit in get_args(Unit) and not isinstance(n, bool):
            return Ago(n, unit)  # type: ignore[arg-type]
    raise _no_part(value)


def _edge(value: Any, depth: int) -> Ago | dt.date:
    if isinstance(value, str):
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            raise _no_part(value) from None
    return _ago(value, depth)


def _column(value: Any, depth: int) -> Name:
    node = from_document(value, depth)
    if not isinstance(node, Name):
        raise _no_part(value)
    return node


def _steps(value: Any, depth: int) -> tuple[Did, ...]:
    if not isinstance(value, list) or len(value) < 2:
        raise _no_part(value)
    return tuple(_made(Did, step, depth) for step in value)


READ: Mapping[str, Callable[[Any, int], Any]] = {
    "did": lambda value, depth: _made(Did, value, depth),
    "verb": _one_of(lambda: tuple(VERBS)),
    "aggregate": _one_of(lambda: tuple(AGGREGATES)),
    "kind": _one_of(lambda: ("segment", "list")),
    "window": lambda value, depth: _made(Window, value, depth),
    "start": _edge,
    "end": _edge,
    "within": _ago,
    "since": _ago,
    "steps": _steps,
    "where": from_document,
}
READ_TYPES: Mapping[str, Callable[[Any, int], Any]] = {
    "str": _text,
    "str | None": _text,
    "bool": _flag,
    "float": _km,
    "Name": _column,
    "Node": from_document,
}
"""How a field is read: by its name, else by its type."""


__all__ = ["document", "from_document"]
