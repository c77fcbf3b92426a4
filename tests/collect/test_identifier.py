"""Identifiers that look alike but are written in other characters or lost digits: one, or refused; never two by mistake."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pytest

from quanyu.collect.load import load
from quanyu.workspace import Workspace

Shop = Callable[..., Workspace]
USUAL = {"id_key": '"user:1"', "ordered_at": '"2024-06-01 10:00:00"', "status": '"paid"', "paid_amount": "1"}


def load_json(ws: Workspace, into: Path, rows: Sequence[Mapping[str, str]]) -> dict[str, int]:
    """Load orders of JSON literals and return the reasons for which some were refused."""
    whole = [{"order_id": f'"o{i}"'} | USUAL | row for i, row in enumerate(rows)]
    lines = ["{" + ", ".join(f'"{name}": {cell}' for name, cell in row.items()) + "}\n" for row in whole]
    file = into / "orders.jsonl"
    file.write_text("".join(lines), encoding="utf-8")
    return load(ws, file)[0].reasons


def values(ws: Workspace, column: str) -> list[str]:
    found = ws.warehouse.query(f"SELECT DISTINCT {column} AS value FROM orders ORDER BY 1")
    return [row["value"] for row in found.to_pylist()]


FLOATS = (
    "1234567890123456789.0", "1.2345678901234568e18", "1e18", "9007199254740993.0", "1e22", '"1234567890123456789.0"',
    "123456789012345678901234567890.0",
)  # fmt: skip


@pytest.mark.parametrize("column", ["order_id", "id_key"])
@pytest.mark.parametrize("literal", FLOATS)
def test_numbers_beyond_what_floating_point_holds_are_refused(
    make_workspace: Shop, tmp_path: Path, literal: str, column: str
) -> None:
    ws = make_workspace()
    bare = literal.strip('"')
    cell = literal if column == "order_id" else f'"user:{bare}"'
    reasons = load_json(ws, tmp_path, [{column: cell}])
    assert sum(reasons.values()) == 1
    assert "digits are lost" in next(iter(reasons))
    assert values(ws, "order_id") == []


def test_whole_numbers_of_any_length_stay_exact(make_workspace: Shop, tmp_path: Path) -> None:
    ws = make_workspace()
    exact = [
        "1234567890123456789",
        "1234567890123456790",
        "123456789012345678901234567890",
        "9007199254740991.0",
        "1001.0",
    ]
    assert (
        load_json(ws, tmp_path, [{"order_id": text, "id_key": json.dumps(f"user:{text}")} for text in exact])
        == {}
    )
    assert values(ws, "order_id") == sorted(text.removesuffix(".0") for text in exact)
    assert values(ws, "id_key") == sorted("user:" + text.removesuffix(".0") for text in exact)
