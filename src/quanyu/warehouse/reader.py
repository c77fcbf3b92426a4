"""The door for files: an embedded DuckDB turns local files into tables of text and expressions into Parquet."""

from __future__ import annotations

import datetime as dt
import inspect
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from quanyu.errors import QuanyuError, StorageError, UnreadableFileError
from quanyu.warehouse.engine import DuckDB, compiled, literal

LINE_LIMIT = 2_000_000
"""Bytes of the longest record for which the engine makes room, unless longer ones are known to come."""
ROW = "file_row_number"
NUMBERED = f", {ROW} = true"
BY_NAME = ", union_by_name = true"
MOST_KEYS = 200
"""Keys of JSON lines that no layout reads and that are named all the same."""
FIRST = 2
"""So many columns there are in any case, because totals rows say so in them."""
_DOCUMENTS = (
    "SELECT n, CASE WHEN is_object THEN c0 END AS document FROM (SELECT n, c0, "
    "CASE WHEN json_valid(c0) THEN json_type(c0) = 'OBJECT' ELSE false END AS is_object FROM {lines})"
)
"""A line that is no JSON object has no document, so that nothing is ever asked of it."""
_KINDS = {int: "BIGINT", str: "VARCHAR", dt.date: "DATE", dt.datetime: "TIMESTAMPTZ"}
_ARROW = {"VARCHAR": pa.string(), "BIGINT": pa.int64(), "BOOLEAN": pa.bool_()}
FULL = ("no space left", "disk quota", "file too large", "could not write", "failed to write")


@dataclass(frozen=True)
class Text:
    """How a UTF-8 text file is cut: `skip` lines before the first record, then `width` cells per record of at most
    `longest` bytes, which end in `end`; cells in quotes may hold other ends.

    Every record is known to have them: what does not was taken out before.
    """

    path: Path
    width: int
    delimiter: str = ","
    quote: str = '"'
    skip: int = 0
    longest: int = 0
    end: str = "\n"


def variable(name: str, kind: str) -> ir.Value:
    """Return a variable of the engine, set with `Reader.give`, as an expression of a type.

    >>> variable("_secret", "string").type()
    String(length=None, nullable=True)
    """
    return _getter(kind)(ibis.literal(name))


@lru_cache
def _getter(kind: str) -> Callable[[ir.Value], ir.Value]:
    def getvariable(called):  # type: ignore[no-untyped-def]
        """Read a variable of the engine."""

    made: Callable[[ir.Value], ir.Value] = ibis.udf.scalar.builtin(
        name="getvariable", signature=(("string",), kind)
    )(getvariable)
    return made


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

    def text(self, text: Text, columns: Sequence[int]) -> ir.Table:
        """Return a delimited UTF-8 file as an expression with the given of its text columns c0, c1, ...

        It is read each time the expression runs.
        """
        cells = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(text.width))
        options = (
            f"columns = {{{cells}}}, auto_detect = false, header = false, skip = {text.skip}, delim = {literal.text(text.delimiter)}, "
            f"quote = {literal.text(text.quote)}, escape = {literal.text(text.quote)}, "
            f"new_line = {literal.text(text.end.encode('unicode_escape').decode())}, "
            f"max_line_size = {max(LINE_LIMIT, text.longest + 2)}, "
            f"compression = 'none'"
        )
        chosen = ", ".join(f"c{i}" for i in columns)
        # Names and places are quoted where they are made.
        return self._view(f"SELECT {chosen} FROM read_csv({literal.file(text.path)}, {options})")  # nosec B608

    def split_json(self, lines: Path, into: Path, is_read: Callable[[str], bool]) -> tuple[list[str], int]:
        """Split JSON lines (`n`, `c0`) into Parquet with `n` and one text column per key that is read.

        Return the keys, some of those that are not read among them, and how many lines are no JSON object. Memory is
        that of the keys that are read, however many others there are.
        """
        self._connection.raw_sql(
            f"CREATE OR REPLACE TEMP VIEW json_lines AS {_DOCUMENTS.format(lines=literal.parquet([lines]))}"
        )
        cursor = self._connection.raw_sql(
            "SELECT key FROM (SELECT unnest(json_keys(document)) AS key, n FROM json_lines WHERE document IS NOT NULL) "
            "GROUP BY key ORDER BY min(n), key"
        )
        keys, others = list[str](), list[str]()
        while rows := cursor.fetchmany(10_000):
            for (key,) in rows:
                if is_read(key):
                    keys.append(key)
                elif len(others) < MOST_KEYS:
                    others.append(key)
        n_cells = max(len(keys), FIRST)
        keys += others
        cells = [
            f"json_extract_string(document, {literal.text(_pointer(key))}) AS c{i}"
            for i, key in enumerate(keys[:n_cells])
        ]
        self._copy(
            # Names and places are quoted where they are made.
            f"SELECT {', '.join(['n', *cells])} FROM json_lines WHERE document IS NOT NULL ORDER BY n",  # nosec B608
            into,
        )
        (n_broken,) = self._rows("SELECT count(*) FROM json_lines WHERE document IS NULL")[0]
        return keys, int(n_broken)

    def broken_json(self) -> ir.Table:
        """Return the numbers `n` of the lines that were no JSON object when lines were last split."""
        return self._view("SELECT n FROM json_lines WHERE document IS NULL")

    def names(self, path: Path) -> list[str]:
        """Return the column names of a Parquet file."""
        return list(self._schema(path).names)

    def flatten(self, path: Path, columns: Sequence[int]) -> ir.Table:
        """Return the rows of a Parquet file with the given of its columns as text: c0, c1, ..."""
        schema = list(self._schema(path).items())
        cells = [f"{_as_text(*schema[i])} AS c{i}" for i in columns]
        # Names and places are quoted where they are made.
        return self._view(f"SELECT {', '.join(cells)} FROM {literal.parquet([path])}")  # nosec B608

    def contents(self, path: Path) -> ir.Table:
        """Return for each row of a Parquet file its number from 0 (`file_row_number`) and all its cells as one text."""
        cells = [f"coalesce({_as_text(name, kind)}, '')" for name, kind in self._schema(path).items()]
        told = f"array_to_string([{', '.join(cells)}], ',')"
        # Names and places are quoted where they are made.
        return self._view(f"SELECT {ROW}, {told} AS content FROM {literal.parquet([path], NUMBERED)}")  # nosec B608

    def _schema(self, path: Path) -> ibis.Schema:
        try:
            # Names and places are quoted where they are made.
            return self._view(f"SELECT * FROM {literal.parquet([path])}").schema()  # nosec B608
        except (duckdb.Error, OSError) as error:
            raise UnreadableFileError(
                "{file} is not a readable Parquet file: {error}",
                "Export it again.",
                file=path.name,
                error=_first(error),
            ) from None

    def scan(self, *paths: Path, numbered: bool = False) -> ir.Table:
        """Return Parquet files as an expression; `numbered` adds the row's number from 0 as `file_row_number`."""
        return self._view(self.parquet(*paths, numbered=numbered))

    def parquet(self, *paths: Path, numbered: bool = False, by_name: bool = False) -> str:
        """Return the statement that reads Parquet files; `by_name` lets them have different columns."""
        option = NUMBERED if numbered else BY_NAME if by_name else ""
        # Names and places are quoted where they are made.
        return f"SELECT * FROM {literal.parquet(paths, option)}"  # nosec B608

    def _view(self, sql: str) -> ir.Table:
        name = f"scan_{uuid.uuid4().hex}"
        self._connection.raw_sql(f"CREATE TEMP VIEW {name} AS {sql}")
        return DuckDB.described(self._connection, name, "temp", "main")

    def write(self, expression: ir.Table, into: Path) -> Path:
        """Write an expression to one Parquet file, in the order of its rows, with flat memory."""
        self._copy(self.compile(expression), into)
        return into

    def read(self, expression: ir.Table) -> pa.Table:
        """Run an expression and return its rows."""
        return self._table(self.compile(expression))

    def name(self, view: str, sql: str) -> None:
        """Give what a statement returns a name that other statements read; one there was before is replaced."""
        try:
            self._connection.raw_sql(f'CREATE OR REPLACE TEMP VIEW "{view}" AS {sql}')
        except duckdb.Error as error:
            raise _refusal(error) from error

    def give(self, name: str, value: int | str | dt.date) -> None:
        """Set a variable, which statements read as `variable` says; a moment is a date with its time, in UTC."""
        kind = _KINDS[type(value)]
        self._connection.raw_sql(f"SET VARIABLE {name} = {literal.text(value)}::{kind}")

    def run(self, sql: str, into: Path) -> Path:
        """Write what a compiled statement returns to one Parquet file."""
        self._copy(sql, into)
        return into

    def rows(self, sql: str) -> list[Mapping[str, Any]]:
        """Return the few rows of a compiled statement."""
        return list(self._table(sql).to_pylist())

    def _table(self, sql: str) -> pa.Table:
        try:
            return self._connection.con.sql(sql).to_arrow_table()
        except duckdb.Error as error:
            raise _refusal(error) from error

    def compile(self, expression: ir.Table) -> str:
        """Return the SQL of an expression."""
        return compiled(self._connection, expression)

    def _copy(self, sql: str, into: Path) -> None:
        into.parent.mkdir(parents=True, exist_ok=True)
        try:
            self._connection.raw_sql(
                f"COPY ({sql}) TO {literal.text(into)} (FORMAT parquet, COMPRESSION lz4_raw)"
            )
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
        return f"coalesce(TRY(decode({quoted})), CAST({quoted} AS VARCHAR))"
    if kind.is_floating():
        whole = f"abs({quoted}) < {2**53} AND {quoted} = trunc({quoted})"
        return f"CASE WHEN {whole} THEN CAST(CAST({quoted} AS BIGINT) AS VARCHAR) ELSE CAST({quoted} AS VARCHAR) END"
    return f"CAST({quoted} AS VARCHAR)"


def _pointer(key: str) -> str:
    escaped = key.replace("~", "~0").replace("/", "~1")
    return f"/{escaped}"


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
