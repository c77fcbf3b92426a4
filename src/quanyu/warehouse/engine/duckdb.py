"""The embedded engine: DuckDB in this process, spilling to the workspace's temporary folder."""

from __future__ import annotations

import datetime as dt
import threading
import uuid
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
from ibis.backends.sql.datatypes import DuckDBType

from quanyu.errors import QueryError
from quanyu.warehouse.engine import literal
from quanyu.warehouse.engine.compiled import compiled, shape_of
from quanyu.warehouse.engine.described import described
from quanyu.warehouse.engine.engine import Hidden
from quanyu.warehouse.engine.query import too_long, unknown_table
from quanyu.warehouse.fault import explained, meaning

SETUP = (
    "SET TimeZone = 'UTC'",
    "SET enable_progress_bar = false",
    "SET preserve_insertion_order = false",
    # Spark's word for a 64-bit hash, so that `portable.group_key` is one expression on both engines.
    "CREATE OR REPLACE MACRO xxhash64(word) AS CASE WHEN word IS NULL THEN NULL ELSE (hash(word) >> 1)::BIGINT END",
    # And its word for a value of a JSON object; the path is $['key'].
    "CREATE OR REPLACE MACRO get_json_object(document, path) AS CASE WHEN json_valid(document) "
    "THEN json_extract_string(document, '/' || substr(path, 4, length(path) - 5)) END",
)

PARQUET = "FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 4096"
"""Files are as small as at the usual level 3 and with larger dictionaries, and a quarter cheaper to write."""

MOST_ROWS = 10_000
"""Rows that are read at once of a result of which only the first are wanted."""

LOCAL_TIME = "CREATE OR REPLACE MACRO from_utc_timestamp(moment, zone) AS {body}"
"""Spark's word for local time, so that `portable.local_time` is one expression on both engines."""

STEADY = (dt.datetime(2010, 1, 1, tzinfo=dt.UTC), dt.datetime(2060, 1, 1, tzinfo=dt.UTC))
"""A zone that keeps its clock all this time needs no calendar, only an addition: fifteen times faster."""


class DuckDB:
    """DuckDB held in memory; tables are views over Parquet files."""

    name = "duckdb"
    described = staticmethod(described)

    def __init__(
        self, temporary: Path, memory_limit: str = "4GB", threads: int = 0, zone: str = "UTC"
    ) -> None:
        self._lock = threading.RLock()
        self._temporary = temporary
        self._config: dict[str, object] = {"memory_limit": memory_limit}
        if threads:
            self._config["threads"] = threads
        self._zone = zone
        self._connection: Any = None
        self._known: dict[str, ir.Table] = {}

    @property
    def connection(self) -> Any:
        """The connection of expressions, opened when the first of them comes: what only asks in SQL needs none."""
        with self._lock:
            if self._connection is None:
                self._temporary.mkdir(parents=True, exist_ok=True)
                opened = ibis.duckdb.connect(temp_directory=str(self._temporary), **self._config)
                for statement in (*SETUP, LOCAL_TIME.format(body=_local_time(self._zone))):
                    opened.raw_sql(statement)
                self._connection = opened
            return self._connection

    def scan(self, name: str, files: Sequence[str]) -> ir.Table:
        """Return the files as one view; see `Engine.scan`."""
        with self._lock, explained():
            if name not in self._known:
                self.connection.raw_sql(f'CREATE OR REPLACE VIEW "{name}" AS {_select(files)}')
                self._known[name] = described(self.connection, name)
            return self._known[name]

    def write(self, expression: ir.Table, folder: Path) -> list[Path]:
        """Write one Parquet file; see `Engine.write`."""
        file = folder / f"part-{uuid.uuid4().hex}.parquet"
        with explained():
            folder.mkdir(parents=True, exist_ok=True)
        with self._lock, explained():
            sql = self._exactly(expression)
            try:
                self.connection.raw_sql(f"COPY ({sql}) TO {literal.text(file)} ({PARQUET})")
            except (duckdb.Error, OSError):
                file.unlink(missing_ok=True)
                raise
        return [file]

    def keep(self, expression: ir.Table, folder: Path) -> ir.Table:
        """Hold the rows in memory, from where they spill to disk; see `Engine.keep`."""
        name = f"kept_{uuid.uuid4().hex}"
        with self._lock, explained():
            self.connection.raw_sql(f'CREATE TABLE "{name}" AS {self._exactly(expression)}')
            return described(self.connection, name)

    def forget(self, tables: Sequence[ir.Table]) -> None:
        """Drop the tables; see `Engine.forget`."""
        with self._lock:
            for table in tables:
                self.connection.raw_sql(f'DROP TABLE IF EXISTS "{table.get_name()}"')

    def _exactly(self, expression: ir.Table) -> str:
        """Return the SQL with every column cast: Parquet would hold a sum of bigint (a hugeint) as a double."""
        columns = ", ".join(
            f'CAST("{name}" AS {_written(kind)}) AS "{name}"' for name, kind in expression.schema().items()
        )
        # Names and places are quoted where they are made.
        return f"SELECT {columns} FROM ({self._sql(expression)[0]})"  # nosec B608

    def stream(self, expression: ir.Table, chunk: int) -> pa.RecordBatchReader:
        """Return the result in batches from a cursor of its own; see `Engine.stream`."""
        with self._lock, explained():
            sql, carries_rows = self._sql(expression)
            cursor = self.connection.con if carries_rows else self.connection.con.cursor()
            reader = cursor.sql(sql).to_arrow_reader(chunk)
            wanted = expression.schema().to_pyarrow()
            if cursor is self.connection.con:
                return reader.read_all().cast(wanted).to_reader(chunk)
            return pa.RecordBatchReader.from_batches(wanted, _batches(reader, wanted))

    def query(
        self, sql: str, tables: dict[str, Sequence[str]], seconds: float, hidden: Hidden, n: int | None
    ) -> pa.Table:
        """Run SQL in a sealed connection that can read only the tables' files; see `Engine.query`."""
        folders = sorted({str(Path(file).parent) for files in tables.values() for file in files})
        folders += [literal.escaped(folder) for folder in folders]
        with duckdb.connect(config={**self._config, "temp_directory": str(self._temporary)}) as sealed:
            sealed.execute(SETUP[0])
            sealed.execute("SET allowed_directories = $1", [folders])
            for name, files in tables.items():
                with explained(name):
                    sealed.execute(f'CREATE VIEW "{name}" AS {_select(files)}')
                    if hidden.get(name):
                        sealed.execute(_hiding(sealed, name, files, hidden[name]))
            sealed.execute("SET enable_external_access = false")
            sealed.execute("SET lock_configuration = true")
            watch = threading.Timer(seconds, sealed.interrupt)
            watch.start()
            try:
                found = sealed.sql(sql)
                return found.to_arrow_table() if n is None else _first(found.to_arrow_reader(MOST_ROWS), n)
            except duckdb.InterruptException:
                raise too_long(seconds) from None
            except duckdb.Error as error:
                raise (
                    meaning(error)
                    or unknown_table(str(error))
                    or QueryError(
                        "The query failed: {error}",
                        "Tables and columns: quanyu describe TABLE.",
                        error=str(error),
                    )
                ) from None
            finally:
                watch.cancel()

    def close(self) -> None:
        """Close the connection."""
        with self._lock:
            if self._connection is not None:
                self._connection.disconnect()

    def _sql(self, expression: ir.Table) -> tuple[str, bool]:
        """Return the SQL of an expression and whether it carries tables of this process, which are registered then.

        Ibis would walk through it four times, for functions in Python and places on a map too, of which there are none.
        """
        shape = shape_of(expression)
        carries_rows = shape.carries_rows if shape else bool(expression.op().find(ops.InMemoryTable))
        if carries_rows:
            self.connection._register_in_memory_tables(expression)
        return compiled(self.connection, expression, shape), carries_rows


@lru_cache(1_000)
def _written(kind: dtypes.DataType) -> str:
    """Return the name of a type in SQL."""
    return str(DuckDBType.to_string(kind))


@lru_cache
def _local_time(zone: str) -> str:
    """Return the body of the macro: by calendar, but by an addition in a workspace's zone that is steady."""
    days = (STEADY[1] - STEADY[0]).days
    offsets = {
        (STEADY[0] + dt.timedelta(days=day)).astimezone(ZoneInfo(zone)).utcoffset() for day in range(days)
    }
    calendar, offset = "timezone(zone, moment)", offsets.pop()
    if offsets or offset is None:
        return calendar
    within = f"moment >= '{STEADY[0]}'::TIMESTAMPTZ AND moment < '{STEADY[1]}'::TIMESTAMPTZ"
    added = f"make_timestamp(epoch_us(moment) + {offset // dt.timedelta(microseconds=1)})"
    return f"CASE WHEN zone = '{zone}' AND {within} THEN {added} ELSE {calendar} END"


def _select(files: Sequence[str]) -> str:
    # Names and places are quoted where they are made.
    return f"SELECT * FROM {literal.parquet(files, ', union_by_name = true')}"  # nosec B608


def _hiding(sealed: duckdb.DuckDBPyConnection, name: str, files: Sequence[str], hidden: Sequence[str]) -> str:
    """Return the view of a table in which hidden columns hold nothing."""
    there = {column: kind for column, kind, *_ in sealed.execute(f'DESCRIBE "{name}"').fetchall()}
    nothing = ", ".join(f'NULL::{there[one]} AS "{one}"' for one in hidden if one in there)
    # Names are those of contracts.
    shown = f"* REPLACE ({nothing})" if nothing else "*"
    return f'CREATE OR REPLACE VIEW "{name}" AS SELECT {shown} FROM ({_select(files)})'  # nosec B608


def _first(reader: pa.RecordBatchReader, n: int) -> pa.Table:
    """Return the first rows of a result; what follows is not read."""
    batches, n_read = list[pa.RecordBatch](), 0
    while n_read < n and (batch := next(reader, None)) is not None:
        batches.append(batch)
        n_read += batch.num_rows
    return pa.Table.from_batches(batches, reader.schema).slice(0, n)


def _batches(reader: pa.RecordBatchReader, wanted: pa.Schema) -> Iterator[pa.RecordBatch]:
    """Yield the batches of a result; what goes wrong on the way is told as it is at the start."""
    with explained():
        for batch in reader:
            yield batch.cast(wanted)
