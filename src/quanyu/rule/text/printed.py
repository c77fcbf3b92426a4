"""A tree written as text that reads as the same tree."""

from __future__ import annotations

import datetime as dt
import json
import re
from dataclasses import replace

from quanyu.errors import RuleError
from quanyu.rule.operators import COMPARISONS, TEXTUAL
from quanyu.rule.text.parse import CONJUNCTION, parse
from quanyu.rule.tree import (
    EVER,
    POINT,
    Ago,
    Anniversary,
    Apply,
    Did,
    During,
    Leaf,
    Literal,
    Lot,
    Measure,
    Member,
    Name,
    Near,
    Node,
    Rank,
    Sequence,
    Window,
    conditions,
    flat,
)  # fmt: skip

FREE = re.compile(
    r'(?!(?:the|last|next|top|bottom|segment|list|random)\b)[^\s;；()"](?:[^;；()"\n]*[^\s;；()"])?'
)
"""A value that stands for itself without quotes."""
BARE = re.compile(r'[^\s;；()",]+')
"""A word that does."""
READ = {"earliest": "first", "latest": "last"}


def printed(tree: Node) -> str:
    """Return a rule or a condition as text that reads as the same tree; raise `RuleError` where no text does.

    >>> printed(parse("group in at_risk,lost; clv_amount>=500;"))
    'group in at_risk, lost; clv_amount >= 500'
    """
    plain = flat(tree)
    said = conditions(plain)
    text = "; ".join(_said(claim) if len(said) == 1 else _inner(claim) for claim in said)
    try:
        is_same = flat(parse(text)) == _worded(plain)
    except RuleError:
        is_same = False
    if not is_same:
        raise RuleError(
            "The rule {text!r} cannot be written as text.",
            "Use the JSON form.",
            text=text,
        )
    return text


def named(leaf: Leaf) -> str:
    """Return what a value is called that a rule looks at.

    >>> named(Measure(Did("bought"), window=Window(Ago(90))))
    'bought in last 90 days'
    """
    match leaf:
        case Measure():
            return _figure(leaf)
        case Rank(Name(column), is_top):
            return f"{column} from the {'top' if is_top else 'bottom'}"
        case Anniversary(Name(column)):
            return f"anniversary of {column}"
        case Lot(label):
            return f"random{f' of {label}' if label else ''}"
    return _said(leaf)


def _figure(measure: Measure) -> str:
    """Return what a figure is called."""
    rows, during, column = _rows(measure.did), _during(measure.window), measure.column
    known = {
        "times": rows,
        "days": f"{rows} on days",
        "first": f"first {rows}",
        "last": f"last {rows}",
        "earliest": f"first {rows} with {column}",
        "latest": f"last {rows} with {column}",
    }
    return known.get(measure.aggregate, f"{rows} with {measure.aggregate} {column}") + during


def _said(node: Node) -> str:
    """Return a condition as it stands between others."""
    match node:
        case Apply(operator, operands):
            return _applied(operator, operands)
        case During(operand, window):
            return _dated(operand, window)
        case Near(Name(column), km, of):
            return f"{column} within {km:.10g} km of {of if POINT.fullmatch(of) else _value(of)}"
        case Sequence():
            return _sequence(node)
        case Member():
            return _member(node)
    return str(node)


def _applied(operator: str, operands: tuple[Node, ...]) -> str:
    match operator, operands:
        case "and" | "or", (_, *_):
            return f" {operator} ".join(map(_inner, operands))
        case "not", (claim,):
            return _negated(claim)
        case _, (Name(column), *values):
            return _of_column(operator, column, values)
        case _, (leaf, Literal() as value):
            return _of_leaf(operator, leaf, value)
    return f"{operator}{operands}"


def _negated(claim: Node) -> str:
    match claim:
        case Apply("is null", (Name(column),)):
            return f"{column} is known"
        case Apply("in", (Name(column), *values)):
            return f"{column} not in {_values(values)}"
    return f"not {_inner(claim)}"


def _of_column(operator: str, column: str, values: list[Node]) -> str:
    match operator, values:
        case "is null", []:
            return f"{column} is unknown"
        case "in", _:
            return f"{column} in {_values(values)}"
        case "between", [Literal(low), Literal(high)]:
            return f"{column} between {_value(low, ' and ')} and {_value(high, ' and ')}"
        case _, [Literal(value)] if operator in (*COMPARISONS, *TEXTUAL):
            return f"{column} {operator} {_value(value)}"
    return f"{operator}({column}, {values})"


def _of_leaf(operator: str, leaf: Node, value: Literal) -> str:
    match operator, leaf:
        case "<=", Rank(Name(column), is_top):
            return f"{column} in {'top' if is_top else 'bottom'} {_percent(value)}"
        case "<", Lot(label):
            return f"in random {_percent(value)}" + (f" of {_atom(label)}" if label else "")
        case _, Measure():
            return _measured(leaf, operator, _atom(_word(value.value)))
    return f"{operator}({leaf}, {value})"


def _inner(node: Node) -> str:
    """Return a condition as it stands within another."""
    is_compound = isinstance(node, Apply) and node.operator in ("and", "or")
    return f"({_said(node)})" if is_compound else _said(node)


def _word(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _quoted(word: str) -> str:
    return json.dumps(word, ensure_ascii=False)


def _value(value: object, also: str = "") -> str:
    """Return a value as text; in quotes where it could be read as more than that, or holds what parts it from others."""
    word = _word(value)
    is_free = FREE.fullmatch(word) and not re.search(CONJUNCTION, word) and not (also and also in word)
    return word if is_free else _quoted(word)


def _values(values: list[Node]) -> str:
    return ", ".join(
        _value(value.value, ",") if isinstance(value, Literal) else str(value) for value in values
    )


def _atom(word: str) -> str:
    return word if BARE.fullmatch(word) else _quoted(word)


def _percent(share: Literal) -> str:
    if isinstance(share.value, str):
        return share.value
    return f"{float(str(share.value)) * 100:.10g}%"


def _member(member: Member) -> str:
    since = f" for {_span(member.since)}" if member.since else ""
    return f"in {member.kind} {_atom(member.name)}{since}"


def _rows(did: Did) -> str:
    detail = "" if did.detail is None else f" {_atom(did.detail)}"
    return f"{did.verb}{detail}" + (f" where ({_said(did.where)})" if did.where is not None else "")


def _measured(measure: Measure, sign: str, value: str) -> str:
    rows, during = _rows(measure.did), _during(measure.window)
    match measure.aggregate, sign, value:
        case "times", ">=", "1":
            return f"{rows}{during}"
        case "times", "=", "0":
            return f"never {rows}{during}"
        case "times", _, _:
            return f"{rows} {sign} {value} times{during}"
        case "days", _, _:
            return f"{rows} on {sign} {value} days{during}"
    return f"{_figure(replace(measure, window=EVER))} {sign} {value}{during}"


def _dated(operand: Node, window: Window) -> str:
    match operand:
        case Name(column):
            return f"{column}{_during(window)}"
        case Anniversary(Name(column)):
            return f"anniversary of {column}{_during(window)}"
        case Measure(did, "first" | "last" as end, None, during) if during == EVER:
            return f"{end} {_rows(did)}{_during(window)}"
    return str(operand)


def _sequence(node: Sequence) -> str:
    *before, last = (_rows(step) for step in node.steps)
    then = f"{' then '.join(before)} then {'not ' if node.is_left else ''}{last}"
    return f"{then} within {_span(node.within)}{_during(node.window)}" + (
        f" per {node.per}" if node.per else ""
    )


def _span(span: Ago) -> str:
    return f"{span.n} {span.unit}{'s' if span.n != 1 else ''}"


def _during(window: Window) -> str:
    """Return a window as it stands after a condition."""
    start, end = window.start, window.end
    if isinstance(start, dt.date) or isinstance(end, dt.date):
        return _of_days(start, end)
    match start, end:
        case Ago(), None:
            return f" in last {_span(start)}"
        case Ago(0, "day"), Ago(-1, "day"):
            return " today"
        case Ago(0, unit), Ago(n, same) if n < 0 and unit == same:
            return f" in next {_span(Ago(-n, same))}"
        case Ago(early, unit), Ago(_, same) if unit == same:
            return f" between {early} and {_span(end)} ago"
    return f" more than {_span(end)} ago" if isinstance(end, Ago) else ""


def _of_days(first: object, last: object) -> str:
    match first, last:
        case dt.date(), None:
            return f" since {first}"
        case None, dt.date():
            return f" before {last}"
        case dt.date(), dt.date() if last == first + dt.timedelta(days=1):
            return f" on {first}"
    return f" from {first} until {last}"


def _worded(node: Node) -> Node:
    """Return a tree with its values as words, as text holds them."""
    match node:
        case Literal(value):
            return Literal(_word(value))
        case Apply("<=", (Rank() as rank, Literal() as share)):
            return Apply("<=", (rank, Literal(_percent(share))))
        case Apply("<", (Lot() as lot, Literal() as share)):
            return Apply("<", (lot, Literal(_percent(share))))
        case Apply(operator, operands):
            return Apply(operator, tuple(_worded(operand) for operand in operands))
    return node


__all__ = ["named", "printed"]
