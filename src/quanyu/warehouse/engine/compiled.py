"""Compiled SQL, once per shape of expression: two expressions that differ only in the names of tables share it.

Compiling costs several times what a small query does. Names of scans carry versions, so that the same question asked of
the next version is another expression; its shape is the same.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Any

import ibis
import ibis.expr.datatypes as dtypes
import ibis.expr.operations as ops
import ibis.expr.types as ir
import sqlglot
from ibis.expr.datashape import DataShape
from ibis.expr.schema import Schema
from sqlglot import exp

MOST = 2_000
"""Statements that are kept; a turn of the loop has about 150."""
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
"""Names that stand in SQL as they are, between quotes."""
SLOT = f"slot_{secrets.token_hex(8)}_"
"""Stands for the name of a table while SQL is written; nobody can have it in a text."""
ibis.options.sql.fuse_selects = False
"""Step by step: fusing steps into one SELECT takes longer than it saves, and writes twice what is used twice."""
TABLES = (ops.DatabaseTable, ops.InMemoryTable, ops.UnboundTable)
PLAIN = (str, int, float, bool, type(None), bytes, Decimal, Enum, dt.date, dt.time, dt.timedelta)
"""Values whose `repr` says all there is to them."""

_known: OrderedDict[object, Sequence[str]] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Shape:
    """An expression but for the names of its tables: equal shapes compile to equal SQL, names apart."""

    digest: bytes
    names: tuple[str, ...]
    carries_rows: bool = False
    """Whether tables of this process are in it, which an engine has to be given."""


def compiled(connection: Any, expression: ir.Table, shape: Shape | None = None) -> str:
    """Return the SQL of an expression for a connection, taken from one of the same shape if that was compiled before.

    `shape` is that of the expression, where it is known already.
    """
    shape = shape or shape_of(expression)
    if shape is None:
        return str(connection.compile(expression))
    key = (type(connection), shape.digest)
    with _lock:
        pieces = _known.get(key)
        if pieces:
            _known.move_to_end(key)
    if not pieces:
        pieces = _pieces(connection, expression, shape.names)
        with _lock:
            _known[key] = pieces
            while len(_known) > MOST:
                _known.popitem(last=False)
    return "".join(shape.names[int(piece)] if place % 2 else piece for place, piece in enumerate(pieces))


def shape_of(expression: ir.Table) -> Shape | None:
    """Return the shape of an expression, None for one that its text would not tell from others."""
    writing = _Writing()
    try:
        writing.write(expression.op())
    except _UntoldError:
        return None
    if not all(map(NAME.fullmatch, writing.names)):
        return None
    text = "\n".join(writing.lines).encode("utf-8", "surrogatepass")
    return Shape(hashlib.sha256(text).digest(), tuple(writing.names), writing.carries_rows)


def _pieces(connection: Any, expression: ir.Table, names: Sequence[str]) -> Sequence[str]:
    """Compile, and cut the SQL at the names of tables: a text, the number of a name, a text, ..."""
    query = connection.compiler.to_sqlglot(expression)
    numbers = {name: number for number, name in enumerate(names)}
    for table in query.find_all(exp.Table):
        if table.name in numbers:
            table.set("this", exp.to_identifier(f"{SLOT}{numbers[table.name]}", quoted=True))
    sql = query.sql(dialect=connection.dialect, copy=False, unsupported_level=sqlglot.ErrorLevel.RAISE)
    return re.split(rf"{SLOT}(\d+)", sql)


class _UntoldError(Exception):
    """A value whose text would not tell it from others."""


class _Writing:
    """Writes a graph of operations line by line, each after those it is made of, which it calls by their numbers."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, int] = {}
        self.carries_rows = False
        self._numbers: dict[ops.Node, int] = {}
        self._kinds: dict[object, str] = {}

    def write(self, root: ops.Node) -> None:
        stack, opened = [root], set[ops.Node]()
        while stack:
            node = stack.pop()
            if node in self._numbers:
                continue
            if node not in opened:
                opened.add(node)
                stack += [node, *reversed(node.__children__)]
                continue
            self.lines.append(self._line(node))
            self._numbers[node] = len(self._numbers)

    def _line(self, node: ops.Node) -> str:
        kind = type(node)
        if isinstance(node, TABLES):
            self.carries_rows |= kind is ops.InMemoryTable
            number = self.names.setdefault(node.name, len(self.names))
            where = self._word(getattr(node, "namespace", None))
            return f"{kind.__name__} {number} {where} {self._kind(node.schema)}"
        if isinstance(node, ops.Reference):  # its identifier only tells it from others, as its number does
            return f"{kind.__name__} {self._word(node.parent)}"
        # Ibis numbers the classes of functions, so that two of one name have different ones.
        return f"{kind.__module__}.{kind.__qualname__} {' '.join(map(self._word, node.__args__))}"

    def _word(self, value: object) -> str:
        if isinstance(value, ops.Node):
            return f"#{self._numbers[value]}"
        if isinstance(value, PLAIN):
            return f"{type(value).__name__}:{value!r}"
        if isinstance(value, dtypes.DataType | Schema):
            return self._kind(value)
        if isinstance(value, ops.Namespace):
            return repr(value)
        if isinstance(value, DataShape):
            return type(value).__name__
        return self._words(value)

    def _words(self, values: object) -> str:
        if isinstance(values, Mapping):
            return (
                f"map({' '.join(f'{self._word(name)}={self._word(part)}' for name, part in values.items())})"
            )
        if isinstance(values, tuple | list):
            return f"list({' '.join(map(self._word, values))})"
        if isinstance(values, frozenset):
            return f"set({' '.join(sorted(map(self._word, values)))})"
        raise _UntoldError(type(values))

    def _kind(self, value: Any) -> str:
        if value not in self._kinds:
            told = value.items() if isinstance(value, Schema) else ()
            self._kinds[value] = repr([(name, repr(kind)) for name, kind in told]) if told else repr(value)
        return self._kinds[value]
