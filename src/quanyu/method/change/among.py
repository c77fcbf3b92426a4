"""A part of a warehouse: some tables hold only some rows, so that what works on everybody works on a few."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import ibis.expr.types as ir

from quanyu.warehouse import Warehouse
from quanyu.workspace import Workspace


class Among(Warehouse):
    """A warehouse to read, in which some tables are the given rows; all others are as they are."""

    def __init__(self, whole: Warehouse, rows: Mapping[str, ir.Table]) -> None:
        self.__dict__.update(whole.__dict__)
        self.rows = rows

    def table(self, name: str, version: int | None = None) -> ir.Table:
        """Return a table: the given rows of it where there are some."""
        return self.rows[name] if version is None and name in self.rows else super().table(name, version)


def among(ws: Workspace, rows: Mapping[str, ir.Table]) -> Workspace:
    """Return the workspace with a warehouse in which some tables are the given rows."""
    part = replace(ws)
    part.__dict__.update(warehouse=Among(ws.warehouse, rows), ledger=ws.ledger)
    return part
