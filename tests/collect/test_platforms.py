"""What the exports of further platforms mean: amounts, states, refunds, consents, and rows that are no data."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from quanyu.collect.load.load import Loaded, load
from quanyu.workspace import Workspace

SAMPLES = Path(__file__).parent / "samples"


def rows(ws: Workspace, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in ws.warehouse.query(sql).to_pylist()]


@pytest.fixture
def taken(make_workspace):  # type: ignore[no-untyped-def]
    def take(name: str, **settings: object) -> tuple[Workspace, Loaded]:
        ws = make_workspace(**settings)
        (loaded,) = load(ws, SAMPLES / f"{name}.csv")
        assert (loaded.layout, loaded.n_refused, loaded.reasons) == (name, 0, {})
        return ws, loaded

    return take


ORDERS = "SELECT order_id, status, gross_amount, paid_amount, refund_amount, net_amount FROM orders ORDER BY order_id"


def test_pinduoduo_takes_refunds_and_discounts_of_both_sides(taken) -> None:  # type: ignore[no-untyped-def]
    ws, _ = taken("pinduoduo_orders")
    assert rows(ws, ORDERS) == [
        ("240601-123456789012345", "completed", Decimal(80), Decimal(72), Decimal(0), Decimal(72)),
        ("240601-223456789012345", "shipped", Decimal(30), Decimal(36), Decimal(36), Decimal(0)),
        ("240602-323456789012345", "closed", Decimal(30), Decimal(0), Decimal(0), Decimal(0)),
    ]
    assert rows(ws, "SELECT item_id, n_items, n_returned FROM order_lines ORDER BY order_id") == [
        ("CUP", 2, 0), ("PLATE", 1, 1), ("PLATE", 1, 0),
    ]  # fmt: skip


def test_xiaohongshu_adds_up_the_lines_of_an_order(taken) -> None:  # type: ignore[no-untyped-def]
    ws, _ = taken("xiaohongshu_orders")
    assert rows(ws, ORDERS) == [
        ("P700000000000000001", "completed", Decimal(399), Decimal(359), Decimal(180), Decimal(179)),
        ("P700000000000000002", "placed", Decimal(199), Decimal(0), Decimal(0), Decimal(0)),
    ]


def test_taobao_refunds_complete_orders_once_they_are_through(make_workspace) -> None:  # type: ignore[no-untyped-def]
    ws = make_workspace()
    load(ws, [SAMPLES / "taobao_orders_new.csv", SAMPLES / "taobao_refunds.csv"])
    assert rows(ws, "SELECT order_id, refund_amount, net_amount FROM orders ORDER BY 1") == [
        ("2234567890123456789", Decimal(58), Decimal(50)),
        ("2234567890123456790", None, Decimal(40)),
    ]


def test_amazon_has_no_quoting_and_no_money_in_cancelled_orders(taken) -> None:  # type: ignore[no-untyped-def]
    ws, loaded = taken("amazon_orders", currency="EUR", timezone="Europe/Berlin")
    assert loaded.n_rows == 4
    assert rows(ws, ORDERS) == [
        ("302-0000001-0000001", "shipped", Decimal(30), Decimal(28), None, Decimal(28)),
        ("302-0000002-0000002", "closed", Decimal(0), Decimal(0), None, Decimal(0)),
        ("302-0000003-0000003", "placed", Decimal(10), Decimal(0), None, Decimal(0)),
    ]
    assert rows(ws, "SELECT name FROM items ORDER BY item_id") == [('Cup "blue"',), ('Pipe 5" steel',)]


def test_woocommerce_in_both_forms(taken) -> None:  # type: ignore[no-untyped-def]
    ws, _ = taken("woocommerce_orders", currency="GBP", timezone="Europe/London")
    assert rows(ws, ORDERS) == [
        ("801", "completed", Decimal(100), Decimal(95), Decimal(20), Decimal(75)),
        ("802", "placed", Decimal(30), Decimal(0), Decimal(0), Decimal(0)),
        ("803", "completed", Decimal(40), Decimal(40), Decimal(40), Decimal(0)),
    ]
    ws, _ = taken("woocommerce_lines", currency="GBP", timezone="Europe/London")
    assert rows(ws, ORDERS) == [
        ("901", "completed", Decimal(100), Decimal(95), Decimal(20), Decimal(75)),
        ("902", "placed", Decimal(30), Decimal(0), Decimal(0), Decimal(0)),
    ]


def test_who_left_a_list_is_not_taken_for_a_subscriber(taken) -> None:  # type: ignore[no-untyped-def]
    for name in ("klaviyo_members", "mailchimp_members"):
        ws, _ = taken(name, timezone="Europe/London", currency="GBP")
        assert rows(
            ws, "SELECT is_granted, CAST(decided_at AS VARCHAR) FROM consents ORDER BY decided_at DESC"
        ) == [
            (False, "2024-05-20 10:00:00+00"),
            (True, "2024-05-01 10:00:00+00" if name == "klaviyo_members" else "2024-04-01 09:00:00+00"),
        ]
        assert rows(ws, "SELECT count(*) FROM members") == [(3 if name == "klaviyo_members" else 2,)]


def test_ga4_events_are_named_as_the_house_names_them(taken) -> None:  # type: ignore[no-untyped-def]
    ws, _ = taken("ga4_events", currency="USD", timezone="America/New_York")
    assert rows(
        ws, "SELECT name, CAST(occurred_at AS VARCHAR), channel, item_id FROM events ORDER BY occurred_at"
    ) == [
        ("page_view", "2024-06-01 02:00:00+00", "cpc", None),
        ("product_view", "2024-06-01 02:01:00.5+00", "cpc", "CUP"),
        ("purchase", "2024-06-01 02:02:00+00", "cpc", "CUP"),
    ]


META = (
    "Reporting starts,Reporting ends,Campaign name,Ad set name,Ad name,Amount spent (CNY),Impressions,"
    "Link clicks,{},Purchases conversion value\n"
)


def spend(ws: Workspace) -> list[tuple[object, ...]]:
    return rows(ws, "SELECT creative, cost_amount, platform_orders FROM spend ORDER BY creative")


def test_meta_leaves_out_its_summary_and_refuses_what_covers_a_period(
    shop: Workspace, tmp_path: Path
) -> None:
    file = tmp_path / "meta.csv"
    file.write_text(
        META.format("Results,Result indicator,Purchases")
        + "2024-06-01,2024-06-02,,,,300.00,900,30,,,9,900.00\n"
        + "2024-06-01,2024-06-01,A,S,Video,60.00,400,20,4,actions:offsite_conversion.fb_pixel_purchase,4,210.00\n"
        + "2024-06-01,2024-06-07,A,S,Banner,40.00,100,10,3,actions:offsite_conversion.fb_pixel_purchase,3,150.00\n",
        encoding="utf-8",
    )
    (loaded,) = load(shop, file)
    assert spend(shop) == [("Video", Decimal(60), 4.0)]
    assert (loaded.n_rows, loaded.n_taken, loaded.n_refused) == (2, 1, 1)
    assert sum(loaded.left_out.values()) == 1
    assert [*loaded.reasons] == ["the row covers several days, until …: export the report by day"]


def test_meta_results_are_no_orders_whatever_they_count(shop: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "meta.csv"
    file.write_text(
        META.format("Results,Result indicator,Purchases")
        + "2024-06-01,2024-06-01,A,S,Clicks,60.00,400,20,560,actions:link_click,,\n"
        + "2024-06-01,2024-06-01,A,S,Video,60.00,400,20,9000,video_thruplay_watched_actions,,\n"
        + "2024-06-01,2024-06-01,A,S,Shop,60.00,400,20,5,actions:omni_purchase,5,100.00\n",
        encoding="utf-8",
    )
    load(shop, file)
    assert spend(shop) == [
        ("Clicks", Decimal(60), None),
        ("Shop", Decimal(60), 5.0),
        ("Video", Decimal(60), None),
    ]


def test_meta_results_are_orders_where_the_indicator_says_purchase(shop: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "meta.csv"
    head = META.format("Results,Result indicator").replace(",Purchases conversion value", "")
    row = "2024-06-01,2024-06-01,A,S,{},60.00,400,20,{},{}\n"
    told = [
        ("A", "5", "actions:offsite_conversion.fb_pixel_purchase"),
        ("B", "1,204", "actions:omni_purchase"),
        ("C", "560", "actions:link_click"),
        ("D", "7", "actions:offsite_conversion.fb_pixel_add_to_cart"),
        ("E", "", "actions:omni_purchase"),
    ]
    lines = [row.format(name, f'"{n}"', kind) for name, n, kind in told]
    file.write_text(head + "".join(lines), encoding="utf-8")
    (loaded,) = load(shop, file)
    assert loaded.n_refused == 0
    assert [row[2] for row in spend(shop)] == [5.0, 1204.0, None, None, None]
    file.write_text(head + row.format("A", "some", "actions:omni_purchase"), encoding="utf-8")
    (loaded,) = load(shop, file)
    assert [*loaded.reasons] == ["platform_orders is …, which cannot be read as a number"]


@pytest.mark.parametrize(
    "header",
    [
        "报告开始日期,报告结束日期,广告系列名称,广告组名称,广告名称,花费金额 (EUR),展示次数,链接点击量,购物次数,购物转化价值",
        "Berichtsstart,Berichtsende,Kampagnenname,Name der Anzeigengruppe,Name der Anzeige,Ausgegebener Betrag (EUR),"
        "Impressionen,Link-Klicks,Käufe,Conversion-Wert für Käufe",
    ],
)
def test_meta_in_chinese_and_german(make_workspace, tmp_path: Path, header: str) -> None:  # type: ignore[no-untyped-def]
    ws = make_workspace(currency="EUR", timezone="Europe/Berlin")
    file = tmp_path / "meta.csv"
    file.write_text(f"{header}\n2024-06-01,2024-06-01,A,S,Video,60.50,400,20,4,210.00\n", encoding="utf-8")
    (loaded,) = load(ws, file)
    assert loaded.layout.startswith("meta_ads")
    assert spend(ws) == [("Video", Decimal("60.50"), 4.0)]


def test_google_in_german(make_workspace, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    ws = make_workspace(currency="EUR", timezone="Europe/Berlin")
    file = tmp_path / "google.csv"
    file.write_text(
        "Kampagnenbericht\n1. Juni 2024 - 2. Juni 2024\nTag\tKampagne\tWährungscode\tKosten\tImpr.\tKlicks\tConversions\tConv.-Wert\n"
        "2024-06-01\tMarke\tEUR\t1.234,56\t12.345\t678\t3,50\t210,00\n2024-06-02\tMarke\tEUR\t12,50\t345\t8\t0,00\t0,00\n"
        "Gesamt: Konto\t\t\t1.247,06\t12.690\t686\t3,50\t210,00\n",
        encoding="utf-16",
    )
    (loaded,) = load(ws, file)
    assert loaded.reasons == {}
    assert rows(
        ws, "SELECT sum(cost_amount), sum(impressions), sum(platform_orders), max(currency) FROM spend"
    ) == [(Decimal("1247.06"), 12690, 3.5, "EUR")]


@pytest.fixture
def shop(make_workspace) -> Workspace:  # type: ignore[no-untyped-def]
    return make_workspace()
