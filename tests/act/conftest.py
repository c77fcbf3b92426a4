"""A small shop with one person per gate, as tables."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from quanyu.tables import contract
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.workspace import Workspace

YEAR_AGO = dt.datetime(2025, 11, 20, tzinfo=dt.UTC)
DESIGN = CampaignDesign("Win back", "group in at_risk; frequency >= 2", control_share=0.25)
Fill = Callable[[Workspace, int], Workspace]


def put(ws: Workspace, name: str, rows: list[dict[str, Any]]) -> None:
    promise = contract(name)
    table = pa.Table.from_pylist(rows, schema=pa.schema(promise.schema.to_pyarrow()))
    ws.warehouse.replace(name, table, by=promise.owner)


def person(number: int) -> str:
    return f"p{number:06d}"


def fill_shop(ws: Workspace, n: int = 400) -> Workspace:
    """Everybody is at risk, has bought twice and agreed, but: n % 20 = 0 has no phone, 1 no consent, 2 took it back,
    3 no personalisation, 4 shares a phone with the one before the last, 5 was messaged, 6 is no member."""
    kinds = [(number, number % 20) for number in range(n)]
    put(ws, "people", [
        {"person_id": person(i), "name": f"王{i}", "n_identifiers": 1, "is_personalised": kind != 3,
         "phone": None if kind == 0 else f"+8613{(i - 2 if kind == 4 else i):09d}", "email": f"u{i}@example.com"}
        for i, kind in kinds
    ])  # fmt: skip
    put(ws, "identities", [
        {"id_key": f"member:{i}", "kind": "member", "person_id": person(i)} for i, _ in kinds
    ])  # fmt: skip
    said = [(i, True, YEAR_AGO) for i, kind in kinds if kind != 1]
    said += [(i, False, YEAR_AGO + dt.timedelta(days=30)) for i, kind in kinds if kind == 2]
    put(ws, "consents", [
        {"id_key": f"member:{i}", "purpose": "marketing", "channel": "sms", "is_granted": yes, "decided_at": at, "source": "test"}
        for i, yes, at in said
    ])  # fmt: skip
    put(ws, "touches", [
        {"touch_id": str(i), "source": "test", "id_key": f"member:{i}", "touched_at": ws.now() - dt.timedelta(days=2),
         "channel": "mail", "kind": "message"}
        for i, kind in kinds if kind == 5
    ])  # fmt: skip
    day = ws.today()
    put(ws, "rfm", [
        {"person_id": person(i), "as_of": day, "recency_days": 40, "frequency": 2 + i % 3, "monetary_amount": 100,
         "r_score": 1, "f_score": 3, "m_score": 5, "group": "lost" if kind == 6 else "at_risk", "fit_id": "f"}
        for i, kind in kinds
    ])  # fmt: skip
    return ws


@pytest.fixture
def fill() -> Fill:
    return fill_shop
