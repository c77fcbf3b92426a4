"""Intermediate results worked out once and read again: less memory at a time, and nothing done twice."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from types import TracebackType
from typing import Self, TypeAlias

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from quanyu.workspace import Workspace

Keep: TypeAlias = Callable[[ir.Table], ir.Table]
"""Runs an expression and returns its rows as a table of the same engine."""


class Scratch:
    """Tables beside the warehouse that are gone when the block ends."""

    def __init__(self, ws: Workspace) -> None:
        self.warehouse = ws.warehouse
        self.zone = ws.settings.timezone
        self._folder = ws.path("tmp", f"scratch-{uuid.uuid4().hex}")
        self._kept: list[ir.Table] = []

    def keep(self, rows: ir.Table) -> ir.Table:
        """Work rows out once and return them as a table of the same engine."""
        self._kept.append(self.warehouse.engine.keep(rows, self._folder / uuid.uuid4().hex))
        # Cast, because engines say more of a type than an expression does: times to the microsecond.
        kept, wanted = self._kept[-1], rows.schema()
        return kept if kept.schema() == wanted else kept.cast(wanted)

    def known(self, rows: pa.Table) -> ir.Table:
        """Return a small table of this process as a table of the engine."""
        file = self._folder / f"{uuid.uuid4().hex}.parquet"
        file.parent.mkdir(parents=True, exist_ok=True)
        pq.write_table(rows, file)
        return self.warehouse.scan([file])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.warehouse.engine.forget(self._kept)
        shutil.rmtree(self._folder, ignore_errors=True)
