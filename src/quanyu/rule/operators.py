"""What a tree can apply, each operator once: over columns of a table, and over the values of one record."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis

Function = Callable[..., Any]
ONE, TWO, ANY, SOME = range(1, 2), range(2, 3), range(1000), range(2, 1000)


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
    return None if value is None else _or(*(None if one is None else value == one for one in choices))


COMPARISONS: Mapping[str, Operator] = {
    "<=": Operator(operator.le, operator.le, TWO),
    ">=": Operator(operator.ge, operator.ge, TWO),
    "!=": Operator(operator.ne, operator.ne, TWO),
    "<": Operator(operator.lt, operator.lt, TWO),
    ">": Operator(operator.gt, operator.gt, TWO),
    "=": Operator(operator.eq, operator.eq, TWO),
    "in": Operator(lambda value, *choices: value.isin(choices), _in, SOME, meets_unknown=True),
}
"""What a condition compares a column with."""

OPERATORS: Mapping[str, Operator] = {
    **COMPARISONS,
    "and": Operator(lambda *claims: reduce(operator.and_, claims or (ibis.literal(True),)), _and, ANY, True),
    "number": Operator(lambda value: value.cast("float64"), float, ONE),
}


__all__ = ["COMPARISONS", "OPERATORS", "Operator"]
