"""Between which values a column of a file lies, as its footer says, without reading a row."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from quanyu.warehouse.fault import explained


@dataclass(frozen=True)
class Extent:
    """The least and the greatest value of a column in a file; both None where no row has one."""

    least: Any = None
    greatest: Any = None


def extent(file: str, column: str) -> Extent | None:
    """Return the extent of a column in a file, None where the footer does not tell it; times are UTC."""
    with explained():
        footer = pq.read_metadata(Path(file))
    if not footer.num_rows:
        return Extent()
    place = footer.schema.names.index(column)
    groups = [footer.row_group(i) for i in range(footer.num_row_groups)]
    known = [(group.num_rows, group.column(place).statistics) for group in groups]
    if not all(told is not None and (told.has_min_max or told.null_count == n) for n, told in known):
        return None
    some = [told for _, told in known if told.has_min_max]
    if not some:
        return Extent()
    return Extent(_utc(min(told.min for told in some)), _utc(max(told.max for told in some)))


def _utc(value: Any) -> Any:
    is_naive = isinstance(value, dt.datetime) and value.tzinfo is None
    return value.replace(tzinfo=dt.UTC) if is_naive else value
