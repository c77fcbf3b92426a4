"""A read-only query over every table, whose personal columns hold nothing: who is to see a phone reveals one person."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
from pydantic import Field

from quanyu.part.action import Action, Caller
from quanyu.part.given import short
from quanyu.tables import Column
from quanyu.workspace import Workspace

ENDS = {"D": 2**31 - 1, "time": 2**63 - 1}
"""Days and units of time that mean infinity, or minus infinity below zero."""


@dataclass(frozen=True)
class Question:
    """One SELECT over the tables, and how many of its rows are wanted."""

    sql: str
    limit: Annotated[int, Field(ge=1, le=10_000)] = 100


@dataclass(frozen=True)
class Answer:
    """The columns of an answer with their types, its rows, and whether there are more."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    is_cut: bool


def query(ws: Workspace, given: Question, caller: Caller) -> Answer:
    """Return the first rows of an answer; personal columns hold nothing, nor do words of customers where they may not be heard."""

    def hides(column: Column) -> bool:
        return column.privacy == "personal" or (column.is_said and not caller.hears_customers)

    found = ws.warehouse.query(given.sql, given.limit + 1, hides)
    words = str if caller.hears_customers else short
    told = tuple(tuple(_plain(value, words) for value in row) for row in rows(found.slice(0, given.limit)))
    types = tuple(str(field.type) for field in found.schema)
    return Answer(tuple(map(words, found.column_names)), types, told, found.num_rows > given.limit)


def rows(answer: pa.Table) -> list[tuple[Any, ...]]:
    """Return the rows of an answer; a time that Python cannot hold is given as text.

    >>> rows(pa.table({"at": pa.array([2**60, 2**63 - 1], pa.timestamp("us"))}))
    [('38504-08-17 21:30:06.846976',), ('infinity',)]
    """
    return list(zip(*(_values(column) for column in answer.columns), strict=True))


def _plain(value: Any, words: Callable[[str], str]) -> Any:
    """Return a value as JSON has it: money as text, what is no number as nothing."""
    if isinstance(value, Mapping):
        return {words(str(name)): _plain(part, words) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part, words) for part in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, bytes):
        return words(value.hex())
    return value if value is None or isinstance(value, bool | int) else words(str(value))


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


QUERY = Action(
    "query",
    "Run a read-only query over every table; personal columns hold nothing.",
    Question,
    Answer,
    query,
    role="analyst",
    writes=False,
)
