"""A tree asked of a whole table: one Ibis expression, the same on every engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.rule.asking import ANYWHEN, When
from quanyu.rule.operators import OPERATORS
from quanyu.rule.tree import Apply, During, Literal, Name, Node, Window
from quanyu.rule.window import day_after, reach


def expression(tree: Node, look: Callable[[str], ir.Value], when: When = ANYWHEN) -> Any:
    """Return a tree of columns as an expression, each column found by its name; windows are those of the moment of asking.

    >>> people = ibis.table({"frequency": "int64"}, name="people")
    >>> expression(Apply(">=", (Name("frequency"), Literal(2))), people.__getitem__).type()
    Boolean(nullable=True)
    """
    match tree:
        case Name(name):
            return look(name)
        case Literal(value):
            # Written plainly, engines take a number with a point for a decimal, and reckon with it as one.
            is_float = isinstance(value, float)
            return ibis.literal(repr(value)).cast("float64") if is_float else ibis.literal(value)
        case During(operand, window):
            return _within(expression(operand, look, when), window, when)
        case Apply(operator, operands):
            return OPERATORS[operator].over(*(expression(operand, look, when) for operand in operands))
    raise TypeError(tree)


def _within(value: Any, window: Window, when: When) -> Any:
    """Return whether a day or a moment lies in a window; without an end it ends at the moment of asking."""
    start, end = reach(window, when.at, when.zone)
    if value.type().is_date():
        first, last = start and day_after(start, when.zone), day_after(end or when.at, when.zone)
        is_before = value < ibis.literal(last)
    else:
        first, is_before = start, value < ibis.literal(end or when.at)
    return is_before if first is None else (value >= ibis.literal(first)) & is_before


__all__ = ["expression"]
