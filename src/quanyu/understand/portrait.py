"""Portraits: one row per person with every trait, made in one pass over the facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from quanyu.understand.catalogue import TRAITS
from quanyu.understand.custom import read_traits
from quanyu.understand.fact import Facts
from quanyu.understand.scratch import Keep, scratch
from quanyu.understand.trait import Trait
from quanyu.workspace import Workspace


def traits(ws: Workspace) -> tuple[Trait, ...]:
    """Return every trait of a workspace: those that come with Quanyu and those of its traits.toml."""
    return TRAITS + tuple(read_traits(ws))


def portrait_table(ws: Workspace, as_of: dt.date, keep: Keep) -> ir.Table:
    """Return the portraits as an expression: person_id, as_of and one column per trait."""
    people = Facts(ws, as_of, keep).people().mutate(as_of=ibis.literal(as_of))
    return people.select("person_id", "as_of", *(trait.column(people) for trait in traits(ws)))


def portraits(ws: Workspace, as_of: dt.date) -> Mapping[str, Any]:
    """Write the table `portraits`: the loop step."""
    with scratch(ws) as keep:
        change = ws.warehouse.replace("portraits", portrait_table(ws, as_of, keep), by="understand")
    return {"n_people": change.added, "n_traits": len(traits(ws))}
