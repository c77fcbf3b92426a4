"""A rule over what is known about people: conditions on traits, RFM and value, all of which must hold.

`group in at_risk, must_win_back; clv_amount >= 500; city_tier = 1` is three conditions. An unknown value never
meets a condition. The columns are those of `rfm`, `lifetimes` and `portraits`, in this order where names meet.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.errors import RuleError

SOURCES = ("rfm", "lifetimes", "portraits")
BESIDE = ("person_id", "as_of", "fit_id")
"""Columns of the sources that are no traits."""

OPERATORS: Mapping[str, Callable[[Any, Any], Any]] = {
    "<=": lambda value, wanted: value <= wanted,
    ">=": lambda value, wanted: value >= wanted,
    "!=": lambda value, wanted: value != wanted,
    "<": lambda value, wanted: value < wanted,
    ">": lambda value, wanted: value > wanted,
    "=": lambda value, wanted: value == wanted,
    " in ": lambda value, wanted: value.isin(wanted),
}
Look = Callable[[str], ir.Table]
"""Returns a table of the warehouse by name: `ws.warehouse.table`."""


@dataclass(frozen=True)
class Condition:
    """One comparison: a column, an operator of `OPERATORS`, and the words it is compared with.

    >>> Condition.parse("group in at_risk, lost")
    Condition(column='group', operator=' in ', words=('at_risk', 'lost'))
    """

    column: str
    operator: str
    words: tuple[str, ...]

    @classmethod
    def parse(cls, text: str) -> Condition:
        """Read a condition from text; raise `RuleError` for text that is none."""
        marks = "|".join(re.escape(mark).replace(r"\ ", r"\s+") for mark in OPERATORS)
        found = re.fullmatch(rf"\s*([A-Za-z_]\w*?)\s*({marks})\s*(\S.*?)\s*", text)
        if not found:
            raise RuleError(
                "{text!r} is not a condition.",
                "Write a column, one of = != < <= > >= in, and a value, such as clv_amount >= 500.",
                text=text.strip(),
            )
        column, mark, rest = found.groups()
        operator = " in " if mark.strip() == "in" else mark
        words = tuple(word.strip() for word in rest.split(",")) if operator == " in " else (rest,)
        return cls(column, operator, words)

    def holds(self, view: ir.Table) -> ir.BooleanValue:
        """Return whether the condition holds for each row; unknown values do not meet it."""
        value = view[self.column]
        wanted = [self._typed(value, word) for word in self.words]
        number = value.cast("float64") if value.type().is_numeric() else value
        claim = OPERATORS[self.operator](number, wanted if self.operator == " in " else wanted[0])
        return claim.fill_null(False)

    def __str__(self) -> str:
        return f"{self.column} {self.operator.strip()} {', '.join(self.words)}"

    def _typed(self, value: ir.Value, word: str) -> Any:
        kind = value.type()
        try:
            if kind.is_boolean():
                return {"true": True, "false": False}[word.lower()]
            if kind.is_numeric():
                return float(word)
            if kind.is_date():
                return ibis.literal(dt.date.fromisoformat(word))
        except (KeyError, ValueError):
            raise RuleError(
                "{column} is compared with {word!r}, which is no {kind}.",
                "Correct the condition: {condition}.",
                column=self.column,
                word=word,
                kind=str(kind),
                condition=str(self),
            ) from None
        return word


@dataclass(frozen=True)
class Rule:
    """Conditions that must all hold; no condition means everybody.

    >>> str(Rule.parse("group in at_risk; clv_amount>=500;"))
    'group in at_risk; clv_amount >= 500'
    """

    conditions: tuple[Condition, ...]

    @classmethod
    def parse(cls, text: str) -> Rule:
        """Read a rule from text, conditions parted by semicolons."""
        return cls(tuple(Condition.parse(part) for part in text.split(";") if part.strip()))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that the rule looks at, each once."""
        return tuple(dict.fromkeys(condition.column for condition in self.conditions))

    def members(self, look: Look) -> ir.Table:
        """Return the people for whom the rule holds: person_id and `why`, their values of its columns."""
        view = _view(look, self.columns)
        chosen = view.filter(*(condition.holds(view) for condition in self.conditions))
        parts = [
            ibis.literal(f"{column}=").concat(chosen[column].cast("string").fill_null(""))
            for column in self.columns
        ]
        why = ibis.literal("; ").join(parts) if parts else ibis.literal("")
        return chosen.select("person_id", why=why)

    def __str__(self) -> str:
        return "; ".join(str(condition) for condition in self.conditions)


def known_columns(look: Look) -> dict[str, str]:
    """Return every column that a rule may name, with the table it comes from."""
    tables = ((name, look(name).columns) for name in reversed(SOURCES))
    return {column: name for name, columns in tables for column in columns if column not in BESIDE}


def _view(look: Look, columns: tuple[str, ...]) -> ir.Table:
    """Return one row per person with the columns: only the tables that hold one of them are joined."""
    known = known_columns(look)
    for column in columns:
        if column not in known:
            raise RuleError(
                "There is no trait {column!r} to choose people by.",
                "Traits: {known}.",
                column=column,
                known=", ".join(sorted(known)),
            )
    view = look("people").select("person_id")
    for source in SOURCES:
        mine = [column for column in columns if known[column] == source]
        if mine:
            joined = view.left_join(look(source).select("person_id", *mine), "person_id")
            view = joined.select(*view.columns, *mine)
    return view


__all__ = ["Condition", "Rule", "known_columns"]
