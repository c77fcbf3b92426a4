"""Values as words become values of the type of the column they are compared with; unknown columns are refused."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping

from ibis.expr.datatypes import DataType

from quanyu.errors import RuleError
from quanyu.nearest import did_you_mean
from quanyu.rule.fault import pointed
from quanyu.rule.operators import COMPARISONS
from quanyu.rule.tree import Apply, Literal, Name, Node, Scalar, names
from quanyu.text import Sentence, Text

GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?%?")
"""A number with its thousands set apart."""
TYPED = {*COMPARISONS, "between"}
"""Operators that compare a column with values."""


def typed(tree: Node, kinds: Mapping[str, DataType]) -> Node:
    """Return the tree with its values typed for columns of these kinds, such as `dict(table.schema().items())`.

    Raises `RuleError`, pointing at the word, for a column that is not known and a word that is no such value.

    >>> import ibis
    >>> kinds = dict(ibis.schema({"day": "date"}).items())
    >>> typed(Apply(">", (Name("day"), Literal("2026-11-01"))), kinds).operands[1]
    Literal(value=datetime.date(2026, 11, 1))
    """
    for name in names(tree):
        if name.name not in kinds:
            near = did_you_mean(name.name, kinds)
            raise RuleError(
                "There is no trait {column!r} to choose people by.{pointer}",
                "{near} Traits: {known}." if near else "Traits: {known}.",
                column=name.name,
                pointer=pointed(name.place),
                near=near,
                known=", ".join(sorted(kinds)),
            )
    return _typed(tree, kinds)


def _typed(tree: Node, kinds: Mapping[str, DataType]) -> Node:
    if not isinstance(tree, Apply):
        return tree
    column = next((operand for operand in tree.operands if isinstance(operand, Name)), None)
    if tree.operator not in TYPED or column is None:
        return Apply(tree.operator, tuple(_typed(operand, kinds) for operand in tree.operands))
    return Apply(tree.operator, tuple(_compared(operand, column.name, kinds) for operand in tree.operands))


def _compared(operand: Node, column: str, kinds: Mapping[str, DataType]) -> Node:
    """Return what is compared with a column: a value of its kind; numbers of columns as floats."""
    if isinstance(operand, Literal):
        return _value(column, kinds[column], operand)
    if isinstance(operand, Name) and kinds[operand.name].is_numeric():
        return Apply("number", (operand,))
    return _typed(operand, kinds)


def _value(column: str, kind: DataType, literal: Literal) -> Literal:
    given = literal.value
    word = given if isinstance(given, str) else str(given).lower()
    try:
        return Literal(next((read for fits, read, _ in READ if fits(kind)), str)(word), literal.place)
    except (KeyError, ValueError):
        raise RuleError(
            "{column} is compared with {word!r}, which is not {kind}.{pointer}",
            "Correct the condition.",
            column=column,
            word=word,
            kind=Sentence(next((said for fits, _, said in READ if fits(kind)), "a word")),
            pointer=pointed(literal.place),
        ) from None


def _number(word: str) -> float:
    """Read a number as people write it: 1,000 and 20% too."""
    plain = word.replace(",", "") if GROUPED.fullmatch(word) else word
    value = float(plain.removesuffix("%")) / (100 if plain.endswith("%") else 1)
    if math.isnan(value):
        raise ValueError(word)
    return value


def _moment(word: str) -> dt.datetime:
    moment = dt.datetime.fromisoformat(word)
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)


READ: tuple[tuple[Callable[[DataType], bool], Callable[[str], Scalar], Text], ...] = (
    (
        lambda kind: kind.is_boolean(),
        lambda word: {"true": True, "false": False}[word.lower()],
        "true or false",
    ),
    (lambda kind: kind.is_numeric(), _number, "a number such as 12.5 or 20%"),
    (lambda kind: kind.is_date(), dt.date.fromisoformat, "a day such as 2026-01-31"),
    (lambda kind: kind.is_timestamp(), _moment, "a moment such as 2026-01-31T12:00"),
)
"""How a word is read for a column of a kind; a text is the word itself. A moment without a zone is of UTC."""


__all__ = ["typed"]
