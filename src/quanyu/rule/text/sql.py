"""Expressions as SQL text: what people write in traits.toml, read into the same tree as rules.

Allowed are columns, numbers, texts, arithmetic, comparisons, AND, OR, NOT, IS NULL, IN, BETWEEN, LIKE, CASE, COALESCE,
GREATEST, LEAST, ABS, ROUND, FLOOR, CEIL, UPPER and LOWER: no queries, no other tables, no functions that reach outside.
Values have the type that they are written with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from quanyu.errors import RuleError
from quanyu.rule.tree import Apply, Literal, Name, Node

TWO: Mapping[type[exp.Expression], str] = {
    exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.EQ: "=", exp.NEQ: "!=", exp.GT: ">", exp.GTE: ">=",
    exp.LT: "<", exp.LTE: "<=", exp.And: "and", exp.Or: "or", exp.Like: "like",
}  # fmt: skip
ONE: Mapping[type[exp.Expression], str] = {
    exp.Neg: "negative", exp.Not: "not", exp.Abs: "abs", exp.Round: "round", exp.Floor: "floor", exp.Ceil: "ceil",
    exp.Upper: "upper", exp.Lower: "lower",
}  # fmt: skip
MANY: Mapping[type[exp.Expression], str] = {
    exp.Coalesce: "coalesce", exp.Greatest: "greatest", exp.Least: "least",
}  # fmt: skip


def from_sql(text: str) -> Node:
    """Return the tree of an SQL expression; raise `RuleError` for what is none or is not allowed.

    >>> from_sql("n_orders >= 2")
    Apply(operator='>=', operands=(Name(name='n_orders'), Literal(value=2)))
    """
    try:
        return _node(sqlglot.parse_one(text, read="duckdb"))
    except SqlglotError as error:
        raise RuleError("{error}", error=str(error).partition("\n")[0]) from None


def _node(node: Any) -> Node:
    """Return the tree of one node; anything not listed is refused."""
    kind = type(node)
    if kind in TWO:
        return Apply(TWO[kind], (_node(node.this), _node(node.expression)))
    if kind in ONE and _has_only_this(node):
        return Apply(ONE[kind], (_node(node.this),))
    if kind in MANY:
        return Apply(MANY[kind], tuple(_node(part) for part in (node.this, *node.expressions)))
    special = SPECIAL.get(kind)
    if special is None:
        raise _refused(node)
    return special(node)


def _refused(node: Any) -> RuleError:
    return RuleError("{sql!r} is not allowed", sql=node.sql(dialect="duckdb"))


def _has_only_this(node: Any) -> bool:
    return {name for name, value in node.args.items() if value} <= {"this"}


def _column(node: Any) -> Node:
    if node.table:
        raise _refused(node)
    return Name(node.name)


def _literal(node: Any) -> Node:
    if node.is_string:
        return Literal(node.this)
    return Literal(int(node.this) if node.is_int else float(node.this))


def _is(node: Any) -> Node:
    if not isinstance(node.expression, exp.Null):
        raise RuleError("IS is allowed with NULL only")
    return Apply("is null", (_node(node.this),))


def _in(node: Any) -> Node:
    if not node.expressions:
        raise RuleError("IN needs a list of values")
    return Apply("in", (_node(node.this), *(_node(part) for part in node.expressions)))


def _between(node: Any) -> Node:
    return Apply("between", tuple(_node(node.args[name]) for name in ("this", "low", "high")))


def _case(node: Any) -> Node:
    if node.this:
        raise RuleError("write CASE WHEN condition THEN value")
    default = node.args.get("default")
    branches = [_node(part) for branch in node.args["ifs"] for part in (branch.this, branch.args["true"])]
    return Apply("case", (*branches, *([_node(default)] if default else [])))


SPECIAL: Mapping[type[exp.Expression], Callable[[Any], Node]] = {
    exp.Paren: lambda node: _node(node.this),
    exp.Column: _column,
    exp.Literal: _literal,
    exp.Boolean: lambda node: Literal(node.this),
    exp.Is: _is,
    exp.In: _in,
    exp.Between: _between,
    exp.Case: _case,
}


__all__ = ["from_sql"]
