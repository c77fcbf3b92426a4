"""The totals that the READMEs of real data sets give come out of the loaded tables."""

from __future__ import annotations

import datetime as dt
import os
from decimal import Decimal
from pathlib import Path

import pytest

from quanyu.collect.load.load import load
from quanyu.workspace import Workspace

pytestmark = pytest.mark.datasets


@pytest.fixture
def folder() -> Path:
    named = os.environ.get("QUANYU_DATASETS")
    if not named:
        pytest.skip("QUANYU_DATASETS does not name the folder of real data")
    return Path(named)


def one(ws: Workspace, sql: str) -> tuple[object, ...]:
    (row,) = ws.warehouse.query(sql).to_pylist()
    return tuple(row.values())


def test_online_retail(make_workspace, folder: Path) -> None:  # type: ignore[no-untyped-def]
    ws = make_workspace(timezone="Europe/London", currency="GBP")
    (loaded,) = load(ws, folder / "online_retail")
    assert (loaded.layout, loaded.n_taken, loaded.n_refused) == ("uci_online_retail", 541_909, 0)
    lines = one(
        ws,
        "SELECT count(*), sum(n_items), sum(n_items * unit_price_amount), count(DISTINCT item_id) FROM order_lines",
    )
    assert lines == (541_909, 5_176_450, Decimal("9747747.9340"), 4_070)
    orders = one(
        ws,
        "SELECT count(*), count(DISTINCT id_key), count(DISTINCT region), min(ordered_at), max(ordered_at) FROM orders",
    )
    first, last = (
        dt.datetime(2010, 12, 1, 8, 26, tzinfo=dt.UTC),
        dt.datetime(2011, 12, 9, 12, 50, tzinfo=dt.UTC),
    )
    assert orders == (25_900, 4_372, 38, first, last)
    assert one(ws, "SELECT count(*) FROM order_lines WHERE order_id LIKE 'C%'") == (9_288,)
    assert one(ws, "SELECT sum(net_amount) FROM orders WHERE id_key = 'uci:12346'") == (Decimal(0),)
    clean = one(
        ws,
        "SELECT count(*), count(DISTINCT o.id_key), count(DISTINCT l.order_id), sum(l.n_items * l.unit_price_amount) "
        "FROM order_lines l JOIN orders o USING (source, order_id) "
        "WHERE o.id_key IS NOT NULL AND l.n_items > 0 AND l.unit_price_amount > 0",
    )
    assert clean[:3] == (397_884, 4_338, 18_532)
    assert round(clean[3], 2) == Decimal("8911407.90")  # type: ignore[call-overload]
    duplicates = one(
        ws,
        "SELECT sum(n - 1) FROM (SELECT count(*) AS n FROM order_lines l JOIN orders o USING (source, order_id) "
        "GROUP BY l.order_id, l.item_id, l.n_items, l.unit_price_amount, o.ordered_at)",
    )
    assert duplicates[0] >= 5_268  # type: ignore[operator]
    assert load(ws, folder / "online_retail")[0].status == "already loaded"


def test_olist_funnel(make_workspace, folder: Path) -> None:  # type: ignore[no-untyped-def]
    ws = make_workspace(timezone="America/Sao_Paulo", currency="BRL")
    loaded = {one.file: one.n_taken for one in load(ws, folder / "olist_funnel")}
    assert (loaded["marketing_qualified_leads.parquet"], loaded["closed_deals.parquet"]) == (8_000, 842)
    assert (loaded["products.parquet"], loaded["sellers.parquet"]) == (32_951, 3_095)
    assert one(
        ws, "SELECT min(contacted_on), max(contacted_on), count(DISTINCT landing_page_id) FROM leads"
    ) == (
        dt.date(2017, 6, 14),
        dt.date(2018, 5, 31),
        495,
    )
    wins = "SELECT count(*), count(d.lead_id) FROM leads l LEFT JOIN deals d USING (source, lead_id) WHERE l.channel "
    assert one(ws, wins + "= 'organic_search'") == (2_296, 271)
    assert one(ws, wins + "= 'unknown'") == (1_099, 179)
    assert one(ws, wins + "IS NULL") == (60, 14)
    assert one(ws, "SELECT count(DISTINCT developer), count(DISTINCT closer) FROM deals") == (32, 22)
    assert one(ws, "SELECT count(*) FROM deals d JOIN stores s ON d.account_id = s.store_id") == (380,)
