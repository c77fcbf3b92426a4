"""A batch: rows that are read together, where the next ones begin, and the file in which they are loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from quanyu.collect.pull.cell import UNSEEN, as_text, kind_of

NUMBER = b"quanyu.batch"
"""Under which name a file says which batch it is, so that no two batches are the same file."""


@dataclass(frozen=True)
class Batch:
    """Rows with their columns; `position` is where reading goes on behind them, `is_last` says that there are no more now."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]
    position: Mapping[str, Any] | None
    is_last: bool

    def kinds(self) -> dict[str, str]:
        """Return the kinds of values by column; of several kinds all, "" where there are none."""
        cells = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        seen = [sorted({kind_of(value) for value in column} - {UNSEEN}) for column in cells]
        return {name: " / ".join(kinds) for name, kinds in zip(self.columns, seen, strict=True)}

    def table(self) -> pa.Table:
        """Return the rows as text."""
        cells = list(zip(*self.rows, strict=True)) or [()] * len(self.columns)
        arrays = [pa.array([as_text(value) for value in column], pa.string()) for column in cells]
        return pa.table(arrays, names=list(self.columns))


def digest_of(rows: pa.Table) -> str:
    """Return a digest of rows: the same for the same cells under the same names."""
    said = hashlib.sha256("\0".join(rows.column_names).encode())
    for column in rows.columns:
        for part in column.chunks:
            said.update(str(part.null_count).encode())
            said.update(repr(part.to_pylist()).encode("utf-8", "surrogatepass"))
    return said.hexdigest()


def write(rows: pa.Table, path: Path, number: int) -> Path:
    """Write rows into a file that says which batch of its source they are."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows.replace_schema_metadata({NUMBER: str(number).encode()}), path, compression="lz4")
    return path
