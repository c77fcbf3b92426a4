"""SQL that was compiled once serves every expression of the same shape, and no other."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from importlib import import_module
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import pyarrow as pa
import pytest

from quanyu import loop
from quanyu.warehouse.engine.compiled import MOST, compiled, shape_of
from quanyu.workspace import Workspace

STEPS = {"duckdb": ("quality", "identity", "facts", "rfm"), "spark": ("quality",)}
COLUMNS = {
    "order_id": "string",
    "paid": "decimal(18, 2)",
    "n": "int64",
    "at": "timestamp('UTC')",
    "tags": "array<string>",
}
UNNESTED = re.compile(r"(ibis_table_unnest_(?:column_)?)[a-z0-9]{26}")
"""Ibis draws these names anew each time; one of them means nothing outside its statement."""


at_hand = import_module("quanyu.warehouse.engine.compiled")


@pytest.fixture(scope="module")
def connection() -> Iterator[Any]:
    made = ibis.duckdb.connect()
    yield made
    made.disconnect()


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Begin with nothing compiled."""
    monkeypatch.setattr(at_hand, "_known", type(at_hand._known)())


def orders(version: int) -> ir.Table:
    return ibis.table(COLUMNS, name=f"orders__v{version}")


def by_buyer(rows: ir.Table, other: ir.Table) -> ir.Table:
    """A question with what makes shapes hard: a join with itself, a window, an unnesting, a case, two tables."""
    twice = rows.join(rows.view(), "order_id", how="left").select("order_id", "n", "paid", later="at_right")
    ranked = twice.mutate(place=ibis.row_number().over(group_by="order_id", order_by=ibis.desc("later")))
    tags = other.select("order_id", tag=other.tags.unnest()).distinct()
    told = ranked.filter(ranked.place < 3).join(tags, "order_id")
    size = ibis.cases((told.paid > Decimal("10.50"), "large"), else_="small")
    return told.group_by(told.tag, size=size).agg(paid=told.paid.sum(), n=told.count())


def plain(connection: Any, expression: ir.Table) -> str:
    return UNNESTED.sub(r"\1", connection.compile(expression))


def test_another_version_of_a_table_has_the_sql_of_the_one_before(connection: Any) -> None:
    for first, second in ((1, 1), (1, 2), (3, 2), (2, 40)):
        expression = by_buyer(orders(first), orders(second))
        assert UNNESTED.sub(r"\1", compiled(connection, expression)) == plain(connection, expression)
    assert len(at_hand._known) == 2, "one shape where both are one table, one where they are two"


def test_another_moment_has_the_sql_of_the_one_before(connection: Any) -> None:
    """Days, moments with and without a zone; the same one twice is another shape than two."""
    begin = dt.datetime(2026, 11, 20, 4, 5, 6, 789, tzinfo=dt.UTC)
    for ahead, apart in ((0, 0), (1, 0), (0, 3), (2, 5), (400, 1)):
        low = begin + dt.timedelta(days=ahead)
        high = low + dt.timedelta(hours=apart)
        rows = orders(ahead)
        expression = rows.filter(
            rows["at"] >= ibis.literal(low).cast("timestamp('UTC')"), rows["at"].date() != ibis.literal(high.date()),
            rows["at"] < ibis.literal(high), rows.n > low.year,
        ).mutate(told=ibis.literal("2026-11-20"), naive=ibis.literal(low.replace(tzinfo=None)))  # fmt: skip
        assert compiled(connection, expression) == connection.compile(expression)
    assert len(at_hand._known) < 5


def test_an_expression_in_memory_is_read_by_its_own_name(connection: Any) -> None:
    for rows in ([1, 2], [3]):
        held = ibis.memtable(pa.table({"n": rows}))
        expression = held.agg(total=held.n.sum())
        connection._run_pre_execute_hooks(expression)
        assert connection.con.sql(compiled(connection, expression)).fetchall() == [(sum(rows),)]
    assert len(at_hand._known) == 1


VALUES = [
    1, 2, True, 1.0, 0.0, -0.0, float("nan"), "1", "", None, b"1", Decimal("1"), Decimal("1.0"), Decimal("1.00"), "orders__v1",
    'orders__v1"', "slot_0", dt.date(2026, 1, 1), dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.time(1),
    dt.timedelta(days=1), (1, 2), (2, 1), ("a",), ("a b",), ("a", "b"), {"a": 1}, {"a": 1.0}, {"b": 1},
]  # fmt: skip


def test_every_value_keeps_its_own_sql(connection: Any) -> None:
    for _ in range(2):
        for value in VALUES:
            expression = orders(1).select("order_id", value=ibis.literal(value))
            assert compiled(connection, expression) == connection.compile(expression)


def test_a_text_that_names_a_table_stays_as_it_is(connection: Any) -> None:
    for version in (1, 2):
        expression = orders(version).mutate(name=ibis.literal('from "orders__v1"')).rename(orders__v1="n")
        assert compiled(connection, expression) == connection.compile(expression)


CHANGES: dict[str, Callable[[ir.Table], ir.Table]] = {
    "another filter": lambda rows: rows.filter(rows.n > 1),
    "the other side": lambda rows: rows.filter(rows.n < 1),
    "another column": lambda rows: rows.filter(rows.n > 1).select("n"),
    "another order": lambda rows: rows.order_by("n"),
    "the other direction": lambda rows: rows.order_by(ibis.desc("n")),
    "another join": lambda rows: rows.inner_join(orders(9), "order_id").select("n"),
    "a left join": lambda rows: rows.left_join(orders(9), "order_id").select("n"),
    "two tables for one": lambda rows: rows.union(orders(9)),
    "one table twice": lambda rows: rows.union(rows),
    "a dropped column": lambda rows: rows.drop("n", "at"),
    "another unit": lambda rows: rows.select(on=rows["at"].truncate("month")),
    "one more unit": lambda rows: rows.select(on=rows["at"].truncate("year")),
    "a cast": lambda rows: rows.select(n=rows.n.cast("int32")),
    "one more cast": lambda rows: rows.select(n=rows.n.cast("string")),
}


def test_whatever_differs_is_compiled_by_itself(connection: Any) -> None:
    shapes = set()
    for change in CHANGES.values():
        expression = change(orders(1))
        assert compiled(connection, expression) == connection.compile(expression)
        shapes.add(shape_of(expression))
    assert len(shapes) == len(CHANGES)


def test_a_column_of_another_type_has_sql_of_its_own(connection: Any) -> None:
    for kind in ("int64", "boolean"):
        rows = ibis.table({**COLUMNS, "n": kind}, name="orders__v1")
        expression = rows.agg(total=rows.n.sum())
        assert compiled(connection, expression) == connection.compile(expression)


def test_functions_of_one_name_are_told_apart(connection: Any) -> None:
    def made(schema: str) -> Callable[..., ir.Value]:
        @ibis.udf.scalar.builtin(database=schema)  # type: ignore[untyped-decorator]
        def told(word: str) -> str: ...  # type: ignore[empty-body]

        return told  # type: ignore[no-any-return]

    for function in (made("one"), made("other")):
        expression = orders(1).select(told=function(orders(1).order_id))
        assert compiled(connection, expression) == connection.compile(expression)


def test_what_cannot_be_told_from_others_is_compiled_each_time(connection: Any) -> None:
    written = ops.SQLQueryResult("SELECT 1 AS n", ibis.schema({"n": "int64"}), connection).to_expr()
    assert shape_of(written) is None
    assert compiled(connection, written) == connection.compile(written)
    named = ibis.table(COLUMNS, name="so called")
    assert shape_of(named) is None
    assert compiled(connection, named.select("n")) == connection.compile(named.select("n"))
    assert not at_hand._known


def test_what_was_not_asked_for_longest_is_forgotten(connection: Any) -> None:
    for number in range(MOST + 2):
        at_hand._known[number] = ["SELECT 1"]
    compiled(connection, orders(1).select("n"))
    assert len(at_hand._known) == MOST
    assert 0 not in at_hand._known and MOST + 1 in at_hand._known


def test_every_statement_of_steps_is_what_ibis_would_compile(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = workspace.settings.engine
    seen: list[bool] = []

    def compared(connection: Any, expression: ir.Table, *shape: Any) -> str:
        sql = compiled(connection, expression, *shape)
        seen.append(UNNESTED.sub(r"\1", sql) == plain(connection, expression))
        return sql

    monkeypatch.setattr(import_module(f"quanyu.warehouse.engine.{name}"), "compiled", compared)
    for step in STEPS[name] * 2:
        loop.run(workspace, only=step, again=step)
    assert all(seen)
    assert len(at_hand._known) < 0.6 * len(seen), "the second turn has the SQL of the first"
