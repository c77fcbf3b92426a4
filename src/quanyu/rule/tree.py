"""The tree of a rule: columns, values, and operators over them.

What a tree means, for a whole table and for one record alike:

- A value that is not known (null) makes what is made of it unknown; a comparison with it is neither true nor false.
- `and` and `or` are those of Kleene: false and unknown is false, true or unknown is true, otherwise unknown stays
  unknown. `not` of unknown is unknown: nobody is chosen for what is not known about them, nor for its opposite.
- A rule holds where its tree is true; unknown is not true. A rule without conditions holds for everybody.
- Numbers are compared as 64-bit floats, texts by code point (case counts), days as days.
- Dividing by zero is unknown. Halves are rounded away from zero.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field

Scalar = str | int | float | bool | dt.date | dt.datetime


@dataclass(frozen=True)
class Place:
    """Where in a text something was written: `at` counts characters from 0."""

    text: str
    at: int


@dataclass(frozen=True)
class Name:
    """A column of what the rule is asked of."""

    name: str
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Literal:
    """A value. In a rule as written it is text; `typed` gives it the type of the column it is compared with."""

    value: Scalar
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Apply:
    """An operator of `OPERATORS` over its operands.

    >>> Apply(">=", (Name("frequency"), Literal("2")))
    Apply(operator='>=', operands=(Name(name='frequency'), Literal(value='2')))
    """

    operator: str
    operands: tuple[Node, ...]


Node = Name | Literal | Apply


def conditions(tree: Node) -> tuple[Node, ...]:
    """Return the conditions that must all hold for a tree to hold."""
    return tree.operands if isinstance(tree, Apply) and tree.operator == "and" else (tree,)


def columns(tree: Node) -> tuple[str, ...]:
    """Return the columns that a tree looks at, each once, in the order in which they are first written."""
    return tuple(dict.fromkeys(name.name for name in names(tree)))


def names(tree: Node) -> Iterator[Name]:
    """Yield the columns of a tree as they are written."""
    if isinstance(tree, Name):
        yield tree
    if isinstance(tree, Apply):
        for operand in tree.operands:
            yield from names(operand)


__all__ = ["Apply", "Literal", "Name", "Node", "Place", "Scalar", "columns", "conditions", "names"]
