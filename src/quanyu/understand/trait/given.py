"""Traits that people were given, by a step of a journey, rather than worked out from what they did."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import ibis.expr.types as ir

from quanyu.tables.contract import TYPES
from quanyu.text import Text
from quanyu.understand.trait.trait import Trait
from quanyu.workspace import Workspace

NOTE: Text = "Given by a step of a journey"


def given_traits(ws: Workspace, taken: Collection[str]) -> tuple[Trait, ...]:
    """Return the traits that were given, without those whose names are `taken`."""
    rows = ws.warehouse.table("given_traits").select("name", "kind").distinct().order_by("name")
    return tuple(
        Trait(
            row["name"], row["name"], row["name"], "behaviour", row["kind"], _column(row["name"]), note=NOTE
        )
        for row in ws.warehouse.read(rows).to_pylist()
        if row["name"] not in taken
    )


def with_given(ws: Workspace, people: ir.Table, given: Sequence[Trait]) -> ir.Table:
    """Return people with a column for each trait that was given, null for whoever was not given it."""
    if not given:
        return people
    rows = ws.warehouse.table("given_traits")
    each = rows.group_by("person_id").aggregate(
        **{
            trait.name: rows.value.max(where=rows.name == trait.name).cast(TYPES[trait.kind])
            for trait in given
        }
    )
    return people.left_join(each, "person_id").select(*people.columns, *(trait.name for trait in given))


def _column(name: str) -> Callable[[ir.Table], ir.Value]:
    return lambda people: people[name]
