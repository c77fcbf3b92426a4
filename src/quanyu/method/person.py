"""From identifiers to people: facts name an identifier, and there are two answers to whose it is.

What is told of people (facts, groups, values) counts **known people**: rows of an identifier that belongs to nobody are left
out. What is counted (buyers, visitors, touched people) counts **somebody**: an identifier that identity does not know yet
stands for a person of its own, so that a sum does not wait for identity.
"""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from quanyu.warehouse import Warehouse
from quanyu.warehouse.portable import group_key


def owners(warehouse: Warehouse) -> ir.Table:
    """Return key, person and person_id: the numbers of every identifier and of the person behind it, and who that is.

    The numbers are those of `group_key`: groups and joins by number take a fraction of the time of those by text.
    """
    identities = warehouse.table("identities")
    return identities.select(
        "person_id", key=group_key(identities.id_key), person=group_key(identities.person_id)
    )


def owner_numbers(warehouse: Warehouse) -> ir.Table:
    """Return the numbers key and person of every identifier; kept for the rest of the turn."""
    turn, version = warehouse.turn, warehouse.version("identities")
    return turn.once(("owners", version), lambda: turn.keep(owners(warehouse).select("key", "person")))


def of_known(owners: ir.Table, rows: ir.Table) -> ir.Table:
    """Return rows with `person` in place of `key`, the number of an identifier; those of nobody are left out.

    Reduce the rows as far as possible first.
    """
    owned = rows.inner_join(owners, "key")
    # `select`, not `drop`: Ibis writes a relation that is read twice as one CTE only if it is a plain SELECT.
    return owned.select("person", *(name for name in rows.columns if name != "key"))


def of_somebody(warehouse: Warehouse, rows: ir.Table) -> ir.Table:
    """Return rows with `person`, the number of whoever holds their `id_key`; null where there is no identifier."""
    keyed = rows.mutate(key=group_key(rows.id_key))
    joined = keyed.left_join(owners(warehouse).select("key", known_as="person"), "key")
    return joined.select(*rows.columns, person=ibis.coalesce(joined.known_as, keyed.key))
