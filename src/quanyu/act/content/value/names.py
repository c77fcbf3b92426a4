"""The variables that contents may ask for: what each is called, and of what kind it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from quanyu.tables import contract
from quanyu.tables.contract import Column
from quanyu.tables.view.trait_names import TRAIT_NAMES
from quanyu.text import Language, Named, Text, told, translate
from quanyu.workspace import Workspace

Kind = Literal["text", "integer", "number", "flag", "day", "time", "money", "list"]
PERSON = ("name", "sex", "region", "city", "language", "joined_on", "member_tier")
"""What of a person a message may say; contacts and the day of birth are not among it."""
RFM = ("recency_days", "frequency", "monetary_amount", "r_score", "f_score", "m_score", "group")
KINDS: Mapping[str, Kind] = {"price": "money", "currency": "text", "json": "text"}


@dataclass(frozen=True)
class Variable:
    """A variable: its name in templates, what it is called, and of what kind it is."""

    name: str
    label: Text
    kind: Kind = "text"

    def said(self, language: Language) -> str:
        """Return what it is called in a language."""
        return (
            told(self.label, language) if isinstance(self.label, Named) else translate(self.label, language)
        )


FIXED: tuple[Variable, ...] = (
    Variable("order.id", "Number of the last order"),
    Variable("order.ordered_at", "When the last order was placed", "time"),
    Variable("order.amount", "What was paid for the last order", "money"),
    Variable("order.n_items", "Items in the last order", "integer"),
    Variable("order.item", "First item of the last order"),
    Variable("items.last_bought", "Items of the last order: name, price, image, url", "list"),
    Variable("items.favourite", "Items bought most often: name, price, image, url", "list"),
    Variable("items.recommended", "Popular items not bought yet: name, price, image, url", "list"),
    Variable("coupon.code", "Code of a coupon; no coupons are given out yet"),
    Variable("shop.name", "Name of the shop"),
    Variable("today", "The day on which the message is made", "day"),
)


def variables(ws: Workspace) -> tuple[Variable, ...]:
    """Return every variable that there is in a shop; traits are those of its portraits."""
    people, rfm = contract("people").by_name, contract("rfm").by_name
    traits = ws.warehouse.table("portraits").schema()
    return (
        *(_of_column(f"person.{name}", people[name]) for name in PERSON),
        *(_of_column(f"rfm.{name}", rfm[name]) for name in RFM),
        *(
            Variable(f"trait.{name}", _trait(name), _kind(traits[name]))
            for name in traits.names
            if name not in ("person_id", "as_of")
        ),
        *FIXED,
    )


def unknown(names: Iterable[str], known: Iterable[str]) -> list[str]:
    """Return the names that are none of those known, in order.

    >>> unknown({"person.nmae", "person.city"}, {"person.name", "person.city"})
    ['person.nmae']
    """
    return sorted(set(names) - set(known))


def _of_column(name: str, column: Column) -> Variable:
    return Variable(name, _named(column.en, column.zh), KINDS.get(column.kind, column.kind))  # type: ignore[arg-type]


def _trait(name: str) -> Text:
    zh, en = TRAIT_NAMES.get(name, (name, name))
    return _named(en, zh)


def _named(en: str, zh: str) -> Text:
    return Named(en, zh)


def _kind(kind: object) -> Kind:
    """Return the kind of a column's type."""
    told = str(kind)
    words: dict[str, Kind] = {
        "bool": "flag",
        "int": "integer",
        "dec": "money",
        "float": "number",
        "date": "day",
        "time": "time",
    }
    return next((word for start, word in words.items() if told.startswith(start)), "text")
