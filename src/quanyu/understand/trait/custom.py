"""Traits of one's own: declared in traits.toml as a small SQL expression over a person's facts."""

from __future__ import annotations

import operator
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir
import sqlglot
from ibis.common.exceptions import IbisError
from sqlglot import exp
from sqlglot.errors import SqlglotError

from quanyu.errors import SettingError, StorageError, WorkspaceError
from quanyu.tables import contract
from quanyu.tables.contract import TYPES
from quanyu.understand.trait.catalogue import TRAITS
from quanyu.understand.trait.trait import FAMILIES, Trait
from quanyu.workspace import Workspace

FILE = "traits.toml"
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
WORDS = {"zh", "en", "family", "kind", "unit", "note", "expression"}
HINT = "A trait is a table [name] with {words}; see the tutorial on traits."

BY_NAME: Mapping[str, Trait] = {trait.name: trait for trait in TRAITS}
PERSONAL = {column.name for column in contract("people").columns if column.privacy == "personal"}

TWO: Mapping[type[exp.Expression], Callable[[Any, Any], Any]] = {
    exp.Add: operator.add, exp.Sub: operator.sub, exp.Mul: operator.mul,
    exp.Div: lambda a, b: a.cast("float64") / b.cast("float64").nullif(0),
    exp.EQ: operator.eq, exp.NEQ: operator.ne, exp.GT: operator.gt, exp.GTE: operator.ge, exp.LT: operator.lt,
    exp.LTE: operator.le, exp.And: operator.and_, exp.Or: operator.or_, exp.Like: lambda a, b: a.like(b),
}  # fmt: skip
ONE: Mapping[type[exp.Expression], Callable[[Any], Any]] = {
    exp.Paren: lambda a: a, exp.Neg: operator.neg, exp.Not: operator.invert, exp.Abs: lambda a: a.abs(),
    exp.Round: lambda a: a.round(), exp.Floor: lambda a: a.floor(), exp.Ceil: lambda a: a.ceil(),
    exp.Upper: lambda a: a.upper(), exp.Lower: lambda a: a.lower(),
}  # fmt: skip
MANY: Mapping[type[exp.Expression], Callable[..., Any]] = {
    exp.Coalesce: ibis.coalesce, exp.Greatest: ibis.greatest, exp.Least: ibis.least,
}  # fmt: skip
"""What an expression may be made of: no queries, no other tables, no functions that reach outside."""


def read_traits(ws: Workspace) -> tuple[list[Trait], list[SettingError]]:
    """Return the traits of traits.toml, in order, and what is wrong with those that are left out.

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
        return [], []
    try:
        declared = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        wrong = SettingError(
            "{file} is not valid TOML: {error}.", "Correct the file.", file=file, error=str(error)
        )
        return [], [wrong]
    found: list[Trait] = []
    faults: list[SettingError] = []
    for name, fields in declared.items():
        try:
            found.append(_trait(name, fields))
        except SettingError as error:
            faults.append(error)
    return found, faults


def computable(
    ws: Workspace, traits: Iterable[Trait], people: ir.Table
) -> tuple[list[Trait], list[SettingError]]:
    """Return the traits that can be computed from people's facts, and why the others cannot.

    Each is computed for everybody, because some faults only the values show, as a text that is no number.
    """
    found: list[Trait] = []
    faults: list[SettingError] = []
    for trait in traits:
        try:
            ws.warehouse.read(trait.column(people).count())
            found.append(trait)
        except (WorkspaceError, StorageError):
            raise
        except SettingError as error:
            faults.append(error)
        except Exception as error:  # whatever the engine says of an expression that is not ours
            faults.append(
                _not_computed(trait.name, trait.note, str(error).strip().partition("\n")[0], people)
            )
    return found, faults


def _not_computed(name: str, sql: str, error: object, people: ir.Table) -> SettingError:
    return SettingError(
        "The trait {name!r} cannot be computed from {sql!r}: {error}",
        "Correct [{name}] in {file}. It may use: {known}.",
        name=name,
        sql=sql,
        error=error,
        file=FILE,
        known=", ".join(_known(people)),
    )


@dataclass(frozen=True)
class Formula:
    """A small SQL expression over traits and a person's facts, translated to Ibis piece by piece.

    Allowed are columns, numbers, texts, arithmetic, comparisons, AND, OR, NOT, IS NULL, IN, BETWEEN, LIKE,
    CASE, COALESCE, GREATEST, LEAST, ABS, ROUND, FLOOR, CEIL, UPPER and LOWER. Dividing by zero
    gives null. Anything else raises `SettingError`.

    >>> facts = ibis.table({"n_orders": "int64", "n_sessions": "int64"}, name="facts")
    >>> Formula("orders_per_visit", "n_orders / n_sessions")(facts).type()
    Float64(nullable=True)
    """

    name: str
    sql: str

    def __call__(self, people: ir.Table) -> ir.Value:
        """Return the expression over the facts."""
        try:
            tree = sqlglot.parse_one(self.sql, read="duckdb")
            found = _translate(tree, people)
        except (
            SettingError,
            SqlglotError,
            IbisError,
            TypeError,
            AttributeError,
            KeyError,
            ValueError,
        ) as error:
            said = error if isinstance(error, SettingError) else str(error).partition("\n")[0]
            raise _not_computed(self.name, self.sql, said, people) from None
        return found


def _translate(node: exp.Expression, people: ir.Table) -> Any:
    """Return the Ibis expression of one node; anything not listed is refused."""
    kind = type(node)
    if kind in TWO:
        return TWO[kind](_translate(node.this, people), _translate(node.expression, people))
    if kind in ONE and {name for name, value in node.args.items() if value} <= {"this"}:
        return ONE[kind](_translate(node.this, people))
    if kind in MANY:
        return MANY[kind](*(_translate(part, people) for part in (node.this, *node.expressions)))
    special = SPECIAL.get(kind)
    if special is None:
        raise SettingError("{sql!r} is not allowed", sql=node.sql(dialect="duckdb"))
    return special(node, people)


def _known(people: ir.Table) -> list[str]:
    return sorted({*BY_NAME, *people.columns} - PERSONAL)


def _column(node: Any, people: ir.Table) -> Any:
    if not node.table and node.name in BY_NAME:
        return BY_NAME[node.name].of(people)
    if node.table or node.name not in people.columns or node.name in PERSONAL:
        raise SettingError("there is no trait or fact {sql!r}", sql=node.sql())
    return people[node.name]


def _number(node: Any, people: ir.Table) -> Any:
    if node.is_string:
        return ibis.literal(node.this)
    return ibis.literal(int(node.this) if node.is_int else float(node.this))


def _is(node: Any, people: ir.Table) -> Any:
    if not isinstance(node.expression, exp.Null):
        raise SettingError("IS is allowed with NULL only")
    return _translate(node.this, people).isnull()


def _in(node: Any, people: ir.Table) -> Any:
    if not node.expressions:
        raise SettingError("IN needs a list of values")
    return _translate(node.this, people).isin([_translate(part, people) for part in node.expressions])


def _between(node: Any, people: ir.Table) -> Any:
    value, low, high = (_translate(node.args[name], people) for name in ("this", "low", "high"))
    return value.between(low, high)


def _case(node: Any, people: ir.Table) -> Any:
    if node.this:
        raise SettingError("write CASE WHEN condition THEN value")
    branches = [
        (_translate(part.this, people), _translate(part.args["true"], people)) for part in node.args["ifs"]
    ]
    default = node.args.get("default")
    return ibis.cases(*branches, else_=_translate(default, people) if default else None)


SPECIAL: Mapping[type[exp.Expression], Callable[[Any, ir.Table], Any]] = {
    exp.Column: _column,
    exp.Literal: _number,
    exp.Boolean: lambda node, _: ibis.literal(node.this),
    exp.Is: _is,
    exp.In: _in,
    exp.Between: _between,
    exp.Case: _case,
}


def _trait(name: str, fields: Any) -> Trait:
    words = ", ".join(sorted(WORDS))
    if not NAME.fullmatch(name) or name in {"person_id", "as_of", *(trait.name for trait in TRAITS)}:
        raise SettingError(
            "The trait name {name!r} is taken or not a lower-case word.", HINT, name=name, words=words
        )
    if (
        not isinstance(fields, dict)
        or set(fields) - WORDS
        or not all(isinstance(v, str) for v in fields.values())
    ):
        raise SettingError(
            "The trait {name!r} has fields that are not known texts: {fields!r}.",
            HINT,
            name=name,
            fields=fields,
            words=words,
        )
    family, kind = fields.get("family", "behaviour"), fields.get("kind", "number")
    if family not in FAMILIES or kind not in TYPES or not fields.get("expression"):
        raise SettingError(
            "The trait {name!r} has family {family!r} and kind {kind!r}.",
            "Families: {families}. Kinds: {kinds}. An expression is needed.",
            name=name,
            family=family,
            kind=kind,
            families=", ".join(FAMILIES),
            kinds=", ".join(TYPES),
        )
    english = str(fields.get("en", name))
    sql = str(fields["expression"])
    return Trait(
        name, str(fields.get("zh", english)), english, family, kind, Formula(name, sql),
        str(fields.get("unit", "")), str(fields.get("note", sql)),
    )  # fmt: skip
