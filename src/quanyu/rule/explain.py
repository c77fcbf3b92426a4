"""Why a rule holds for a record or does not: every condition with the value it met."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ibis.expr.datatypes import DataType

from quanyu.rule.asking import ANYWHEN, Asking, When
from quanyu.rule.members import answers
from quanyu.rule.record import Record, value
from quanyu.rule.text import named, printed
from quanyu.rule.tree import Node, columns, conditions, leaves
from quanyu.rule.typed import typed
from quanyu.warehouse import Warehouse


@dataclass(frozen=True)
class Answer:
    """One condition, the values it looked at, and whether it holds: None where that is not known."""

    condition: str
    values: Mapping[str, Any]
    is_met: bool | None


def explain(
    tree: Node, record: Record | Mapping[str, Any], kinds: Mapping[str, DataType], when: When = ANYWHEN
) -> tuple[Answer, ...]:
    """Return every condition of a rule, in order, with what it found in the record.

    >>> import ibis
    >>> from quanyu.rule.text import parse
    >>> kinds = dict(ibis.schema({"frequency": "int64"}).items())
    >>> explain(parse("frequency >= 2"), {"frequency": None}, kinds)
    (Answer(condition='frequency >= 2', values={'frequency': None}, is_met=None),)
    """
    one = record if isinstance(record, Record) else Record(record)

    def answer(condition: Node) -> Answer:
        ready = typed(condition, kinds)
        traits = {column: one.traits[column] for column in columns(condition)}
        found = {named(leaf): value(leaf, one, when) for leaf in leaves(ready)}
        return Answer(printed(condition), traits | found, value(ready, one, when))

    return tuple(answer(condition) for condition in conditions(tree))


def explain_person(tree: Node, asking: Asking, warehouse: Warehouse, person_id: str) -> tuple[Answer, ...]:
    """Return every condition of a rule with what the tables say of a person; nothing for somebody who is not known."""
    rows = warehouse.read(answers(tree, asking, person_id)).to_pylist()
    return tuple(
        Answer(
            printed(claim),
            {
                name: row[f"value_{n}_{m}"]
                for m, name in enumerate((*columns(claim), *map(named, leaves(claim))))
            },
            row[f"is_{n}"],
        )
        for row in rows
        for n, claim in enumerate(conditions(tree))
    )


__all__ = ["Answer", "explain", "explain_person"]
