"""The shared language: one declared contract per warehouse table."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from quanyu.errors import UnknownTableError
from quanyu.nearest import did_you_mean
from quanyu.tables.contract import Column, Hides, Privacy, Stage, Table
from quanyu.tables.owned.acted import ACTED
from quanyu.tables.owned.collected import COLLECTED, SALES, STATUSES
from quanyu.tables.owned.decided import DECIDED
from quanyu.tables.owned.measured import MEASURED
from quanyu.tables.owned.offer import RECOMMENDED
from quanyu.tables.owned.understood import UNDERSTOOD

CONTRACTS: Mapping[str, Table] = MappingProxyType(
    {table.name: table for table in (*COLLECTED, *UNDERSTOOD, *DECIDED, *RECOMMENDED, *ACTED, *MEASURED)}
)


def contract(name: str) -> Table:
    """Return the contract of a table, or raise `UnknownTableError` naming the nearest ones.

    >>> contract("orders").key
    ('source', 'order_id')
    """
    try:
        return CONTRACTS[name]
    except KeyError:
        near = did_you_mean(name, CONTRACTS)
        raise UnknownTableError(
            "There is no table {name!r}.",
            "{near} All of them: quanyu tables" if near else "Tables: {tables}.",
            name=name,
            near=near,
            tables=", ".join(CONTRACTS),
        ) from None


__all__ = ["CONTRACTS", "SALES", "STATUSES", "Column", "Hides", "Privacy", "Stage", "Table", "contract"]
