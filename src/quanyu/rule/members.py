"""Whom a rule finds: conditions on traits, RFM and value, asked of everybody.

The columns are those of `rfm`, `lifetimes` and `portraits`, in this order where names meet.
"""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from quanyu.rule.expression import expression
from quanyu.rule.tree import Node, columns, conditions
from quanyu.rule.typed import typed

SOURCES = ("rfm", "lifetimes", "portraits")
BESIDE = ("person_id", "as_of", "fit_id")
"""Columns of the sources that are no traits."""

Look = Callable[[str], ir.Table]
"""Returns a table of the warehouse by name: `ws.warehouse.table`."""


def members(tree: Node, look: Look) -> ir.Table:
    """Return person_id and `why`, their values of its columns, of those for whom a rule holds; without conditions of everybody."""
    sources = known_columns(look)
    schemas = {source: look(source).schema() for source in SOURCES}
    kinds = {column: schemas[source][column] for column, source in sources.items()}
    ready = typed(tree, kinds)
    view = _view(look, {column: sources[column] for column in columns(tree)})
    claims = [expression(condition, view.__getitem__).fill_null(False) for condition in conditions(ready)]
    chosen = view.filter(*claims) if claims else view
    parts = [
        ibis.literal(f"{column}=").concat(chosen[column].cast("string").fill_null(""))
        for column in columns(tree)
    ]
    why = ibis.literal("; ").join(parts) if parts else ibis.literal("")
    return chosen.select("person_id", why=why)


def known_columns(look: Look) -> dict[str, str]:
    """Return every column that a rule may name, with the table it comes from."""
    tables = ((name, look(name).columns) for name in reversed(SOURCES))
    return {column: name for name, columns in tables for column in columns if column not in BESIDE}


def _view(look: Look, wanted: dict[str, str]) -> ir.Table:
    """Return one row per person with the columns: only the tables that hold one of them are joined."""
    view = look("people").select("person_id")
    for source in SOURCES:
        needed = [column for column, home in wanted.items() if home == source]
        if needed:
            joined = view.left_join(look(source).select("person_id", *needed), "person_id")
            view = joined.select(*view.columns, *needed)
    return view


__all__ = ["known_columns", "members"]
