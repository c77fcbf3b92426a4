"""From identifiers to people: facts name an identifier, one join says whose it is."""

from __future__ import annotations

import ibis.expr.types as ir

from quanyu.warehouse.portable import group_key
from quanyu.workspace import Workspace


def owners(ws: Workspace) -> ir.Table:
    """Return key and person, the numbers of every identifier and of the person behind it.

    Both numbers are those of `group_key`: groups and joins by number take a fraction of the time of those by
    text.
    """
    identities = ws.warehouse.table("identities")
    return identities.select(key=group_key(identities.id_key), person=group_key(identities.person_id))


def of_person(owners: ir.Table, rows: ir.Table) -> ir.Table:
    """Return rows with `person` in place of `key`, the number of an identifier.

    Rows whose identifier is nobody's are left out. Reduce the rows as far as possible first.
    """
    owned = rows.inner_join(owners, "key")
    # `select`, not `drop`: Ibis writes a relation that is read twice as one CTE only if it is a plain SELECT.
    return owned.select("person", *(name for name in rows.columns if name != "key"))
