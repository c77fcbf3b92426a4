"""From identifiers to people: facts name an identifier, one join says whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import ibis.expr.types as ir

from quanyu.workspace import Workspace

Fold: TypeAlias = tuple[Literal["sum", "min", "max"], ir.Scalar]
"""How the values of several identifiers become one, and the aggregate that gives each of them."""


def of_person(ws: Workspace, rows: ir.Table) -> ir.Table:
    """Return rows with `person_id` in place of `id_key`; rows whose identifier is nobody's are left out.

    Reduce the rows as far as possible first: the join is then as small as it can be.
    """
    identities = ws.warehouse.table("identities").select("id_key", "person_id")
    owned = rows.inner_join(identities, "id_key")
    # `select`, not `drop`: Ibis writes a relation that is read twice as one CTE only if it is a plain SELECT.
    return owned.select("person_id", *(name for name in rows.columns if name != "id_key"))


def per_person(ws: Workspace, rows: ir.Table, folds: Mapping[str, Fold]) -> ir.Table:
    """Aggregate rows to people in two small steps around one small join."""
    per_key = rows.group_by("id_key").aggregate(**{name: value for name, (_, value) in folds.items()})
    owned = of_person(ws, per_key)
    return owned.group_by("person_id").aggregate(
        **{name: getattr(owned[name], how)().cast(value.type()) for name, (how, value) in folds.items()}
    )


def favourite(rows: ir.Table, column: str, name: str, weight: ir.NumericColumn | None = None) -> ir.Table:
    """Return per person the value of `column` with the most rows, or the largest total `weight`, as `name`.

    Ties go to the value that sorts first, on every engine. `n_<column>` counts the different values.
    """
    total = rows.count() if weight is None else weight.sum()
    cells = rows.group_by("person_id", column).aggregate(total=total).filter(lambda t: t[column].notnull())
    group = cells.group_by("person_id")
    ranked = group.mutate(largest=cells.total.max(), different=cells.count())
    best = ranked.filter(ranked.total == ranked.largest)
    return best.group_by("person_id").aggregate(
        **{name: best[column].min(), f"n_{column}": best.different.max().cast("int64")}
    )
