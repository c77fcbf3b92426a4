"""Records of Python as rows of a table: the one place where an amount is rounded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa

from quanyu.tables.contract import Table


def table_of(table: Table, records: Iterable[Mapping[str, Any]]) -> pa.Table:
    """Return records by column as rows of a table, in its order and types; money has two decimals, half to even.

    >>> from quanyu.tables import contract
    >>> table_of(contract("spend"), [{"platform": "baidu", "cost_amount": 0.125}])["cost_amount"].to_pylist()
    [Decimal('0.12')]
    """
    money = {column.name for column in table.columns if column.kind == "money"}
    exact = [
        {
            name: Decimal(f"{value:.2f}") if name in money and value is not None else value
            for name, value in record.items()
        }
        for record in records
    ]
    return pa.Table.from_pylist(exact, table.schema.to_pyarrow())
