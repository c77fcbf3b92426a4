"""What the console reads: flows between touches, frequent paths, names of campaigns."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pyarrow as pa
from tests.measure.traffic import AS_OF, draw_bought, draw_contacts, write_shop

from quanyu.measure.attribution.attribution import attribution
from quanyu.measure.attribution.channel import channels
from quanyu.measure.attribution.flow import Flow, flows
from quanyu.tables import contract
from quanyu.tables.view.credit import REST


def path(text: str, n: int, nulls: int = 0, level: str = "channel") -> dict[str, Any]:
    return {
        "level": level, "window": "30d", "path": text, "n_contacts": text.count(">") + bool(text), "n_conversions": n,
        "n_new_buyers": 0, "n_nulls": nulls, "revenue_amount": Decimal(10 * n), "margin_amount": None,
        "as_of": dt.date(2026, 1, 1),
    }  # fmt: skip


def write_paths(ws: Any, *rows: dict[str, Any]) -> None:
    table = pa.Table.from_pylist(list(rows), contract("paths").schema.to_pyarrow())
    ws.warehouse.replace("paths", table, by="measure")


def test_flows_are_counted_from_the_order_backwards(make_workspace) -> None:
    ws = make_workspace()
    write_paths(
        ws,
        path("", 90),
        path("a > b > a", 3, 1),
        path("b > a", 2),
        path("c", 0, 9),
        path("c/1", 7, 0, "campaign"),
    )
    found = flows(ws, "30d")
    assert found.flows == (
        Flow(1, "a", None, 5.0), Flow(2, "b", "a", 5.0), Flow(3, "a", "b", 3.0),
    )  # fmt: skip
    assert (found.n_orders, found.n_paths, found.mean_contacts) == (5, 2, 2.6)
    assert [one.keys for one in found.routes] == [("a", "b", "a"), ("b", "a")]
    assert found.routes[0].conversion_rate == 0.75 and found.routes[0].revenue_amount == 30
    assert (found.single_share, found.longer_share) == (0.0, 0.0)


def test_small_channels_are_drawn_together_and_long_paths_cut(make_workspace) -> None:
    ws = make_workspace()
    many = [path(f"c{n:02d}", 20 - n) for n in range(12)]
    write_paths(ws, *many, path("c00 > c00 > c00 > c00 > c00 > c01", 1))
    found = flows(ws, "30d")
    ends = {one.key: one.n_orders for one in found.flows if one.step == 1}
    assert len(ends) == 9 and ends[REST] == sum(20 - n for n in range(8, 12))
    assert max(one.step for one in found.flows) == 4
    assert found.longer_share == 1 / found.n_orders


def test_no_paths_give_no_flows(make_workspace) -> None:
    assert flows(make_workspace(), "30d").n_orders == 0


def test_the_console_reads_what_the_step_wrote(make_workspace) -> None:
    ws = make_workspace(attribution={"n_resamples": 20, "period_days": 70})
    write_shop(ws, draw_contacts(2, 200), draw_bought(2, 100))
    attribution(ws, AS_OF)
    sold = sum(one.is_sale for one in draw_bought(2, 100))
    found = channels(ws)
    assert (found.book.level, found.book.window, round(found.book.n_orders, 6)) == ("channel", "30d", sold)
    assert round(sum(one.n_orders for one in flows(ws).flows if one.step == 1)) == round(
        found.book.attributed
    )
    campaigns = channels(ws, "campaign", "7d")
    assert campaigns.book.window == "7d" and campaigns.names["baidu/700"] == "name 700"
    assert (found.n_lifts, found.n_curves) == (0, 0)
