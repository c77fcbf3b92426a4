"""A tree asked of a whole table: one Ibis expression, the same on every engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.rule.operators import OPERATORS
from quanyu.rule.tree import Literal, Name, Node


def expression(tree: Node, look: Callable[[str], ir.Value]) -> Any:
    """Return a tree as an expression over columns, each found by its name.

    >>> from quanyu.rule.tree import Apply
    >>> people = ibis.table({"frequency": "int64"}, name="people")
    >>> expression(Apply(">=", (Name("frequency"), Literal(2))), people.__getitem__).type()
    Boolean(nullable=True)
    """
    if isinstance(tree, Name):
        return look(tree.name)
    if isinstance(tree, Literal):
        # Written plainly, engines take a number with a point for a decimal, and reckon with it as one.
        is_float = isinstance(tree.value, float)
        return ibis.literal(repr(tree.value)).cast("float64") if is_float else ibis.literal(tree.value)
    return OPERATORS[tree.operator].over(*(expression(operand, look) for operand in tree.operands))


__all__ = ["expression"]
