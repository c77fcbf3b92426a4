"""Take rows out of a table and out of every file that it had: only the files that hold them are written anew."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TYPE_CHECKING

import ibis.expr.types as ir

from quanyu.tables import contract
from quanyu.warehouse.delta.delta import read_version
from quanyu.warehouse.partition_months import Partition

if TYPE_CHECKING:
    from quanyu.warehouse.open import Warehouse

SOME_DAY = dt.date(1970, 1, 1)


def erase(
    warehouse: Warehouse,
    name: str,
    found: Callable[[ir.Table], ir.BooleanValue],
    cleaned: Callable[[ir.Table], ir.Table],
) -> int:
    """Write the files that hold rows for which `found` is true anew with what `cleaned` makes of them; return how many rows.

    Afterwards no earlier version, no file of one and no list of changes is left: the rows cannot be read again. Everybody's
    right, so no stage is asked whose table it is. What the table was made of is forgotten, and its step makes all of it anew.
    """
    touched: dict[Partition, ir.Table] = {}
    n_rows = 0
    for file in read_version(warehouse.folder(name)).files:
        partition = Partition(SOME_DAY, SOME_DAY, (file,))
        rows = warehouse.partition(name, partition)
        held = rows.filter(found(rows).fill_null(False))
        n = int(warehouse.read(held.count()).column(0)[0].as_py())
        if n:
            n_rows += n
            touched[partition] = cleaned(rows)
    if touched:
        warehouse.rewrite(name, touched, by=contract(name).owner, about={"operationName": "erase"})
    warehouse.vacuum(name)
    return n_rows
