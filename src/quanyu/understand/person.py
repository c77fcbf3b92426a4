"""From identifiers to people: reduce facts to one row per identifier, say whose it is, reduce again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypeAlias

import ibis
import ibis.expr.types as ir

from quanyu.workspace import Workspace

Fold: TypeAlias = tuple[Literal["sum", "min", "max"], ir.Scalar]
"""How the values of several identifiers become one, and the aggregate that gives each of them."""


def of_person(ws: Workspace, rows: ir.Table) -> ir.Table:
    """Return rows with `person_id` in place of `id_key`; rows whose identifier belongs to nobody are left out.

    Reduce the rows to one per identifier first: the join is then as small as it can be.
    """
    identities = ws.warehouse.table("identities").select("id_key", "person_id")
    return rows.inner_join(identities, "id_key").drop("id_key")


def per_person(ws: Workspace, rows: ir.Table, folds: Mapping[str, Fold], by: Sequence[str] = ()) -> ir.Table:
    """Aggregate rows to people (and `by`) with two small steps around one small join."""
    per_key = rows.group_by("id_key", *by).aggregate(**{name: value for name, (_, value) in folds.items()})
    return folded(of_person(ws, per_key), folds, by)


def folded(rows: ir.Table, folds: Mapping[str, Fold], by: Sequence[str] = ()) -> ir.Table:
    """Aggregate once more, to people and `by`, columns that `per_person` made."""
    return rows.group_by("person_id", *by).aggregate(
        **{name: getattr(rows[name], how)().cast(value.type()) for name, (how, value) in folds.items()}
    )


def favourite(rows: ir.Table, column: str, weight: str, name: str) -> ir.Table:
    """Return per person the value of `column` with the largest total `weight`, as `name`.

    Ties go to the value that sorts last, whatever the engine and the order of rows: the total is written in
    front of the value as fixed-width digits and the largest text wins.
    """
    cells = rows.filter(rows[column].notnull()).group_by("person_id", column).aggregate(_n=rows[weight].sum())
    digits = (cells["_n"].cast("float64") * 100).round().cast("int64").clip(lower=0).cast("string").lpad(15, "0")
    best = cells.group_by("person_id").aggregate(_best=digits.concat(cells[column]).max())
    return best.select("person_id", **{name: best["_best"].substr(15)})


def tallest(rows: ir.Table, columns: Mapping[int, str]) -> ir.IntegerValue:
    """Return the label of the largest of several count columns, the first on a tie, null if all are 0."""
    top = ibis.greatest(*(rows[name] for name in columns.values()))
    branches = [(rows[name] == top, ibis.literal(label, "int64")) for label, name in columns.items()]
    return ibis.ifelse(top > 0, ibis.cases(*branches), ibis.null("int64"))
