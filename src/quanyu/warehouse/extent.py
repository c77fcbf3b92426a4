"""Between which values the columns of files lie, as their footers say, without reading a row."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from quanyu.warehouse.fault import explained

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True)
class Extent:
    """The least and the greatest value of a column; both None where no row has one.

    >>> Extent(1, 2) | Extent() | Extent(0, 1)
    Extent(least=0, greatest=2)
    """

    least: Any = None
    greatest: Any = None

    def is_only(self, value: Any = None) -> bool:
        """Say whether every row has one value, or none."""
        return self.least is None or self.least == self.greatest == value

    def __or__(self, other: Extent) -> Extent:
        """Return the extent of both."""
        some = [extent for extent in (self, other) if extent.least is not None]
        if not some:
            return self
        return Extent(min(extent.least for extent in some), max(extent.greatest for extent in some))


def extents(files: Iterable[Path | str], columns: Sequence[str]) -> Mapping[str, Extent | None]:
    """Return the extent of each column over all files, None where a footer does not tell it; times are UTC.

    A column that a file does not have is null in it.
    """
    known: dict[str, Extent | None] = dict.fromkeys(columns, Extent())
    for file in files:
        with explained():
            footer = pq.read_metadata(file)
        places = {name: place for place, name in enumerate(footer.schema.names)}
        groups = [footer.row_group(i) for i in range(footer.num_row_groups)]
        for column in columns:
            for group in groups if column in places else ():
                before, here = known[column], _extent(group.column(places[column]))
                known[column] = None if before is None or here is None else before | here
    return known


def _extent(chunk: pq.ColumnChunkMetaData) -> Extent | None:
    told = chunk.statistics
    if not chunk.num_values:
        return Extent()
    if told is None:
        return None
    if not told.has_min_max:
        return Extent() if told.null_count == chunk.num_values else None
    if told.logical_type.type != "TIMESTAMP":
        return Extent(told.min, told.max)
    # From their numbers, because Arrow brings pandas in to tell times.
    is_ours = "microseconds" in str(told.logical_type)
    return (
        Extent(*(EPOCH + dt.timedelta(microseconds=n) for n in (told.min_raw, told.max_raw)))
        if is_ours
        else None
    )
