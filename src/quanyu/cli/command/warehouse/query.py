"""`quanyu sql`: read-only queries over every table."""

from __future__ import annotations

from collections import Counter
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import typer

from quanyu.cli.screen import JsonOption, WorkspaceOption, as_json, table, workspace
from quanyu.cli.speech import out, say

PREVIEW = 1000
"""Rows that are printed for people; --json prints all."""
ENDS = {"D": 2**31 - 1, "time": 2**63 - 1}
"""Days and units of time that mean infinity, or minus infinity below zero."""


def sql(
    query: Annotated[str, typer.Argument(metavar="QUERY", help=say("One SELECT over the tables."))],
    root: WorkspaceOption = None,
    json: JsonOption = False,
) -> None:
    """Run a read-only query over every table."""
    with workspace(root) as ws:
        answer = ws.warehouse.query(query)
    if json:
        as_json([dict(zip(names(answer), row, strict=True)) for row in rows(answer)])
        return
    table("", names(answer), rows(answer.slice(0, PREVIEW)))
    if answer.num_rows > PREVIEW:
        out.print(say("{n} more rows; --json prints all.", n=f"{answer.num_rows - PREVIEW:,}"), style="dim")


def names(answer: pa.Table) -> list[str]:
    """Return the names of the columns; the second of a name gets a number.

    >>> names(pa.table([[1], [2]], names=["n", "n"]))
    ['n', 'n_2']
    """
    seen: Counter[str] = Counter()
    given = set(answer.column_names)
    named = []
    for name in answer.column_names:
        seen[name] += 1
        while seen[name] > 1 and f"{name}_{seen[name]}" in given:
            seen[name] += 1
        named.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return named


def rows(answer: pa.Table) -> list[tuple[Any, ...]]:
    """Return the rows of an answer; a time that Python cannot hold is given as text.

    >>> rows(pa.table({"at": pa.array([2**60, 2**63 - 1], pa.timestamp("us"))}))
    [('38504-08-17 21:30:06.846976',), ('infinity',)]
    """
    return list(zip(*(_values(column) for column in answer.columns), strict=True))


def _values(column: pa.ChunkedArray) -> list[Any]:
    try:
        return list(column.to_pylist())
    except (OverflowError, ValueError):
        return [_value(cell) for cell in column]


def _value(cell: pa.Scalar) -> Any:
    try:
        return cell.as_py()
    except (OverflowError, ValueError):
        if isinstance(cell, pa.ListScalar):
            return [_value(part) for part in cell.values]
        if isinstance(cell, pa.StructScalar):
            return {name: _value(part) for name, part in cell.items()}
        return _time(cell)


def _time(cell: pa.Scalar) -> str:
    """Return a time or day in any year; the engine stands the ends of its range for infinity."""
    unit: Any = "D" if pa.types.is_date(cell.type) else cell.type.unit
    if abs(cell.value) >= ENDS["D" if unit == "D" else "time"]:
        return "infinity" if cell.value > 0 else "-infinity"
    zone = "+00:00" if getattr(cell.type, "tz", None) else ""
    return str(np.datetime64(cell.value, unit)).replace("T", " ") + zone
