"""A sheet: what a chart or a list shows, as columns and rows that can be read, sorted and exported."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

Cell = str | int | float | Decimal | dt.date | dt.datetime | bool | None
Kind = Literal["text", "count", "number", "currency", "ratio", "chance", "day", "time", "flag"]


@dataclass(frozen=True)
class Head:
    """The head of a column: its label and how its values are written."""

    label: str
    kind: Kind = "text"

    @property
    def is_numeric(self) -> bool:
        """Say whether values stand right."""
        return self.kind in {"count", "number", "currency", "ratio", "chance"}


@dataclass(frozen=True)
class Sheet:
    """A titled table in the language of the reader.

    >>> Sheet("Orders", (Head("Day", "day"), Head("Orders", "count")), ((dt.date(2026, 11, 1), 3),)).width
    2
    """

    title: str
    columns: tuple[Head, ...]
    rows: tuple[tuple[Cell, ...], ...]

    @property
    def width(self) -> int:
        """How many columns it has."""
        return len(self.columns)
