"""Traits of one's own: declared in traits.toml as a small SQL expression over a person's facts."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from typing import Any

import ibis.expr.types as ir
import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from quanyu.errors import SettingError
from quanyu.tables.contract import TYPES
from quanyu.understand.catalogue import TRAITS
from quanyu.understand.trait import FAMILIES, Trait
from quanyu.workspace import Workspace

FILE = "traits.toml"
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
WORDS = {"zh", "en", "family", "kind", "unit", "note", "expression"}

ALLOWED = (
    exp.Column, exp.Identifier, exp.Literal, exp.Boolean, exp.Null, exp.Paren, exp.Neg, exp.Not, exp.And, exp.Or,
    exp.Add, exp.Sub, exp.Mul, exp.Div, exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.Is, exp.In, exp.Between,
    exp.Case, exp.If, exp.Coalesce, exp.Nullif, exp.Greatest, exp.Least, exp.Abs, exp.Round, exp.Floor, exp.Ceil,
    exp.Ln, exp.Sqrt, exp.Upper, exp.Lower, exp.Like, exp.Cast, exp.DataType,
)  # fmt: skip
"""What an expression may be made of: no queries, no other tables, no functions that reach outside."""

CAST_TO = {
    exp.DataType.Type.DOUBLE, exp.DataType.Type.BIGINT, exp.DataType.Type.INT, exp.DataType.Type.VARCHAR,
    exp.DataType.Type.TEXT, exp.DataType.Type.BOOLEAN, exp.DataType.Type.DATE,
}  # fmt: skip


def read_traits(ws: Workspace) -> list[Trait]:
    """Return the traits of traits.toml, in order; raise `SettingError` naming what is wrong.

    ```toml
    [weekend_buyer]
    zh = "周末买家"
    en = "Weekend buyer"
    family = "behaviour"
    kind = "flag"
    expression = "favourite_weekday >= 6 AND n_orders >= 2"
    ```
    """
    file = ws.root / FILE
    if not file.exists():
        return []
    try:
        declared = tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingError(f"{file} is not valid TOML: {error}.", "Correct the file.") from None
    return [_trait(name, fields) for name, fields in declared.items()]


def with_custom(people: ir.Table, declared: Sequence[Trait]) -> tuple[ir.Table, Sequence[Trait]]:
    """Return the people with a column per declared trait, and traits that read those columns."""
    if not declared:
        return people, ()
    columns = []
    for trait in declared:
        sql = checked(trait.name, trait.of.sql, people.columns)  # type: ignore[attr-defined]
        columns.append(f'{sql} AS "custom_{trait.name}"')
    return people.alias("facts").sql(f"SELECT *, {', '.join(columns)} FROM facts", dialect="duckdb"), declared


def checked(name: str, sql: str, columns: Sequence[str]) -> str:
    """Return the expression as canonical SQL, or raise `SettingError` saying what is not allowed.

    A division by zero is null on every engine.

    >>> checked("x", "spend_amount / n_orders", ["spend_amount", "n_orders"])
    'spend_amount / NULLIF(n_orders, 0)'
    """
    hint = f"Correct the expression of [{name}] in {FILE}; it may use: {', '.join(sorted(columns))}."
    try:
        tree = sqlglot.parse_one(f"SELECT {sql}", read="duckdb")
    except SqlglotError as error:
        raise SettingError(f"The trait {name!r} is not SQL: {str(error).splitlines()[0]}", hint) from None
    if not isinstance(tree, exp.Select) or len(tree.expressions) != 1 or any(
        value for part, value in tree.args.items() if part not in {"expressions", "kind"}
    ):
        raise SettingError(f"The trait {name!r} must be one expression, not {sql!r}.", hint)
    tree = tree.expressions[0]
    for node in tree.walk():
        if not isinstance(node, ALLOWED) or (isinstance(node, exp.DataType) and node.this not in CAST_TO):
            raise SettingError(f"The trait {name!r} uses {node.sql(dialect='duckdb')!r}, which is not allowed.", hint)
        if isinstance(node, exp.Column) and (node.name not in columns or node.table):
            raise SettingError(f"The trait {name!r} uses the unknown column {node.sql()!r}.", hint)
        if isinstance(node, exp.Div):
            node.set("expression", exp.Nullif(this=node.expression.copy(), expression=exp.Literal.number(0)))
    return str(tree.sql(dialect="duckdb"))


class _Custom:
    """The expression of a declared trait: reads the column that `with_custom` makes."""

    def __init__(self, name: str, sql: str) -> None:
        self.name, self.sql = name, sql

    def __call__(self, people: ir.Table) -> ir.Value:
        return people[f"custom_{self.name}"]


def _trait(name: str, fields: Any) -> Trait:
    hint = f"A trait is a table [name] with {', '.join(sorted(WORDS))}; see the tutorial on traits."
    if not NAME.fullmatch(name) or name in {"person_id", "as_of", *(trait.name for trait in TRAITS)}:
        raise SettingError(f"The trait name {name!r} is taken or not a lower-case word.", hint)
    if not isinstance(fields, dict) or set(fields) - WORDS or not all(isinstance(v, str) for v in fields.values()):
        raise SettingError(f"The trait {name!r} has fields that are not known texts: {fields!r}.", hint)
    family, kind = fields.get("family", "behaviour"), fields.get("kind", "number")
    if family not in FAMILIES or kind not in TYPES or not fields.get("expression"):
        raise SettingError(
            f"The trait {name!r} has family {family!r} and kind {kind!r}.",
            f"Families: {', '.join(FAMILIES)}. Kinds: {', '.join(TYPES)}. An expression is needed.",
        )
    english = fields.get("en", name)
    sql = fields["expression"]
    return Trait(
        name, fields.get("zh", english), english, family, kind, _Custom(name, sql),
        fields.get("unit", ""), fields.get("note", sql),
    )  # fmt: skip
