"""An SQL expression is a tree; whole tables and single records agree on what it is."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.errors import RuleError
from quanyu.rule import document, expression, from_document, from_sql
from quanyu.rule.record import value
from quanyu.rule.tree import Apply, Literal, Name, Node

SCHEMA = ibis.schema({"n": "int64", "x": "float64", "city": "string", "is_new": "boolean"})
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "n": st.integers(-3, 3),
    "x": st.sampled_from([-2.5, -0.5, 0.0, 0.49999999999999994, 0.5, 1.5, 1000.25]),
    "city": st.sampled_from(["", "Abc", "abc", "a%c", "a.c", "上海"]),
    "is_new": st.booleans(),
}
RECORDS = st.fixed_dictionaries({name: st.none() | one for name, one in VALUES.items()})


def applied(operators: str, *operands: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.builds(Apply, st.sampled_from(operators.split()), st.tuples(*operands))


def deeper(numbers: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    case = st.tuples(CLAIMS, numbers) | st.tuples(CLAIMS, numbers, CLAIMS, numbers, numbers)
    return (
        applied("+ - * / greatest least coalesce", numbers, numbers)
        | applied("negative abs round floor ceil", numbers)
        | st.builds(Apply, st.just("case"), case)
    )


LEAVES = st.sampled_from([Name("n"), Name("x")]) | st.builds(Literal, VALUES["n"] | VALUES["x"])
TEXTS = st.builds(Literal, VALUES["city"]) | st.just(Name("city"))
TEXTS |= applied("upper lower", TEXTS) | applied("coalesce least greatest", TEXTS, TEXTS)
PATTERNS = st.builds(Literal, st.sampled_from(["a%", "%c", "a_c", "A%", "a.c", "%"]))
CLAIMS = st.recursive(
    st.just(Name("is_new"))
    | applied("= != < <= > >= in", LEAVES, LEAVES)
    | applied("= != < in", TEXTS, TEXTS)
    | applied("like", TEXTS, PATTERNS)
    | st.builds(Apply, st.just("between"), st.tuples(LEAVES, LEAVES, LEAVES))
    | st.builds(Apply, st.just("is null"), st.tuples(LEAVES | TEXTS)),
    lambda claims: applied("and or", claims, claims) | applied("not", claims),
    max_leaves=4,
)
NUMBERS = st.recursive(LEAVES, deeper, max_leaves=5)


@pytest.fixture(scope="module")
def engine() -> Any:
    return ibis.duckdb.connect()


@settings(max_examples=80, deadline=None)
@given(
    trees=st.lists(CLAIMS | NUMBERS | TEXTS, min_size=4, max_size=8),
    records=st.lists(RECORDS, min_size=1, max_size=5),
)
def test_a_table_and_its_records_agree(engine: Any, trees: list[Node], records: list[dict[str, Any]]) -> None:
    table = ibis.memtable(pa.Table.from_pylist(records, schema=SCHEMA.to_pyarrow()))
    columns = {f"c{n}": expression(tree, table.__getitem__) for n, tree in enumerate(trees)}
    found = engine.to_pyarrow(table.select(**columns)).to_pydict()
    for name, tree in zip(columns, trees, strict=True):
        for one, record in zip(found[name], records, strict=True):
            alone = value(tree, record)
            assert (one is None) == (alone is None), (tree, record)
            assert one == alone or math.isclose(one, alone, rel_tol=1e-12), (tree, record)


def test_numbers_with_a_point_are_floats_on_the_engine_too(engine: Any) -> None:
    tree = Apply("-", (Literal(0.49999999999999994), Literal(0.5)))
    found = engine.to_pyarrow(expression(tree, {}.__getitem__)).as_py()
    assert found == value(tree, {}) == 0.49999999999999994 - 0.5


@given(tree=CLAIMS | NUMBERS | TEXTS)
def test_json_reads_back_as_the_same_tree(tree: Node) -> None:
    assert from_document(json.loads(json.dumps(document(tree)))) == tree


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("n + x * 2", {"+": [{"column": "n"}, {"*": [{"column": "x"}, 2]}]}),
        ("(n + x) / 2", {"/": [{"+": [{"column": "n"}, {"column": "x"}]}, 2]}),
        ("NOT n IS NULL", {"not": [{"is null": [{"column": "n"}]}]}),
        ("city IN ('a', 'b')", {"in": [{"column": "city"}, "a", "b"]}),
        ("n BETWEEN 1 AND 2.5", {"between": [{"column": "n"}, 1, 2.5]}),
        ("CASE WHEN n > 1 THEN 'b' ELSE 'a' END", {"case": [{">": [{"column": "n"}, 1]}, "b", "a"]}),
        ("COALESCE(n, x, 0)", {"coalesce": [{"column": "n"}, {"column": "x"}, 0]}),
    ],
)
def test_an_expression_is_a_tree(sql: str, wanted: object) -> None:
    assert document(from_sql(sql)) == wanted


@pytest.mark.parametrize(
    "sql",
    [
        "(SELECT 1)",
        "read_csv('x')",
        "t.n",
        "n IS TRUE",
        "ROUND(n, 2)",
        "CASE n WHEN 1 THEN 2 END",
        "n +",
        "n IN (SELECT 1)",
    ],
)
def test_what_is_no_expression_is_refused(sql: str) -> None:
    with pytest.raises(RuleError):
        from_sql(sql)
