"""A trait: one declared thing known about every person, with its labels, unit and definition."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import ibis.expr.types as ir

from quanyu.tables.contract import TYPES, Kind
from quanyu.text import Language, Text, translate

Family = Literal["basic", "behaviour", "interest", "value"]

FAMILIES: dict[Family, tuple[str, str]] = {
    "basic": ("基础属性", "Basic"),
    "behaviour": ("行为特征", "Behaviour"),
    "interest": ("兴趣偏好", "Interest"),
    "value": ("价值贡献", "Value"),
}
"""The four families with their Chinese and English names."""


@dataclass(frozen=True)
class Trait:
    """A column of `portraits`: `of` gives it as an expression over the person's facts.

    `kind` is a column kind of the contracts (text, integer, number, money, day, flag), `note` the definition
    that screens show.

    >>> Trait("n_orders", "订单数", "Orders", "behaviour", "integer", lambda p: p.n_orders).label("zh")
    '订单数'
    """

    name: str
    zh: str
    en: str
    family: Family
    kind: Kind
    of: Callable[[ir.Table], ir.Value]
    unit: str = ""
    note: Text = ""

    def label(self, language: Language = "zh") -> str:
        """Return the name of the trait in a language."""
        return self.zh if language == "zh" else self.en

    def definition(self, language: Language = "zh") -> str:
        """Return what the trait means in a language."""
        return translate(self.note, language)

    def column(self, people: ir.Table) -> ir.Value:
        """Return the trait as a typed, named column."""
        return self.of(people).cast(TYPES[self.kind]).name(self.name)
