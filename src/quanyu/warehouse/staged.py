"""Rows in any form that a caller may have them, as an expression of the engine while they are written."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from quanyu.warehouse.fault import explained

Rows: TypeAlias = "ir.Table | pa.Table | pa.RecordBatchReader | Sequence[Path]"


class Staged:
    """Rows of any accepted form as an expression; what had to be written down for it is removed afterwards."""

    def __init__(self, root: Path, scan: Callable[[Sequence[Path]], ir.Table], rows: Rows) -> None:
        self.root, self.scan, self.rows = root, scan, rows
        self.folder: Path | None = None

    def __enter__(self) -> ir.Table:
        if isinstance(self.rows, ir.Table):
            return self.rows
        if not isinstance(self.rows, (pa.Table, pa.RecordBatchReader)):
            return self.scan(self.rows)
        self.folder = self.root / ".staged" / uuid.uuid4().hex
        file = self.folder / "rows.parquet"
        with explained():
            self.folder.mkdir(parents=True)
            with pq.ParquetWriter(file, self.rows.schema) as writer:
                for batch in self.rows.to_batches() if isinstance(self.rows, pa.Table) else self.rows:
                    writer.write_batch(batch)
        return self.scan([file])

    def __exit__(self, *_: object) -> None:
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)


def typed(rows: ir.Table, column: str, kind: Any) -> ir.Value:
    """Return a column as the kind that was promised, null where the rows do not have it."""
    value = rows[column].cast(kind) if column in rows.columns else ibis.null(kind)
    return value.name(column)
