"""Why a rule holds for a record or does not: every condition with the value it met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ibis.expr.datatypes import DataType

from quanyu.rule import record as single
from quanyu.rule.text import printed
from quanyu.rule.tree import Node, columns, conditions
from quanyu.rule.typed import typed


@dataclass(frozen=True)
class Answer:
    """One condition, the values of its columns, and whether it holds: None where that is not known."""

    condition: str
    values: Mapping[str, Any]
    is_met: bool | None


def explain(tree: Node, record: Mapping[str, Any], kinds: Mapping[str, DataType]) -> tuple[Answer, ...]:
    """Return every condition of a rule, in order, with what it found in the record.

    >>> import ibis
    >>> from quanyu.rule.text import parse
    >>> kinds = dict(ibis.schema({"frequency": "int64"}).items())
    >>> explain(parse("frequency >= 2"), {"frequency": None}, kinds)
    (Answer(condition='frequency >= 2', values={'frequency': None}, is_met=None),)
    """
    return tuple(
        Answer(
            printed(condition),
            {column: record[column] for column in columns(condition)},
            single.value(typed(condition, kinds), record),
        )
        for condition in conditions(tree)
    )


__all__ = ["Answer", "explain"]
