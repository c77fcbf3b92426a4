"""What the report tells of money for ads: what is expected stands beside what a test has measured."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from quanyu.plan.spend import spend_review
from quanyu.tables import contract
from quanyu.tables.owned.decided import SCENARIOS
from quanyu.workspace import Workspace

AS_OF = dt.date(2026, 11, 20)


def write(ws: Workspace, name: str, by: str, rows: list[dict[str, Any]]) -> None:
    ws.warehouse.replace(name, pa.Table.from_pylist(rows, contract(name).schema.to_pyarrow()), by=by)


@pytest.fixture
def ws(make_workspace: Any) -> Workspace:
    ws: Workspace = make_workspace()
    whole = {"proposal_id": "b1", "scenario": SCENARIOS[0], "as_of": AS_OF}
    write(ws, "budgets", "decide", [whole | {"status": "proposed"}])
    line = {
        "current_amount": Decimal(100),
        "proposed_amount": Decimal(80),
        "curve_status": "known",
        "marginal_return": 0.4,
    }
    write(ws, "budget_lines", "decide", [whole | line | {"channel": name} for name in ("baidu", "qianchuan")])
    results = [
        {"decision_id": f"t{month}", "channel": "baidu", "as_of": AS_OF, "status": status, "test_return": measured,
         "test_return_low": 0.1, "test_return_high": 0.9, "starts_on": dt.date(2026, month, 1),
         "ends_on": dt.date(2026, month, 28)}
        for month, status, measured in ((3, "read", 0.2), (6, "read", 0.5), (9, "running", None))
    ]  # fmt: skip
    write(ws, "spend_test_results", "measure", results)
    return ws


def test_the_newest_test_that_was_read_stands_beside_the_curve(ws: Workspace) -> None:
    spend = spend_review(ws)
    assert spend
    said = {ad.channel: (ad.marginal, ad.measured) for ad in spend.ads}
    assert said == {"baidu": (0.4, "0.50 (0.10 … 0.90) back per unit spent"), "qianchuan": (0.4, None)}


def test_channels_are_called_as_in_the_console(ws: Workspace) -> None:
    spend = spend_review(ws)
    assert spend
    assert [ad.name_in("zh") for ad in spend.ads] == ["百度推广", "千川"]
