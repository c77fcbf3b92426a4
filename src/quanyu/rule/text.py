"""Rules as text: conditions parted by semicolons or `and`, all of which must hold.

`group in at_risk, must_win_back; clv_amount >= 500; city_tier = 1` is three conditions. A condition is a column, one
of = != < <= > >= in, and a value up to the next semicolon; `in` takes several, parted by commas.
"""

from __future__ import annotations

import datetime as dt
import re

from quanyu.errors import RuleError
from quanyu.rule.fault import pointed
from quanyu.rule.operators import COMPARISONS
from quanyu.rule.tree import Apply, Literal, Name, Node, Place, Scalar, conditions

COLUMN = re.compile(r"\s*([A-Za-z_]\w*)")
SIGN = re.compile(r"\s*(<=|>=|!=|<|>|=)\s*|\s+(in)\s+")
PARTING = re.compile(rf"[;；]|(?:\s+(?:and|AND)\s|并且|且)(?={COLUMN.pattern}(?:{SIGN.pattern}))")
"""What parts conditions; `and` does before another condition only, since values such as Trinidad and Tobago hold it."""
VALUE = re.compile(r"(\S.*?)\s*$")


def parse(text: str) -> Apply:
    """Return the tree of a rule; raise `RuleError`, pointing at the character, for text that is none.

    >>> parse("frequency >= 2")
    Apply(operator='and', operands=(Apply(operator='>=', operands=(Name(name='frequency'), Literal(value='2'))),))
    """
    ends = [*PARTING.finditer(text), None]
    begins = [0, *(part.end() for part in PARTING.finditer(text))]
    spans = [(begin, end.start() if end else len(text)) for begin, end in zip(begins, ends, strict=True)]
    return Apply("and", tuple(_condition(text, *span) for span in spans if text[slice(*span)].strip()))


def printed(tree: Node) -> str:
    """Return a rule or a condition as text that reads as the same tree; raise `RuleError` where no text does.

    >>> printed(parse("group in at_risk,lost; clv_amount>=500;"))
    'group in at_risk, lost; clv_amount >= 500'
    """
    text = "; ".join(_written(condition) for condition in conditions(tree))
    if parse(text).operands != tuple(_worded(condition) for condition in conditions(tree)):
        raise RuleError(
            "The rule {text!r} cannot be written as text.",
            "Keep values free of semicolons, line breaks and, in lists, commas, or use the JSON form.",
            text=text,
        )
    return text


def _condition(text: str, begin: int, end: int) -> Apply:
    """Return the condition between two characters of the text."""
    at, matches = begin, []
    for wanted in (COLUMN, SIGN, VALUE):
        match = wanted.match(text[:end], at)
        if match is None:
            at += len(text[at:end]) - len(text[at:end].lstrip())
            raise RuleError(
                "{text!r} is not a condition.{pointer}",
                "Write a column, one of = != < <= > >= in, and a value, such as clv_amount >= 500; part conditions by ; or and.",
                text=text[begin:end].strip(),
                pointer=pointed(Place(text, at)),
            )
        matches.append(match)
        at = match.end()
    column, sign, value = matches
    mark = sign[1] or sign[2]
    words = value[1].split(",") if mark == "in" else [value[1]]
    literals, at = [], value.start(1)
    for word in words:
        literals.append(Literal(word.strip(), Place(text, at + len(word) - len(word.lstrip()))))
        at += len(word) + 1
    return Apply(mark, (Name(column[1], Place(text, column.start(1))), *literals))


def _written(condition: Node) -> str:
    match condition:
        case Apply(operator, (Name(column), *literals)) if operator in COMPARISONS:
            return f"{column} {operator} {', '.join(map(_word, literals))}"
    return str(condition)


def _word(literal: Node) -> str:
    value: Scalar | Node = literal.value if isinstance(literal, Literal) else literal
    if isinstance(value, bool):
        return str(value).lower()
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _worded(condition: Node) -> Node:
    """Return a condition with its values as words, as text holds them."""
    if not isinstance(condition, Apply) or not condition.operands:
        return condition
    first, *rest = condition.operands
    return Apply(
        condition.operator,
        (first, *(Literal(_word(operand)) if isinstance(operand, Literal) else operand for operand in rest)),
    )


__all__ = ["parse", "printed"]
