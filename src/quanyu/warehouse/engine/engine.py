"""What an engine must be able to do; DuckDB and Spark are the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import ibis.expr.types as ir
import pyarrow as pa

Hidden = Mapping[str, tuple[str, ...]]
"""Columns of tables that hold nothing for whoever asks."""


class Engine(Protocol):
    """A query engine that reads Parquet files natively and runs Ibis expressions."""

    name: str

    def scan(self, name: str, files: Sequence[str]) -> ir.Table:
        """Return the files as one table registered under `name`; the same name twice is the same table."""

    def write(self, expression: ir.Table, folder: Path) -> list[Path]:
        """Write the rows of an expression as Parquet files into `folder` and return them."""

    def keep(self, expression: ir.Table, folder: Path) -> ir.Table:
        """Run an expression once and return its rows as a table to read many times; `folder` is for its files."""

    def forget(self, tables: Sequence[ir.Table]) -> None:
        """Let go of tables that `keep` returned; the folders are the caller's to remove."""

    def stream(self, expression: ir.Table, chunk: int) -> pa.RecordBatchReader:
        """Return the rows of an expression in record batches of about `chunk` rows."""

    def query(
        self, sql: str, tables: dict[str, Sequence[str]], seconds: float, hidden: Hidden, n: int | None
    ) -> pa.Table:
        """Run one SELECT over named tables, each given as Parquet files, unable to reach anything else; its first `n` rows.

        Raises `QueryError` when it takes longer than `seconds`.
        """

    def close(self) -> None:
        """Release the engine."""
