"""A tree asked of one record, in plain Python: what a whole table would say of that row."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from quanyu.rule.operators import OPERATORS
from quanyu.rule.tree import Literal, Name, Node


def holds(tree: Node, record: Mapping[str, Any]) -> bool:
    """Say whether a typed tree holds for a record that has its columns; unknown is not true.

    >>> from quanyu.rule.tree import Apply
    >>> [holds(Apply(">=", (Name("frequency"), Literal(2))), {"frequency": n}) for n in (1, 2, None)]
    [False, True, False]
    """
    return value(tree, record) is True


def value(tree: Node, record: Mapping[str, Any]) -> Any:
    """Return what a typed tree is for a record; None is unknown."""
    if isinstance(tree, Literal):
        return tree.value
    if isinstance(tree, Name):
        cell = record[tree.name]
        return float(cell) if isinstance(cell, Decimal) else cell
    chosen = OPERATORS[tree.operator]
    values = [value(operand, record) for operand in tree.operands]
    return None if None in values and not chosen.meets_unknown else chosen.of(*values)


__all__ = ["holds", "value"]
