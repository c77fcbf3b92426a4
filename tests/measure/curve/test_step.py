"""The step `curves`: where clicks land, what orders are worth, what the table says."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from tests.measure.curve.adshop import AS_OF, adshop, fill

from quanyu.measure.curve.destination import destinations, shares
from quanyu.measure.curve.order_margin import order_margin
from quanyu.measure.curve.step import curves
from quanyu.tables import contract
from quanyu.workspace import Workspace


@pytest.fixture
def shop(embedded: Workspace) -> Workspace:
    return fill(embedded, adshop())


def rows(ws: Workspace) -> dict[str, dict]:
    return {row["channel"]: row for row in ws.warehouse.read(ws.warehouse.table("curves")).to_pylist()}


def test_the_table_says_what_each_channel_brings(shop: Workspace) -> None:
    done = curves(shop, AS_OF)
    assert done["n_channels"] == 2
    found = rows(shop)
    meta, idle = found["meta_ads"], found["wanxiangtai"]
    assert (meta["status"], idle["status"]) == ("known", "cannot_tell")
    assert json.loads(meta["lands_on"]) == {"own": 1.0}
    assert json.loads(idle["lands_on"]) == {"taobao": 1.0}
    assert float(meta["order_worth_amount"]) == pytest.approx(40.0)
    assert meta["n_claimed"] == pytest.approx(9.0)
    assert meta["n_caused_low"] < meta["n_caused"] < meta["n_caused_high"]
    assert float(meta["return_amount"]) == pytest.approx(40 * meta["n_caused"], abs=0.01)
    assert meta["carry_low"] <= meta["carry"] <= meta["carry_high"]


def test_where_clicks_land_is_seen_in_the_orders_after_them(shop: Workspace) -> None:
    assert destinations(shop, AS_OF) == {"meta_ads": {"own": 1.0}, "wanxiangtai": {"taobao": 1.0}}


def test_orders_before_a_click_do_not_count_for_it() -> None:
    noise = {"ad": "meta", "sales": "jd", "after": 52, "n": 100}
    assert shares([noise]) == {}
    assert shares([noise, {"ad": "meta", "sales": "own", "after": 95, "n": 100}]) == {"meta": {"own": 1.0}}


def test_the_settings_say_where_an_ad_lands_and_what_an_order_is_worth(make_workspace) -> None:
    ws = fill(
        make_workspace(curve={"lands": {"meta_ads": ["taobao", "own"]}, "order_worth": 1.5}), adshop(120)
    )
    assert destinations(ws, AS_OF)["meta_ads"] == {"taobao": 0.5, "own": 0.5}
    assert order_margin(ws, AS_OF, 730) == pytest.approx({"own": 60.0, "taobao": 60.0})


def test_what_an_order_is_worth_is_the_same_to_the_last_bit_on_both_engines(workspace: Workspace) -> None:
    at = dt.datetime.combine(AS_OF - dt.timedelta(days=1), dt.time(4), dt.UTC)
    drawn = np.random.default_rng(1).integers(1, 10_000, (20, 100)).tolist()
    orders = [
        {
            "order_id": f"{channel}-{n}", "source": "test", "channel": f"c{channel}", "ordered_at": at,
            "status": "completed", "net_amount": Decimal(100), "margin_amount": Decimal(cents) / 100,
        }
        for channel, margins in enumerate(drawn)
        for n, cents in enumerate(margins)
    ]  # fmt: skip
    schema = contract("orders").schema.to_pyarrow()
    workspace.warehouse.replace("orders", pa.Table.from_pylist(orders, schema), by="collect")
    exact = {f"c{channel}": 100 * (sum(margins) / 100 / 10_000) for channel, margins in enumerate(drawn)}
    assert order_margin(workspace, AS_OF, 730) == exact


def test_without_margins_nothing_can_be_told_unless_the_settings_know_the_rate(make_workspace) -> None:
    ws = fill(make_workspace(), adshop(120), has_costs=False)
    assert "margin" in curves(ws, AS_OF)["inconclusive"]
    found = rows(ws)
    assert {row["reason"] for row in found.values()} == {"no_margin"}
    assert float(found["meta_ads"]["spend_amount"]) > 0
    rated = fill(make_workspace(curve={"margin_rate": 0.4}), adshop(120), has_costs=False)
    assert order_margin(rated, AS_OF, 730) == pytest.approx({"own": 40.0, "taobao": 40.0})


def test_an_empty_shop_has_no_curves(embedded: Workspace) -> None:
    assert curves(embedded, AS_OF)["n_channels"] == 0
    assert rows(embedded) == {}


def test_the_same_day_and_seed_give_the_same_fit(make_workspace) -> None:
    ws = fill(make_workspace(), adshop(120))
    assert curves(ws, AS_OF) == curves(ws, AS_OF)


def test_own_campaigns_are_not_taken_for_an_effect(make_workspace) -> None:
    """Messages whose days have twice the orders, sent while the spend is high, change the curve little."""
    ws = fill(make_workspace(), adshop(200, 0.0))
    sent = dt.datetime.combine(AS_OF - dt.timedelta(days=60), dt.time(2), dt.UTC)
    more = [
        {"touch_id": f"m{n}", "source": "test", "id_key": f"user:m{n}", "touched_at": sent, "channel": "sms",
         "campaign_id": "C1", "kind": "message"}
        for n in range(500)
    ]  # fmt: skip
    touches = ws.warehouse.read(ws.warehouse.table("touches"))
    ws.warehouse.append("touches", pa.Table.from_pylist(more, touches.schema), by="collect")
    curves(ws, AS_OF)
    assert rows(ws)["meta_ads"]["status"] == "cannot_tell"
