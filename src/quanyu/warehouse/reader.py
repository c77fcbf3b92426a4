"""The door for files: an embedded DuckDB turns local files into tables of text and expressions into Parquet."""

from __future__ import annotations

import inspect
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu.errors import QuanyuError, StorageError, UnreadableFileError
from quanyu.warehouse import literal
from quanyu.warehouse.literal import text as _sql

LINE_LIMIT = 8_000_000
"""Bytes of the longest record that is read; a longer one is refused."""
ROW = "file_row_number"
NUMBERED = f", {ROW} = true"
_DOCUMENTS = (
    "SELECT n, c0, CASE WHEN is_object THEN c0 END AS document FROM (SELECT file_row_number AS n, c0, "
    "CASE WHEN json_valid(c0) THEN json_type(c0) = 'OBJECT' ELSE false END AS is_object "
    "FROM {lines} WHERE trim(c0) <> '')"
)
"""A line that is no JSON object has no document, so that nothing is ever asked of it."""
_ARROW = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_()}
FULL = ("no space left", "disk quota", "file too large", "could not write", "failed to write")


@dataclass(frozen=True)
class Text:
    """How a UTF-8 text file is cut: `skip` lines before the first record, then `width` cells per record."""

    path: Path
    width: int
    delimiter: str = ","
    quote: str = '"'
    skip: int = 0


@dataclass(frozen=True)
class BadLine:
    """A record that could not be cut into cells: its number in the file (from 1), why, and its text."""

    line: int
    reason: str
    content: str


class Reader:
    """An embedded engine for files at the edge; the same for every workspace engine. Use it as a context."""

    def __init__(self, temporary: Path, memory_limit: str = "1GB", threads: int = 0) -> None:
        temporary.mkdir(parents=True, exist_ok=True)
        config: dict[str, Any] = {"memory_limit": memory_limit}
        if threads:
            config["threads"] = threads
        self._connection = ibis.duckdb.connect(temp_directory=str(temporary), **config)
        self._connection.raw_sql("SET enable_progress_bar = false; SET TimeZone = 'UTC'")
        self._defined: set[str] = set()

    def __enter__(self) -> Reader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self._connection.disconnect()

    def define(self, name: str, function: Callable[..., object], result: str) -> None:
        """Let expressions call a Python function of texts by a name; it is asked about each text of a block once.

        `result` is the SQL type of what it returns. It is not asked about null, for which null is returned.
        """
        if name in self._defined:
            return
        shape = inspect.signature(function)

        def asked(*columns: pa.ChunkedArray) -> pa.Array:
            rows = list(zip(*(column.to_pylist() for column in columns), strict=True))
            known = {row: None if row[0] is None else function(*row) for row in set(rows)}
            return pa.array([known[row] for row in rows], _ARROW[result])

        asked.__signature__ = shape  # type: ignore[attr-defined]  # the engine counts the parameters
        kinds = ["VARCHAR"] * len(shape.parameters)
        self._connection.con.create_function(
            name, asked, kinds, result, type="arrow", null_handling="special"
        )
        self._defined.add(name)

    def text(self, text: Text) -> ir.Table:
        """Return a delimited UTF-8 file as an expression with the text columns c0, c1, ...

        It is read each time the expression runs; afterwards `bad_lines` says what could not be cut into cells.
        """
        columns = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(text.width))
        options = (
            f"columns = {{{columns}}}, auto_detect = false, header = false, skip = {text.skip}, delim = {_sql(text.delimiter)}, "
            f"quote = {_sql(text.quote)}, escape = {_sql(text.quote)}, max_line_size = {LINE_LIMIT}, store_rejects = true, "
            f"rejects_limit = 1000000"
        )
        return self._view(f"SELECT * FROM read_csv({literal.file(text.path)}, {options})")

    def split_json(self, path: Path, into: Path) -> tuple[list[str], list[BadLine]]:
        """Split JSON lines into Parquet with one text column per key; return the keys and the broken lines."""
        lines = into.with_suffix(".lines.parquet")
        self.write(self.text(Text(path, 1, delimiter="\x01", quote="")), lines)
        lost = self.bad_lines()
        self._connection.raw_sql(
            f"CREATE OR REPLACE TEMP VIEW json_lines AS {_DOCUMENTS.format(lines=literal.parquet([lines], NUMBERED))}"
        )
        found = self._rows(
            "SELECT key FROM (SELECT unnest(json_keys(document)) AS key, n FROM json_lines WHERE document IS NOT NULL) "
            "GROUP BY key ORDER BY min(n), key"
        )
        broken = self._rows("SELECT n + 1, c0 FROM json_lines WHERE document IS NULL ORDER BY n")
        keys = [str(row[0]) for row in found]
        cells = [
            f"json_extract_string(document, {_sql(_pointer(key))}) AS c{i}" for i, key in enumerate(keys)
        ]
        self._copy(
            f"SELECT {', '.join(cells) or 'c0'} FROM json_lines WHERE document IS NOT NULL ORDER BY n", into
        )
        lines.unlink()
        return keys, lost + [
            BadLine(int(n), "the line is not a JSON object", str(text)) for n, text in broken
        ]

    def flatten(self, path: Path) -> tuple[list[str], ir.Table]:
        """Return the column names of a Parquet file and its rows with the text columns c0, c1, ..."""
        try:
            schema = self._view(f"SELECT * FROM {literal.parquet([path])}").schema()
        except (duckdb.Error, OSError) as error:
            raise UnreadableFileError(
                "{file} is not a readable Parquet file: {error}",
                "Export it again.",
                file=path.name,
                error=_first(error),
            ) from None
        cells = [f"{_as_text(name, kind)} AS c{i}" for i, (name, kind) in enumerate(schema.items())]
        return list(schema.names), self._view(f"SELECT {', '.join(cells)} FROM {literal.parquet([path])}")

    def scan(self, *paths: Path, numbered: bool = False) -> ir.Table:
        """Return Parquet files as an expression; `numbered` adds the row's number from 0 as `file_row_number`."""
        return self._view(f"SELECT * FROM {literal.parquet(paths, NUMBERED if numbered else '')}")

    def _view(self, sql: str) -> ir.Table:
        name = f"scan_{uuid.uuid4().hex}"
        self._connection.raw_sql(f"CREATE TEMP VIEW {name} AS {sql}")
        return self._connection.table(name, database=("temp", "main"))

    def write(self, expression: ir.Table, into: Path) -> Path:
        """Write an expression to one Parquet file, in the order of its rows, with flat memory."""
        self._copy(self._sql_of(expression), into)
        return into

    def read(self, expression: ir.Table) -> pa.Table:
        """Run an expression and return its rows."""
        try:
            return self._connection.con.sql(self._sql_of(expression)).to_arrow_table()
        except duckdb.Error as error:
            raise _refusal(error) from error

    def _sql_of(self, expression: ir.Table) -> str:
        """Compile step by step: fused into one SELECT, what is used twice would be written and computed twice."""
        before = ibis.options.sql.fuse_selects
        ibis.options.sql.fuse_selects = False
        try:
            return str(self._connection.compile(expression))
        finally:
            ibis.options.sql.fuse_selects = before

    def bad_lines(self) -> list[BadLine]:
        """Return the records that the last text read could not cut into cells, and forget them."""
        rows = self._rows(
            "SELECT line, CASE WHEN min(error_type) = 'MISSING COLUMNS' THEN arg_min(error_message, column_idx) "
            "ELSE arg_max(error_message, column_idx) END, any_value(csv_line) FROM reject_errors GROUP BY line ORDER BY line"
        )
        self._connection.raw_sql("DROP TABLE reject_errors; DROP TABLE reject_scans")
        return [
            BadLine(int(line), _told(str(why)), str(text or "").rstrip("\r\n")) for line, why, text in rows
        ]

    def _copy(self, sql: str, into: Path) -> None:
        into.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection.raw_sql(f"COPY ({sql}) TO {_sql(into)} (FORMAT parquet, COMPRESSION lz4_raw)")
        except (duckdb.Error, OSError) as error:
            into.unlink(missing_ok=True)
            raise _refusal(error) from error

    def _rows(self, sql: str) -> Sequence[tuple[Any, ...]]:
        rows: Sequence[tuple[Any, ...]] = self._connection.raw_sql(sql).fetchall()
        return rows


def _as_text(name: str, kind: ibis.DataType) -> str:
    quoted = '"' + name.replace('"', '""') + '"'
    if kind.is_nested():
        return f"CAST(to_json({quoted}) AS VARCHAR)"
    if kind.is_binary():
        return f"decode({quoted})"
    if kind.is_floating():
        return f"CASE WHEN isfinite({quoted}) THEN regexp_replace(CAST({quoted} AS VARCHAR), '\\.0$', '') END"
    return f"CAST({quoted} AS VARCHAR)"


def _pointer(key: str) -> str:
    escaped = key.replace("~", "~0").replace("/", "~1")
    return f"/{escaped}"


def _told(message: str) -> str:
    """Say in our words why a record could not be cut."""
    first = message.splitlines()[0]
    if first.startswith("Expected Number of Columns"):
        wanted, found = (part.strip().split(" ")[0] for part in first.split(":")[1:3])
        return f"the line has {found} cells, {wanted} are expected"
    if "quote" in first.lower():
        return "a quotation mark is not closed"
    if "unicode" in first.lower() or "utf" in first.lower():
        return "the text is not valid in the file's encoding"
    return "the line is too long" if "maximum line size" in first.lower() else first.rstrip(".")


def _refusal(error: Exception) -> QuanyuError:
    if any(mark in str(error).lower() for mark in FULL):
        return StorageError(
            "The disk is full or refuses to write; nothing was committed.",
            "Free space and run the command again.",
        )
    return UnreadableFileError(
        "The file cannot be read: {error}", "Export it again and load it again.", error=_first(error)
    )


def _first(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
