"""What a warehouse table promises: grain, key, owner, and for each column type, privacy, unit and checks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal

import ibis

from quanyu.errors import ColumnError
from quanyu.text import Text

Stage = Annotated[Literal["collect", "understand", "decide", "act", "measure", "plan"], Text]
Privacy = Annotated[Literal["open", "pseudonym", "personal"], Text]
Kind = Literal["text", "integer", "number", "flag", "day", "time", "money", "price", "currency", "json"]
ORIGINAL = "original_"
"""Stands before the name of an amount as its source said it, in the currency of the row."""

TYPES: Mapping[Kind, str] = MappingProxyType(
    {
        "text": "string",
        "integer": "int64",
        "number": "float64",
        "flag": "boolean",
        "day": "date",
        "time": "timestamp('UTC')",
        "money": "decimal(18, 2)",
        "price": "decimal(18, 4)",
        "currency": "string",
        "json": "string",
    }
)


@dataclass(frozen=True)
class Column:
    """One column: `kind` gives the engine type, the rest is what quality checks and screens need.

    `low`/`high` bound the valid range (inclusive), `allowed` lists the valid words, `refers` names a
    `table.column` that should hold the value, and `is_required` refuses rows without one. A day or time lies not
    before `earliest`, and not after tomorrow unless it `is_planned`. Customers wrote what `is_said`.

    >>> Column("paid_amount", "money", "实付金额", "Paid", low=0).type
    'decimal(18, 2)'
    """

    name: str
    kind: Kind
    zh: str
    en: str
    is_required: bool = False
    privacy: Privacy = "open"
    unit: str = ""
    low: float | None = None
    high: float | None = None
    allowed: tuple[str, ...] = ()
    refers: str = ""
    earliest: str = "1990-01-01"
    is_planned: bool = False
    note: str = ""
    is_said: bool = False

    @property
    def type(self) -> str:
        """The Ibis type of the column."""
        return TYPES[self.kind]


Hides = Callable[[Column], bool]
"""Says which columns hold nothing for whoever asks."""


@dataclass(frozen=True)
class Table:
    """The contract of one warehouse table.

    `is_open` tables (portraits) may carry columns beyond the declared ones. `time` names the column that
    says when a row happened. `is_append_only` tables never change a row once written.

    >>> orders = Table("orders", "collect", "订单", "Orders", "order", ("order_id",),
    ...                (Column("order_id", "text", "订单号", "Order", is_required=True),))
    >>> orders.schema.names
    ('order_id',)
    """

    name: str
    owner: Stage
    zh: str
    en: str
    grain: Text
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    time: str = ""
    is_open: bool = False
    is_append_only: bool = False
    is_input: bool = False

    @cached_property
    def schema(self) -> ibis.Schema:
        """The declared columns as an Ibis schema, in order."""
        return ibis.schema({column.name: column.type for column in self.columns})

    @cached_property
    def by_name(self) -> Mapping[str, Column]:
        """The declared columns by name."""
        return MappingProxyType({column.name: column for column in self.columns})

    @cached_property
    def amounts(self) -> tuple[str, ...]:
        """The amounts that sources say in currencies of their own and that stand here in the workspace's."""
        return tuple(name for name in self.by_name if f"{ORIGINAL}{name}" in self.by_name)

    def __getitem__(self, name: str) -> Column:
        try:
            return self.by_name[name]
        except KeyError:
            raise ColumnError(
                "Table {table!r} has no column {column!r}.",
                "It has: {columns}.",
                table=self.name,
                column=name,
                columns=", ".join(self.by_name),
            ) from None
