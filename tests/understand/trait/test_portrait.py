"""Portraits of a shop small enough to work out by hand."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from quanyu.understand.fact.fact_step import facts
from quanyu.understand.rfm.rfm import rfm
from quanyu.understand.trait.catalogue import TRAITS
from quanyu.understand.trait.portrait import portraits, traits
from quanyu.workspace import Workspace

AS_OF = dt.date(2026, 11, 20)

ANN = {
    "age_band": "35-39", "city_tier": "1", "region": "上海", "n_orders": 3, "n_orders_90d": 3,
    "recency_days": 8,
    "first_order_on": dt.date(2026, 11, 1), "tenure_days": 19, "order_interval_days": 5.5, "n_sessions": 3,
    "n_page_views": 2, "n_product_views": 1, "n_add_to_cart": 1, "n_searches": 1, "last_seen_days": 7,
    "favourite_hour": 23, "favourite_weekday": 2, "preferred_channel": "own", "preferred_platform": "jd",
    "n_channels": 2, "funnel_stage": "repeat", "preferred_category": "杯", "preferred_brand": "A",
    "n_categories": 2, "price_band": 5, "spend_amount": Decimal("390.00"), "gross_amount": Decimal("450.00"),
    "refund_amount": Decimal("50.00"), "largest_order_amount": Decimal("300.00"), "margin_amount": None,
    "satisfaction_score": 4.0, "life_cycle": "growth", "activity": "active", "dwell_minutes": 10.0,
}  # fmt: skip
BO = {
    "age_band": "40-49", "city_tier": "3+", "n_orders": 1, "n_orders_90d": 0, "recency_days": 203,
    "order_interval_days": None, "n_sessions": 0, "spend_amount": Decimal("50.00"), "refund_rate": 0.375,
    "life_cycle": "lost", "activity": "asleep", "funnel_stage": "bought", "n_categories": 0,
}  # fmt: skip
CY = {
    "n_orders": 0, "recency_days": None, "n_sessions": 1, "dwell_minutes": 480.0, "funnel_stage": "viewed",
    "life_cycle": "prospect", "spend_amount": Decimal("0.00"), "refund_rate": None, "city_tier": None,
}  # fmt: skip
DI = {"n_sessions": 0, "funnel_stage": "unseen", "activity": None, "favourite_hour": None, "city_tier": None}


def test_portraits_are_what_one_works_out_by_hand(small_shop: Workspace) -> None:
    facts(small_shop, AS_OF)
    portraits(small_shop, AS_OF)
    rows = {
        row["person_id"]: row
        for row in small_shop.warehouse.read(small_shop.warehouse.table("portraits")).to_pylist()
    }
    assert set(rows) == {"ann", "bo", "cy", "di"}
    for person, expected in {"ann": ANN, "bo": BO, "cy": CY, "di": DI}.items():
        found = {name: rows[person][name] for name in expected}
        assert found == expected, person
    assert rows["ann"]["promotion_share"] == pytest.approx(1 / 3)

    rfm(small_shop, AS_OF)
    groups = {
        row["person_id"]: row
        for row in small_shop.warehouse.read(small_shop.warehouse.table("rfm")).to_pylist()
    }
    assert {
        person: (row["recency_days"], row["frequency"], row["monetary_amount"])
        for person, row in groups.items()
    } == {
        "ann": (8, 3, Decimal("390.00")),
        "bo": (203, 1, Decimal("50.00")),
    }
    assert {person: row["group"] for person, row in groups.items()} == {"ann": "champions", "bo": "lost"}


def test_a_workspace_without_data_has_no_portraits(make_workspace) -> None:  # type: ignore[no-untyped-def]
    ws = make_workspace()
    facts(ws, AS_OF)
    assert portraits(ws, AS_OF)["n_people"] == 0
    assert rfm(ws, AS_OF)["n_buyers"] == 0
    assert ws.warehouse.read(ws.warehouse.table("portraits")).num_rows == 0


def test_no_trait_shows_personal_data_and_all_are_declared_once() -> None:
    names = [trait.name for trait in TRAITS]
    assert len(set(names)) == len(names) >= 30
    assert {trait.family for trait in TRAITS} == {"basic", "behaviour", "interest", "value"}
    assert not {"name", "phone", "email", "born_on"} & set(names)
    assert all(trait.zh and trait.en and trait.note for trait in TRAITS)


OWN = """
[weekend_fan]
zh = "周末爱好者"
en = "Weekend fan"
family = "behaviour"
kind = "flag"
expression = "favourite_weekday >= 6 OR n_orders >= 2"

[spend_per_visit]
expression = "spend_amount / n_sessions"
"""


def test_people_add_traits_of_their_own(small_shop: Workspace) -> None:
    (small_shop.root / "traits.toml").write_text(OWN, encoding="utf-8")
    assert [trait.name for trait in traits(small_shop)][-2:] == ["weekend_fan", "spend_per_visit"]
    facts(small_shop, AS_OF)
    portraits(small_shop, AS_OF)
    table = small_shop.warehouse.table("portraits")
    columns = table.select("person_id", "weekend_fan", "spend_per_visit").order_by("person_id")
    assert small_shop.warehouse.read(columns).to_pylist()[:2] == [
        {"person_id": "ann", "weekend_fan": True, "spend_per_visit": 130.0},
        {"person_id": "bo", "weekend_fan": None, "spend_per_visit": None},
    ]


@pytest.mark.parametrize(
    "expression",
    [
        "phone",
        "1; DROP TABLE x",
        "(SELECT 1)",
        "read_csv('/etc/passwd')",
        "n_orders FROM people",
        "x +",
        "getenv('A')",
    ],
)
def test_what_an_expression_may_not_do(small_shop: Workspace, expression: str) -> None:
    (small_shop.root / "traits.toml").write_text(f'[bad]\nexpression = "{expression}"\n', encoding="utf-8")
    facts(small_shop, AS_OF)
    told = portraits(small_shop, AS_OF)
    assert "'bad' cannot be computed" in told["notes"][0]
    assert "bad" not in small_shop.warehouse.table("portraits").columns
    assert small_shop.warehouse.count("portraits")


def test_an_order_that_says_nothing_of_a_discount_had_none(embedded: Workspace) -> None:
    at = dt.datetime(2026, 11, 1, 4, tzinfo=dt.UTC)
    order = {
        "order_id": ["o1"],
        "source": ["t"],
        "id_key": ["user:1"],
        "ordered_at": [at],
        "status": ["paid"],
        "paid_amount": [Decimal(9)],
    }
    embedded.warehouse.replace("orders", pa.table(order), by="collect")
    who = {"id_key": ["user:1"], "kind": ["user"], "person_id": ["p1"]}
    embedded.warehouse.replace("identities", pa.table(who), by="collect")
    embedded.warehouse.replace("people", pa.table({"person_id": ["p1"], "n_identifiers": [1]}), by="collect")
    facts(embedded, AS_OF)
    portraits(embedded, AS_OF)
    rows = embedded.warehouse.read(
        embedded.warehouse.table("portraits").select("n_orders", "promotion_share")
    )
    assert rows.to_pylist() == [{"n_orders": 1, "promotion_share": 0.0}]
