"""A tree asked of a whole table: one Ibis expression, the same on every engine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.rule.asking import ANYWHEN, When
from quanyu.rule.operators import OPERATORS
from quanyu.rule.place import circle, known_names
from quanyu.rule.tree import Apply, During, Literal, Name, Near, Node, Window
from quanyu.rule.window import day_after, reach


def expression(
    tree: Node, look: Callable[[str], ir.Value], when: When = ANYWHEN, *, tells_unknown: bool = False
) -> Any:
    """Return a tree of columns as an expression, each column found by its name; windows are those of the moment of asking.

    With `tells_unknown`, a city that nobody knows the place of is unknown; else it may be false, which matters only within
    a `not`, and there it is told in any case.

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
        case Near(Name(column)):
            return _near(look(column), tree, when, tells_unknown)
        case Apply(operator, operands):
            told = tells_unknown or operator not in ("and", "or")
            return OPERATORS[operator].over(
                *(expression(operand, look, when, tells_unknown=told) for operand in operands)
            )
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


def _near(city: Any, near: Near, when: When, tells_unknown: bool) -> Any:
    """Return whether a city is one of those of a circle. To tell which are known takes a look at all names there are."""
    written = city.lower()
    is_near = written.isin(circle(near.of, near.km, when.country).table.name)
    if not tells_unknown:
        return is_near
    return ibis.cases((is_near, True), (written.isin(known_names().table.name), False))


__all__ = ["expression"]
