"""The tree of a rule: values, operators over them, and what is known of a person.

What a tree means, for a whole table and for one record alike, is written in docs/explanation/rules.md; in short:

- A value that is not known (null) makes what is made of it unknown; a comparison with it is neither true nor false.
- `and` and `or` are those of Kleene: false and unknown is false, true or unknown is true, otherwise unknown stays
  unknown. `not` of unknown is unknown: nobody is chosen for what is not known about them, nor for its opposite.
- A rule holds where its tree is true; unknown is not true. A rule without conditions holds for everybody.
- Numbers are compared as 64-bit floats, texts by code point (case counts), days as days.
- Dividing by zero is unknown. Halves are rounded away from zero.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal as Words

from quanyu.errors import RuleError

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


Unit = Words["minute", "hour", "day", "week", "month"]
FURTHEST = {"minute": 105_000_000, "hour": 1_750_000, "day": 73_000, "week": 10_400, "month": 2_400}
"""How far a rule may look, in each unit: 200 years."""
YEARS = range(1900, 2201)
"""The years of days that a rule may name."""


@dataclass(frozen=True)
class Ago:
    """A time before the moment of asking: the start of a day of the workspace's zone for days, weeks and months.

    Minutes and hours are counted back from the moment itself; a negative number lies ahead.
    """

    n: int
    unit: Unit = "day"

    def __post_init__(self) -> None:
        if abs(self.n) > FURTHEST[self.unit]:
            raise RuleError(
                "{n} {unit}s are more than 200 years.", "Name a shorter time.", n=abs(self.n), unit=self.unit
            )


@dataclass(frozen=True)
class Window:
    """The times from `start` to before `end`; without an end up to the moment of asking, without a start from ever on.

    >>> Window(Ago(30))
    Window(start=Ago(n=30, unit='day'), end=None)
    """

    start: Ago | dt.date | None = None
    end: Ago | dt.date | None = None

    def __post_init__(self) -> None:
        for edge in (self.start, self.end):
            if isinstance(edge, dt.date) and edge.year not in YEARS:
                raise RuleError(
                    "{day} lies outside of the years 1900 to 2200.", "Name another day.", day=edge
                )


EVER = Window()


@dataclass(frozen=True)
class During:
    """Whether a day or a moment lies in a window."""

    operand: Node
    window: Window


POINT = re.compile(r"\(\s*([+-]?\d+(?:\.\d+)?)\s*,\s*([+-]?\d+(?:\.\d+)?)\s*\)")
"""How a point of the earth is written: (latitude, longitude), in degrees."""
MOST_KM = 2_000
"""How far around a place a rule may look."""


@dataclass(frozen=True)
class Near:
    """Whether the city that a column names lies at most so many km from another, or from a point (latitude, longitude)."""

    operand: Name
    km: float
    of: str
    place: Place | None = field(default=None, compare=False, repr=False)

    def __post_init__(self) -> None:
        if not 0 <= self.km <= MOST_KM:
            raise RuleError(
                "{km} km are no distance of a rule.", "Write 0 to {most} km.", km=self.km, most=MOST_KM
            )


@dataclass(frozen=True)
class Did:
    """Rows of what a person did: a verb of `VERBS`, whatever it is more closely, and what must hold of a row."""

    verb: str
    detail: str | None = None
    where: Node | None = None
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Measure:
    """One figure of the rows of what a person did in a window: an aggregate of `AGGREGATES`, of a column where it has one."""

    did: Did
    aggregate: str = "times"
    column: str | None = None
    window: Window = EVER
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Sequence:
    """Whether a person did things one after another, the last not later than `within` after the first.

    With `is_left` the last of them must not have followed in that time, which must be over. `per` names a column:
    all must then be of rows with the same value in it.
    """

    steps: tuple[Did, ...]
    within: Ago
    is_left: bool = False
    window: Window = EVER
    per: str | None = None


@dataclass(frozen=True)
class Member:
    """Whether a person is in a segment or a list; with `since`, has been for at least that long."""

    kind: Words["segment", "list"]
    name: str
    since: Ago | None = None
    place: Place | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Rank:
    """Where a person stands by a column among all of whom it is known, above 0 to 1 for the last.

    From the top the largest comes first. Equal ones are ranked by person_id.
    """

    column: Name
    is_top: bool = True


@dataclass(frozen=True)
class Lot:
    """A lot, 0 to 1, drawn for each person by a keyed hash; each label has lots of its own."""

    label: str = ""


@dataclass(frozen=True)
class Anniversary:
    """The next return of a day's month and day, today included; a 29 February returns on the 28th of common years."""

    column: Name


Leaf = Measure | Sequence | Member | Rank | Lot | Anniversary
"""What is to be found out about a person before operators can be applied."""
LEAVES = (Measure, Sequence, Member, Rank, Lot, Anniversary)
Node = Name | Literal | Apply | During | Near | Measure | Sequence | Member | Rank | Lot | Anniversary


def conditions(tree: Node) -> tuple[Node, ...]:
    """Return the conditions that must all hold for a tree to hold."""
    return tree.operands if isinstance(tree, Apply) and tree.operator == "and" else (tree,)


def columns(tree: Node) -> tuple[str, ...]:
    """Return the traits that a tree looks at, each once, in the order in which they are first written."""
    return tuple(dict.fromkeys(name.name for name in names(tree)))


def names(tree: Node) -> Iterator[Name]:
    """Yield the traits of a tree as they are written; columns of what people did are none."""
    return (node for node in walked(tree) if isinstance(node, Name))


def leaves(tree: Node) -> tuple[Leaf, ...]:
    """Return what is to be found out about a person, each once, in the order in which it is first written."""
    return tuple(dict.fromkeys(node for node in walked(tree) if isinstance(node, LEAVES)))


def groups(tree: Node, kind: str = "segment") -> tuple[str, ...]:
    """Return the segments, or the lists, that a tree names, each once."""
    return tuple(
        dict.fromkeys(leaf.name for leaf in leaves(tree) if isinstance(leaf, Member) and leaf.kind == kind)
    )


def did_rows(tree: Node) -> tuple[Did, ...]:
    """Return what a tree asks whether people did it."""
    found = leaves(tree)
    return tuple(
        did
        for leaf in found
        if isinstance(leaf, Measure | Sequence)
        for did in (leaf.steps if isinstance(leaf, Sequence) else (leaf.did,))
    )


def walked(tree: Node) -> Iterator[Node]:
    """Yield a tree and all within it; what must hold of a row of what somebody did is a tree of its own."""
    yield tree
    match tree:
        case Apply(_, operands):
            inside: tuple[Node, ...] = operands
        case During(operand) | Near(operand):
            inside = (operand,)
        case Rank(column) | Anniversary(column):
            inside = (column,)
        case _:
            inside = ()
    for node in inside:
        yield from walked(node)


def mapped(tree: Node, change: Callable[[Node], Node]) -> Node:
    """Return a tree with what stands directly within it changed."""
    match tree:
        case Apply(operator, operands):
            return Apply(operator, tuple(change(operand) for operand in operands))
        case During(operand, window):
            return During(change(operand), window)
    return tree


def flat(tree: Node) -> Node:
    """Return a tree in which no `and` stands directly in an `and`, no `or` in an `or`, and neither has but one operand.

    >>> one = Apply("is null", (Name("city"),))
    >>> flat(Apply("and", (Apply("and", (one, one)), Apply("or", (one,))))) == Apply("and", (one, one, one))
    True
    """
    plain = mapped(tree, flat)
    if isinstance(plain, (Measure, Sequence)):
        return _flat_rows(plain)
    if not isinstance(plain, Apply) or plain.operator not in ("and", "or"):
        return plain
    operands = [
        inner
        for operand in plain.operands
        for inner in (
            operand.operands
            if isinstance(operand, Apply) and operand.operator == plain.operator
            else (operand,)
        )
    ]
    return operands[0] if len(operands) == 1 else Apply(plain.operator, tuple(operands))


def _flat_rows(leaf: Measure | Sequence) -> Node:
    def plain(did: Did) -> Did:
        return did if did.where is None else replace(did, where=flat(did.where))

    if isinstance(leaf, Measure):
        return replace(leaf, did=plain(leaf.did))
    return replace(leaf, steps=tuple(plain(step) for step in leaf.steps))


__all__ = [
    "EVER", "LEAVES", "Ago", "Anniversary", "Apply", "Did", "During", "Leaf", "Literal", "Lot", "Measure", "Member", "Name",
    "Near", "Node", "Place", "Rank", "Scalar", "Sequence", "Unit", "Window", "columns", "conditions", "did_rows",
    "flat", "groups", "leaves", "mapped",
    "names", "walked",
]  # fmt: skip
