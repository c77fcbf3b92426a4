"""Compiled SQL, once per shape of expression: two expressions that differ only in names of tables, days and moments share it.

Compiling costs several times what a small query does. Names of scans carry versions, and what is asked as of a moment names it,
so that the same question asked of the next version, or a minute later, is another expression; its shape is the same.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
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
NEVER = dt.datetime(7391, 1, 1, tzinfo=dt.UTC)
"""Stands in for a moment while SQL is written."""
PLAIN = (str, int, float, bool, type(None), bytes, Decimal, Enum, dt.date, dt.time, dt.timedelta)
"""Values whose `repr` says all there is to them."""

_known: OrderedDict[object, Sequence[str]] = OrderedDict()
_lock = threading.Lock()


@dataclass(frozen=True)
class Shape:
    """An expression but for the names of its tables, its days and moments: equal shapes compile to equal SQL, these apart."""

    digest: bytes
    names: tuple[str, ...]
    moments: tuple[ops.Literal, ...] = ()
    carries_rows: bool = False
    """Whether tables of this process are in it, which an engine has to be given."""


def compiled(connection: Any, expression: ir.Table, shape: Shape | None = None) -> str:
    """Return the SQL of an expression for a connection, taken from one of the same shape if that was compiled before.

    `shape` is that of the expression, where it is known already.
    """
    shape = shape or shape_of(expression)
    if shape is None:
        return str(connection.compile(expression))
    told = shape
    pieces = _kept((type(connection), shape.digest), lambda: _pieces(connection, expression, told))
    if not pieces:  # days or moments of it cannot be told apart from the rest
        whole = Shape(shape.digest, shape.names)
        moments = " ".join(f"{one.dtype} {one.value!r}" for one in shape.moments)
        pieces = _kept(
            (type(connection), shape.digest, moments), lambda: _pieces(connection, expression, whole)
        )
        shape = whole
    words = [*shape.names, *(_written(connection, one) for one in shape.moments)]
    return "".join(words[int(piece)] if place % 2 else piece for place, piece in enumerate(pieces))


def _kept(key: object, make: Callable[[], Sequence[str]]) -> Sequence[str]:
    """Return what is known by a key, made where it is not."""
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    pieces = make()
    with _lock:
        _known[key] = pieces
        while len(_known) > MOST:
            _known.popitem(last=False)
    return pieces


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
    return Shape(
        hashlib.sha256(text).digest(), tuple(writing.names), tuple(writing.moments), writing.carries_rows
    )


def _pieces(connection: Any, expression: ir.Table, shape: Shape) -> Sequence[str]:
    """Compile, and cut the SQL at the names of tables and at moments: a text, the number of a name, a text, ...

    Moments are compiled as others that nobody means; nothing is returned where one of those cannot be found again.
    """
    stand_ins = {one: _stand_in(one, number) for number, one in enumerate(shape.moments)}
    node = expression.op().replace(stand_ins) if stand_ins else expression.op()
    query = connection.compiler.to_sqlglot(node.to_expr())
    numbers = {name: number for number, name in enumerate(shape.names)}
    for table in query.find_all(exp.Table):
        if table.name in numbers:
            table.set("this", exp.to_identifier(f"{SLOT}{numbers[table.name]}", quoted=True))
    sql = query.sql(dialect=connection.dialect, copy=False, unsupported_level=sqlglot.ErrorLevel.RAISE)
    for number, one in enumerate(shape.moments, start=len(shape.names)):
        written = _written(connection, stand_ins[one])
        if written not in sql:
            return ()
        sql = sql.replace(written, f"{SLOT}{number}_")
    return () if stand_ins and str(NEVER.year) in sql else re.split(rf"{SLOT}(\d+)_?", sql)


def _stand_in(moment: ops.Literal, number: int) -> ops.Literal:
    value = NEVER + dt.timedelta(days=number)
    told = value if moment.dtype.is_timestamp() else value.date()
    return ops.Literal(told, moment.dtype)


def _written(connection: Any, moment: ops.Literal) -> str:
    """Return a day or moment as SQL."""
    told = connection.compiler.visit_node(moment, value=moment.value, dtype=moment.dtype)
    return str(told.sql(dialect=connection.dialect))


class _UntoldError(Exception):
    """A value whose text would not tell it from others."""


class _Writing:
    """Writes a graph of operations line by line, each after those it is made of, which it calls by their numbers."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.names: dict[str, int] = {}
        self.moments: dict[ops.Literal, int] = {}
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
        if (
            kind is ops.Literal
            and isinstance(node.value, dt.date)
            and (node.dtype.is_timestamp() or node.dtype.is_date())
        ):
            return f"moment {self.moments.setdefault(node, len(self.moments))} {self._kind(node.dtype)}"
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
