"""Rules as JSON: an operator over its operands, `{">=": [{"column": "frequency"}, "2"]}`."""

from __future__ import annotations

import datetime as dt
from typing import Any

from quanyu.errors import RuleError
from quanyu.rule.operators import OPERATORS
from quanyu.rule.tree import Apply, Literal, Name, Node

COLUMN = "column"
MOST_DEPTH = 64
"""Levels of a rule from outside; a deeper one is no rule that anybody wrote."""


def document(tree: Node) -> Any:
    """Return a tree as JSON holds it; days and moments become their ISO text.

    >>> document(Apply(">=", (Name("frequency"), Literal("2"))))
    {'>=': [{'column': 'frequency'}, '2']}
    """
    if isinstance(tree, Name):
        return {COLUMN: tree.name}
    if isinstance(tree, Literal):
        return tree.value.isoformat() if isinstance(tree.value, dt.date) else tree.value
    return {tree.operator: [document(operand) for operand in tree.operands]}


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
            ((operator, operands),) = given.items()
            allowed = OPERATORS[operator].operands if operator in OPERATORS else ()
            if isinstance(operands, list) and len(operands) in allowed:
                return Apply(operator, tuple(from_document(operand, depth + 1) for operand in operands))
    raise RuleError(
        "{given} is no part of a rule.",
        "Write {example}. Operators: {known}.",
        given=str(given)[:100],
        example='{"=": [{"column": "city_tier"}, "1"]}',
        known=", ".join(OPERATORS),
    )


__all__ = ["document", "from_document"]
