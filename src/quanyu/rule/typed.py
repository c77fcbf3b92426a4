"""Values as words become values of the type of what they are compared with; unknown columns are refused."""

from __future__ import annotations

import datetime as dt
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace

import ibis.expr.datatypes as types
from ibis.expr.datatypes import DataType

from quanyu.errors import RuleError
from quanyu.nearest import closest, did_you_mean
from quanyu.rule.operators import COMPARISONS, TEXTUAL
from quanyu.rule.past import AGGREGATES
from quanyu.rule.place import centre
from quanyu.rule.text import pointed
from quanyu.rule.tree import (
    LEAVES,
    Anniversary,
    Apply,
    Did,
    During,
    Literal,
    Lot,
    Measure,
    Name,
    Near,
    Node,
    Rank,
    Scalar,
    Sequence,
    mapped,
    walked,
)  # fmt: skip
from quanyu.rule.verb import PROPERTIES, VERBS, kinds_of
from quanyu.tables.draw import cut
from quanyu.tables.view.trait_names import listed
from quanyu.text import Sentence, Text

GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?%?")
"""A number with its thousands set apart."""
TYPED = {*COMPARISONS, "between"}
"""Operators that compare something with values."""
ORDERED = {"<", "<=", ">", ">=", "between"}
UNSAFE = re.compile(r"\(\?|\\[^.*+?()\[\]{}|^$\\/dwsDWSbn-]")
"""Parts of patterns that engines read differently, or that can take for ever."""
NESTED = re.compile(r"[*+}]\)+[*+{]")
"""Repetitions of repetitions, on which a search in a single text can take for ever."""
MOST_PATTERN = 200
FEW = 6
"""So many names at most are told where one is not known."""

Kinds = Mapping[str, DataType]


def typed(tree: Node, kinds: Kinds) -> Node:
    """Return the tree with its values typed for columns of these kinds, such as `dict(table.schema().items())`.

    Raises `RuleError`, pointing at the word, for a column that is not known and a word that is no such value.

    >>> import ibis
    >>> kinds = dict(ibis.schema({"day": "date"}).items())
    >>> typed(Apply(">", (Name("day"), Literal("2026-11-01"))), kinds).operands[1]
    Literal(value=datetime.date(2026, 11, 1))
    """
    for name in (node for node in walked(tree) if isinstance(node, Name)):
        if name.name not in kinds:
            raise _unknown(name, kinds, "There is no trait {column!r} to choose people by.{pointer}")
    return _typed(tree, kinds)


def _unknown(name: Name, kinds: Kinds, message: Text) -> RuleError:
    near = did_you_mean(name.name, kinds)
    # Of many names only those like the one that was written help.
    known = closest(name.name, kinds, FEW) if near and len(kinds) > FEW else sorted(kinds)
    hint: Text = "{near} Known are: {known}." if near else "Known are: {known}."
    if near and len(kinds) > FEW:
        hint = "{near} Like it are: {known}."
    if len(known) > FEW:
        hint = "None of the {n} known ones is like it; the form of an audience lists them all."
    told = {
        "column": name.name,
        "pointer": pointed(name.place),
        "near": near,
        "n": len(kinds),
        "known": listed(known),
    }
    return RuleError(message, hint, **told)


def kind_of(node: Node, kinds: Kinds) -> DataType | None:
    """Return the type of what values are compared with; None for what has no type of its own."""
    match node:
        case Name(name):
            return kinds.get(name)
        case Measure(did, aggregate, column):
            kind = AGGREGATES[aggregate].kind
            return kinds_of(VERBS[did.verb].rows)[str(column)] if kind is None else types.dtype(kind)
        case Rank():
            return types.float64
        case Lot():
            return types.string
        case Anniversary():
            return types.date
    return None


def _typed(tree: Node, kinds: Kinds) -> Node:
    match tree:
        case Measure():
            return _measure(tree)
        case Sequence(_, within) if within.unit == "month":
            raise RuleError("Months have no length of their own.{pointer}", "Name the time in days or weeks.",
                            pointer=pointed(tree.steps[0].place))  # fmt: skip
        case Sequence(steps):
            return replace(tree, steps=tuple(_did(step, [tree.per] if tree.per else []) for step in steps))
        case Anniversary(column) if not kinds[column.name].is_date():
            raise _wrong_kind(column, "a day")
        case Near(column, _, of):
            if not kinds[column.name].is_string():
                raise _wrong_kind(column, "a text")
            centre(of, place=tree.place)
        case During(operand, _):
            kind = kind_of(operand, kinds)
            if kind is None or not (kind.is_date() or kind.is_timestamp()):
                raise _wrong_kind(operand, "a day or a moment")
        case Apply(operator, operands):
            return _applied(operator, operands, kinds)
    return mapped(tree, lambda node: _typed(node, kinds))


def _applied(operator: str, operands: tuple[Node, ...], kinds: Kinds) -> Apply:
    compared = next((operand for operand in operands if kind_of(operand, kinds) is not None), None)
    kind = None if compared is None else kind_of(compared, kinds)
    if compared is None or kind is None or operator not in (*TYPED, *TEXTUAL):
        return Apply(operator, tuple(_typed(operand, kinds) for operand in operands))
    if operator in TEXTUAL:
        if not kind.is_string():
            raise _wrong_kind(compared, "a text")
        return Apply(operator, tuple(_textual(operator, operand, kinds) for operand in operands))
    if _is_property(compared) and operator in ORDERED:
        kind = types.float64
    return Apply(operator, tuple(_compared(operand, compared, kind, kinds) for operand in operands))


def _is_property(node: Node) -> bool:
    return isinstance(node, Name) and node.name.startswith(PROPERTIES)


def _compared(operand: Node, compared: Node, kind: DataType, kinds: Kinds) -> Node:
    """Return what is compared: a value of the kind; numbers of columns as floats."""
    if isinstance(operand, Literal):
        return _value(compared, kind, operand)
    own = kind_of(operand, kinds)
    if kind.is_numeric() and _is_property(operand):
        return Apply("number of text", (operand,))
    plain = _typed(operand, kinds) if isinstance(operand, (Apply, During, *LEAVES)) else operand
    return Apply("number", (plain,)) if own is not None and own.is_numeric() else plain


def _textual(operator: str, operand: Node, kinds: Kinds) -> Node:
    if not isinstance(operand, Literal):
        return _typed(operand, kinds)
    word = str(operand.value)
    if operator == "matches" and not _is_safe(word):
        raise RuleError(
            "{word!r} is no pattern that every engine reads alike.{pointer}",
            "Write letters, . [..] ( | ) ^ $ and * + ?, without lookahead and back references.",
            word=word,
            pointer=pointed(operand.place),
        )
    return Literal(word, operand.place)


def _is_safe(pattern: str) -> bool:
    """Say whether a pattern is one that all engines read alike, and that no text can keep busy."""
    if len(pattern) > MOST_PATTERN or UNSAFE.search(pattern) or NESTED.search(pattern):
        return False
    try:
        return bool(re.compile(pattern, re.ASCII))
    except re.error:
        return False


def _measure(measure: Measure) -> Measure:
    aggregate = AGGREGATES[measure.aggregate]
    if aggregate.has_column != (measure.column is not None):
        raise RuleError("{aggregate} is taken of {column!r}.", "Correct the condition.",
                        aggregate=measure.aggregate, column=measure.column)  # fmt: skip
    did = _did(measure.did, [measure.column] if measure.column else [])
    kind = None if measure.column is None else kinds_of(VERBS[did.verb].rows)[measure.column]
    if (
        kind is not None
        and not kind.is_numeric()
        and measure.aggregate in ("total", "average", "largest", "smallest")
    ):
        raise _wrong_kind(Name(str(measure.column), measure.place), "a number such as 12.5 or 20%")
    return replace(measure, did=did)


def _did(did: Did, also: list[str]) -> Did:
    """Return rows with what must hold of them typed for the columns of their table."""
    verb, own = VERBS[did.verb], _Open(kinds_of(VERBS[did.verb].rows))
    if verb.needs_detail and did.detail is None:
        raise RuleError("{verb!r} needs the name of an event.{pointer}", "Write {example}.",
                        verb=did.verb, pointer=pointed(did.place), example="did product_view")  # fmt: skip
    if did.detail is not None and verb.detail is None:
        raise RuleError("{verb!r} is not told apart further.{pointer}", "Leave out {detail!r}.",
                        verb=did.verb, pointer=pointed(did.place), detail=did.detail)  # fmt: skip
    asked = [Name(name, did.place) for name in also]
    asked += [] if did.where is None else [node for node in walked(did.where) if isinstance(node, Name)]
    for name in asked:
        if name.name not in own:
            raise _unknown(name, own, "There is no column {column!r} here.{pointer}")
    if did.where is not None and any(isinstance(node, LEAVES) for node in walked(did.where)):
        raise RuleError("What must hold of a row is said by its own columns.{pointer}", "Write the condition beside it.",
                        pointer=pointed(did.place))  # fmt: skip
    return did if did.where is None else replace(did, where=_typed(did.where, own))


class _Open(dict[str, DataType]):
    """Kinds of the columns of rows; properties of events may have any name and are texts."""

    def __contains__(self, name: object) -> bool:
        is_property = str(name).startswith(PROPERTIES) and "properties" in self.keys()
        return is_property or super().__contains__(name)

    def __missing__(self, name: str) -> DataType:
        return types.string

    def get(self, name: str, default: DataType | None = None) -> DataType | None:
        return types.string if name.startswith(PROPERTIES) else super().get(name, default)


def _wrong_kind(node: Node, kind: Text) -> RuleError:
    return RuleError(
        "{column} is not {kind}.{pointer}",
        "Correct the condition.",
        column=getattr(node, "name", type(node).__name__.lower()),
        kind=Sentence(kind),
        pointer=pointed(getattr(node, "place", None)),
    )


def _value(compared: Node, kind: DataType, literal: Literal) -> Literal:
    given = literal.value
    if isinstance(compared, Lot):
        return Literal(cut(_number(str(given))), literal.place)
    word = given if isinstance(given, str) else str(given).lower()
    try:
        return Literal(next((read for fits, read, _ in READ if fits(kind)), str)(word), literal.place)
    except (KeyError, ValueError):
        raise RuleError(
            "{column} is compared with {word!r}, which is not {kind}.{pointer}",
            "Correct the condition.",
            column=getattr(compared, "name", type(compared).__name__.lower()),
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


__all__ = ["kind_of", "typed"]
