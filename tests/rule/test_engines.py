"""Every engine says of rules and expressions what a single record says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from itertools import product
from typing import Any

import ibis
import pyarrow as pa
import pytest

from quanyu.rule import expression, from_sql, parse, typed
from quanyu.rule.record import value
from quanyu.rule.tree import Node
from quanyu.workspace import Workspace

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
RULES = (
    "n >= 1; x < 2", "money = 0.25", "money in 0.25, -2.5", "city = 上海", "city != b", "city < a", "city in a, b",
    "day > 2026-10-31; is_new = true", "day in 2026-11-01", "is_new != false", "",
)  # fmt: skip
EXPRESSIONS = (
    "n / x", "n + x * 2 - -n", "ROUND(x)", "FLOOR(x) + CEIL(x)", "ABS(n)", "GREATEST(n, x)", "LEAST(n, x, 0.5)",
    "COALESCE(n, x, 7)", "UPPER(city)", "LOWER(city)", "city LIKE 'a%'", "city LIKE '_'", "NOT is_new",
    "is_new AND n > 0", "is_new OR n > 0", "NOT (is_new OR n > 0)", "n IS NULL", "n IS NOT NULL", "n IN (1, x)",
    "n NOT IN (1, x)", "n BETWEEN x AND 2", "CASE WHEN is_new THEN n WHEN x > 0 THEN x ELSE 0.5 END",
    "CASE WHEN n > 0 THEN city END",
)  # fmt: skip
MORE = (
    (Decimal("0.25"), "a", dt.date(2026, 11, 1)), (Decimal("-2.5"), "Ab", dt.date(2026, 10, 31)),
    (None, "上海", None), (Decimal(0), None, dt.date(2026, 11, 2)), (None, "a%", None),
)  # fmt: skip
RECORDS = [
    {
        "n": n,
        "x": x,
        "is_new": is_new,
        **dict(zip(("money", "city", "day"), MORE[at % len(MORE)], strict=True)),
    }
    for at, (n, x, is_new) in enumerate(
        product((-2, 0, 1, None), (-2.5, -0.5, 0.0, 0.5, 1.0, None), (True, False, None))
    )
]


def test_every_engine_agrees_with_single_records(workspace: Workspace) -> None:
    kinds = dict(SCHEMA.items())
    trees: list[Node] = [*(typed(parse(rule), kinds) for rule in RULES), *map(from_sql, EXPRESSIONS)]
    day = dt.date(2026, 11, 3)
    rows = [{"person_id": f"p{at:03}", "as_of": day, **record} for at, record in enumerate(RECORDS)]
    beside = [pa.field("person_id", pa.string()), pa.field("as_of", pa.date32())]
    schema = pa.schema([*beside, *SCHEMA.to_pyarrow()])
    workspace.warehouse.replace("portraits", pa.Table.from_pylist(rows, schema=schema), by="understand")
    table = workspace.warehouse.table("portraits")
    columns: dict[str, Any] = {f"c{n}": expression(tree, table.__getitem__) for n, tree in enumerate(trees)}
    found = workspace.warehouse.read(table.select("person_id", **columns).order_by("person_id")).to_pydict()
    for name, written, tree in zip(columns, (*RULES, *EXPRESSIONS), trees, strict=True):
        wanted = [value(tree, record) for record in RECORDS]
        assert [one if one is None else pytest.approx(one) for one in wanted] == found[name], written
