"""The columns that lists of people and conditions name, as a reader calls them."""

from __future__ import annotations

from collections.abc import Mapping

from quanyu.tables import CONTRACTS
from quanyu.tables.contract import Column
from quanyu.text import Text
from quanyu.understand.trait import FAMILIES, Trait, traits
from quanyu.web.parts.sheet import Head, Kind
from quanyu.web.view import View

OWNERS = ("people", "lifetimes", "rfm")
"""Tables whose columns have their names from contracts; where names meet, the later table's stands."""
HOMES: Mapping[str, Text] = {"people": "Golden record", "lifetimes": "Customer value", "rfm": "RFM group"}
KINDS: Mapping[str, Kind] = {
    "money": "currency",
    "integer": "count",
    "number": "number",
    "day": "day",
    "time": "time",
    "flag": "flag",
}


def trait_kind(trait: Trait) -> Kind:
    """Return how values of a trait are written."""
    by_unit: Mapping[str, Kind] = {"share": "ratio", "currency": "currency"}
    return by_unit.get(trait.unit) or KINDS.get(trait.kind, "text")


def column_heads(view: View) -> dict[str, Head]:
    """Return the heads of all columns by name: of people, of the model of value, of RFM, and traits."""
    heads = {trait.name: Head(trait.label(view.language), trait_kind(trait)) for trait in traits(view.ws)}
    columns = [column for name in OWNERS for column in CONTRACTS[name].columns]
    return heads | {column.name: Head(view.pick(column.zh, column.en), _kind(column)) for column in columns}


def column_groups(view: View, labels: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return labels of columns by what they belong to: the golden record, RFM, value, and the families of traits."""
    families = {trait.name: view.pick(*FAMILIES[trait.family]) for trait in traits(view.ws)}
    of_table = {column.name: view.say(HOMES[name]) for name in OWNERS for column in CONTRACTS[name].columns}
    homes = {name: of_table.get(name) or families.get(name, "") for name in labels}
    return {
        home: {name: labels[name] for name in labels if homes[name] == home}
        for home in dict.fromkeys(homes.values())
    }


def _kind(column: Column) -> Kind:
    is_share = column.kind == "number" and (column.low, column.high) == (0, 1)
    return "ratio" if is_share else KINDS.get(column.kind, "text")
