"""From identifiers to people: facts name an identifier, one join says whose it is."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace


def of_person(ws: Workspace, rows: ir.Table) -> ir.Table:
    """Return rows with `person`, the number of the person, in place of `key`, the number of an identifier.

    Both numbers are those of `group_key`: groups and joins by number take a fraction of the time of those by
    text. Rows whose identifier is nobody's are left out. Reduce the rows as far as possible first.
    """
    identities = ws.warehouse.table("identities")
    owners = identities.select(key=group_key(identities.id_key), person=group_key(identities.person_id))
    owned = rows.inner_join(owners, "key")
    # `select`, not `drop`: Ibis writes a relation that is read twice as one CTE only if it is a plain SELECT.
    return owned.select("person", *(name for name in rows.columns if name != "key"))


def favourite(rows: ir.Table, column: str, name: str, weight: ir.NumericColumn | None = None) -> ir.Table:
    """Return per person the value of `column` with the most rows, or the largest total `weight`, as `name`.

    Ties go to the value that sorts first, on every engine; unknown weights count as 0. `n_<column>` counts the
    different values.
    """
    total = rows.count() if weight is None else weight.sum().fill_null(0)
    cells = rows.group_by("person", column).aggregate(total=total)
    cells = cells.filter(cells[column].notnull())
    # The least pair of (minus the total, value) is the largest total and the first value that has it.
    best = ibis.struct({"rest": -cells.total, "value": cells[column]}).min()
    return cells.group_by("person").aggregate(**{name: best["value"], f"n_{column}": cells.count()})
