"""Broken rows, put into files on purpose and counted, so that what a load refuses can be checked."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

NEVER = "2099-01-01 00:00:00"
NO_DATE = "2026-13-45 25:61:00"
FAR = dt.datetime(2099, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Dirt:
    """`n` copies of a good row, each with a new value in column `key` and one `bad` value in column `column`.

    `table` is the warehouse table that must refuse the row and `reason` why.
    """

    reason: str
    table: str
    column: str
    bad: Any
    key: str = ""
    n: int = 1
    file: str = ""

    def into(self, file: str) -> Dirt:
        """Return the same dirt with the file that it went into."""
        return replace(self, file=file)


def soil(table: pa.Table, dirt: tuple[Dirt, ...]) -> pa.Table:
    """Return the table with the broken rows put in about one third of the way down.

    The copied rows hold a value in the column that is spoilt; no order of several rows is torn apart.
    """
    rows = []
    for number, fault in enumerate(dirt):
        full = table.filter(pc.is_valid(table[fault.column]))
        for copy in range(fault.n):
            row = full.slice((number + copy) % full.num_rows, 1).to_pylist()[0]
            if fault.key:
                row[fault.key] = _fresh(row[fault.key], number * 100 + copy)
            row[fault.column] = fault.bad
            rows.append(row)
    at, keys = table.num_rows // 3, table.column(0)
    while at and keys[at] == keys[at - 1]:
        at -= 1
    broken = pa.Table.from_pylist(rows, schema=table.schema)
    return pa.concat_tables([table.slice(0, at), broken, table.slice(at)])


def _fresh(value: Any, number: int) -> Any:
    """Return an id that no good row has: the digits of the old one replaced, its guards kept."""
    words = str(value)
    digits = f"99{number:06d}"
    first = next((place for place, sign in enumerate(words) if sign.isdigit()), len(words))
    last = len(words) - next((place for place, sign in enumerate(reversed(words)) if sign.isdigit()), 0)
    return words[:first] + digits + words[last:] if first < last else words + digits


def log(dirt: list[Dirt]) -> pa.Table:
    """Return the broken rows as a table: file, table, reason, column, value, n_rows."""
    columns = {
        "file": [fault.file for fault in dirt],
        "table": [fault.table for fault in dirt],
        "reason": [fault.reason for fault in dirt],
        "column": [fault.column for fault in dirt],
        "value": [None if fault.bad is None else str(fault.bad) for fault in dirt],
        "n_rows": [fault.n for fault in dirt],
    }
    return pa.table(columns)
