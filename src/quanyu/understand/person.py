"""From identifiers to people: facts name an identifier, and one join says whose it is."""

from __future__ import annotations

import ibis.expr.types as ir

from quanyu.workspace import Workspace


def of_person(ws: Workspace, rows: ir.Table) -> ir.Table:
    """Return rows with `person_id` in place of `id_key`; rows whose identifier belongs to nobody are left out.

    Reduce the rows to one per identifier first: the join is then as small as it can be.
    """
    identities = ws.warehouse.table("identities").select("id_key", "person_id")
    return rows.inner_join(identities, "id_key").drop("id_key")
