"""What a whole table says of a row is what the row alone says; text and JSON read back as the same tree."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quanyu.rule import document, explain, expression, from_document, holds, parse, printed, typed
from quanyu.rule.operators import COMPARISONS

SCHEMA = ibis.schema(
    {
        "n": "int64",
        "x": "float64",
        "money": "decimal(18, 2)",
        "city": "string",
        "day": "date",
        "is_new": "boolean",
    }
)
KINDS = dict(SCHEMA.items())
CENTS = st.integers(-3, 3).map(lambda n: Decimal(n) / 4)
VALUES: Mapping[str, st.SearchStrategy[Any]] = {
    "n": st.integers(-3, 3),
    "x": st.sampled_from([-1.5, -0.0, 0.0, 0.25, 2.0, 1e300]),
    "money": CENTS,
    "city": st.sampled_from(["", "上海", "New York", "new york", "a, b", "= x"]),
    "day": st.dates(dt.date(2026, 10, 30), dt.date(2026, 11, 2)),
    "is_new": st.booleans(),
}
RECORDS = st.fixed_dictionaries({name: st.none() | value for name, value in VALUES.items()})


def word(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@st.composite
def conditions(draw: st.DrawFn) -> str:
    """A condition as somebody may write it."""
    column, mark = draw(st.sampled_from(sorted(VALUES))), draw(st.sampled_from(sorted(COMPARISONS)))
    words = [draw(VALUES[column].map(word).filter(lambda text: text and "," not in text)) for _ in range(2)]
    return f"{column} {mark} {', '.join(words)}" if mark == "in" else f"{column} {mark} {words[0]}"


RULES = st.lists(conditions(), max_size=4).map("; ".join)


@pytest.fixture(scope="module")
def engine() -> Any:
    return ibis.duckdb.connect()


@settings(max_examples=60, deadline=None)
@given(rule=RULES, records=st.lists(RECORDS, min_size=1, max_size=8))
def test_a_table_and_its_records_agree(engine: Any, rule: str, records: list[dict[str, Any]]) -> None:
    tree = typed(parse(rule), KINDS)
    table = ibis.memtable(pa.Table.from_pylist(records, schema=SCHEMA.to_pyarrow()))
    claim = expression(tree, table.__getitem__).fill_null(False)
    said = engine.to_pyarrow(table.mutate(said=claim)).column("said").to_pylist()
    assert said == [holds(tree, record) for record in records]
    for record, is_met in zip(records, said, strict=True):
        assert is_met is all(answer.is_met is True for answer in explain(parse(rule), record, KINDS))


@given(rule=RULES)
def test_text_and_json_read_back_as_the_same_tree(rule: str) -> None:
    tree = parse(rule)
    assert parse(printed(tree)) == tree
    assert from_document(json.loads(json.dumps(document(tree)))) == tree


def test_explain_gives_every_condition_with_its_value() -> None:
    record = {"n": 3, "city": None, "day": dt.date(2026, 11, 1)}
    found = explain(parse("n >= 2; city = 上海; day < 2026-11-01"), record, KINDS)
    assert [(one.condition, one.values, one.is_met) for one in found] == [
        ("n >= 2", {"n": 3}, True),
        ("city = 上海", {"city": None}, None),
        ("day < 2026-11-01", {"day": dt.date(2026, 11, 1)}, False),
    ]
