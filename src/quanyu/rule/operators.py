"""What a tree can apply, each operator once: over columns of a table, and over the values of one record."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis

Function = Callable[..., Any]
NONE_OR_MORE, ONE, TWO, THREE, TWO_OR_MORE = (
    range(1000),
    range(1, 2),
    range(2, 3),
    range(3, 4),
    range(2, 100_000),
)
ONE_OR_MORE = range(1, 1000)


NUMBER = r"^[+-]?(\d{1,300}(\.\d{1,300})?|\.\d{1,300})$"
"""A text that is a number; engines read others of Python's, such as 1_000 and nan, each in its own way."""


@dataclass(frozen=True)
class Operator:
    """One operator: `over` Ibis expressions, `of` plain values (None: unknown), and how many operands it takes.

    `of` is not asked where an operand is unknown, unless the operator `meets_unknown`.
    """

    over: Function
    of: Function
    operands: range
    meets_unknown: bool = False


def _and(*values: bool | None) -> bool | None:
    return False if False in values else None if None in values else True


def _or(*values: bool | None) -> bool | None:
    return True if True in values else None if None in values else False


def _in(value: Any, *choices: Any) -> bool | None:
    return (
        None if value is None else _or(*(None if choice is None else value == choice for choice in choices))
    )


def _between(value: Any, low: Any, high: Any) -> bool | None:
    return _and(_at_most(low, value), _at_most(value, high))


def _at_most(low: Any, high: Any) -> bool | None:
    return None if low is None or high is None else low <= high


def _like(value: str, pattern: str) -> bool:
    signs = ({"%": ".*", "_": "."}.get(sign, re.escape(sign)) for sign in pattern)
    return re.fullmatch("".join(signs), value, re.DOTALL) is not None


def _matches(value: str, pattern: str) -> bool:
    return re.search(pattern, value, re.ASCII) is not None


def _number_in(value: Any) -> Any:
    return ibis.ifelse(value.re_search(NUMBER), value, ibis.null("string")).cast("float64")


def _number_of(value: str) -> float | None:
    """Return the number that a text is; unknown for any other."""
    return float(value) if re.search(NUMBER, value, re.ASCII) else None


def _ratio(above: float, below: float) -> float | None:
    return float(above) / float(below) if below else None


def _round(value: float) -> int:
    whole = math.trunc(value)
    return whole + (int(math.copysign(1, value)) if abs(value - whole) >= 0.5 else 0)


def _known(values: tuple[Any, ...]) -> Iterator[Any]:
    return (value for value in values if value is not None)


def _cases(*parts: Any) -> Any:
    """Return a case over expressions; see `OPERATORS` for the order of its parts."""
    branches = list(zip(parts[::2], parts[1::2], strict=False))
    return ibis.cases(*branches, else_=parts[-1] if len(parts) % 2 else None)


def _case(*parts: Any) -> Any:
    for claim, value in zip(parts[::2], parts[1::2], strict=False):
        if claim is True:
            return value
    return parts[-1] if len(parts) % 2 else None


COMPARISONS: Mapping[str, Operator] = {
    "<=": Operator(operator.le, operator.le, TWO),
    ">=": Operator(operator.ge, operator.ge, TWO),
    "!=": Operator(operator.ne, operator.ne, TWO),
    "<": Operator(operator.lt, operator.lt, TWO),
    ">": Operator(operator.gt, operator.gt, TWO),
    "=": Operator(operator.eq, operator.eq, TWO),
    "in": Operator(lambda value, *choices: value.isin(choices), _in, TWO_OR_MORE, True),
}
"""What a condition compares a column with."""

LOGIC: Mapping[str, Operator] = {
    "and": Operator(
        lambda *claims: reduce(operator.and_, claims or (ibis.literal(True),)), _and, NONE_OR_MORE, True
    ),
    "or": Operator(
        lambda *claims: reduce(operator.or_, claims or (ibis.literal(False),)), _or, NONE_OR_MORE, True
    ),
    "not": Operator(operator.invert, operator.not_, ONE),
    "is null": Operator(lambda value: value.isnull(), lambda value: value is None, ONE, True),
    "between": Operator(lambda value, low, high: value.between(low, high), _between, THREE, True),
}
TEXTUAL: Mapping[str, Operator] = {
    "contains": Operator(lambda value, part: value.contains(part), lambda value, part: part in value, TWO),
    "starts with": Operator(lambda value, part: value.startswith(part), str.startswith, TWO),
    "ends with": Operator(lambda value, part: value.endswith(part), str.endswith, TWO),
    "matches": Operator(lambda value, pattern: value.re_search(pattern), _matches, TWO),
    "like": Operator(lambda value, pattern: value.like(pattern), _like, TWO),
}
"""What a condition asks of a text."""
ARITHMETIC: Mapping[str, Operator] = {
    "+": Operator(operator.add, operator.add, TWO),
    "-": Operator(operator.sub, operator.sub, TWO),
    "*": Operator(operator.mul, operator.mul, TWO),
    "/": Operator(lambda a, b: a.cast("float64") / b.cast("float64").nullif(0), _ratio, TWO),
    "negative": Operator(operator.neg, operator.neg, ONE),
    "abs": Operator(lambda value: value.abs(), abs, ONE),
    "round": Operator(lambda value: value.round(), _round, ONE),
    "floor": Operator(lambda value: value.floor(), math.floor, ONE),
    "ceil": Operator(lambda value: value.ceil(), math.ceil, ONE),
    "number": Operator(lambda value: value.cast("float64"), float, ONE),
    "number of text": Operator(_number_in, _number_of, ONE),
}
CHOICE: Mapping[str, Operator] = {
    "case": Operator(_cases, _case, TWO_OR_MORE, True),
    "coalesce": Operator(ibis.coalesce, lambda *values: next(_known(values), None), ONE_OR_MORE, True),
    "greatest": Operator(ibis.greatest, lambda *values: max(_known(values), default=None), ONE_OR_MORE, True),
    "least": Operator(ibis.least, lambda *values: min(_known(values), default=None), ONE_OR_MORE, True),
    "upper": Operator(lambda value: value.upper(), str.upper, ONE),
    "lower": Operator(lambda value: value.lower(), str.lower, ONE),
}
OPERATORS: Mapping[str, Operator] = {**COMPARISONS, **LOGIC, **TEXTUAL, **ARITHMETIC, **CHOICE}
"""Every operator. `case` takes conditions and values in turn, and last, where there is one, the value of all others."""


__all__ = ["COMPARISONS", "OPERATORS", "TEXTUAL", "Operator"]
