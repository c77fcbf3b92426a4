"""Every built-in layout reads its sample file, quirks included."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path

import pytest
from tests.conftest import NOW, SECRET

import quanyu.workspace
from quanyu.collect.layout import catalogue
from quanyu.collect.layout.recognise import the_layout
from quanyu.collect.load.load import layouts, load
from quanyu.workspace import Workspace

SAMPLES = Path(__file__).parent / "samples"
BUILT_IN = [layout.name for layout in layouts() if not layout.is_plain]


def rows(ws: Workspace, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in ws.warehouse.query(sql).to_pylist()]


@pytest.fixture
def shop(make_workspace) -> Workspace:  # type: ignore[no-untyped-def]
    return make_workspace()


@pytest.fixture(scope="module")
def samples(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """Load all samples at once; by the name of the layout what was said of each."""
    ws = quanyu.workspace.create(tmp_path_factory.mktemp("samples") / "shop", clock=lambda: NOW, key=SECRET)
    yield {Path(each.file).stem: each for each in load(ws, [SAMPLES / f"{name}.csv" for name in BUILT_IN])}
    ws.close()


@pytest.mark.parametrize("name", BUILT_IN)
def test_layout_recognises_its_sample(samples, name: str) -> None:  # type: ignore[no-untyped-def]
    loaded = samples[name]
    assert (loaded.layout, loaded.status) == (name, "loaded")
    assert loaded.n_taken + loaded.n_refused == loaded.n_rows > 0


def test_taobao_ids_amounts_and_masks(shop: Workspace) -> None:
    (loaded,) = load(shop, SAMPLES / "taobao_orders.csv")
    assert (loaded.n_rows, loaded.n_refused) == (5, 1)
    assert loaded.reasons == {"gross_amount is …, at least 0 is allowed": 1}
    found = rows(
        shop,
        "SELECT order_id, id_key, status, gross_amount, discount_amount, net_amount, region FROM orders ORDER BY 1",
    )
    assert found == [
        (
            "1234567890123456789",
            "taobao:tb_anna",
            "completed",
            Decimal(100),
            Decimal(10),
            Decimal(100),
            "江苏",
        ),
        ("1234567890123456790", "taobao:tb_bob", "paid", Decimal(60), Decimal(10), Decimal(50), "北京"),
        ("1234567890123456791", None, "placed", Decimal(20), None, Decimal(0), "广东"),
        ("1234567890123456792", "taobao:tb_anna", "closed", Decimal(30), None, Decimal(0), "江苏"),
    ]
    assert rows(shop, "SELECT name, phone, email, city FROM members ORDER BY id_key") == [
        ("张**", "+8613800000001", None, "南京市"),
        ("李四", None, "bob@example.com", "北京市"),
    ]
    times = rows(shop, "SELECT CAST(ordered_at AS VARCHAR) FROM orders WHERE order_id LIKE '%6791'")
    assert times == [("2024-06-02 00:05:00+00",)]


def test_item_report_and_suborders_complete_orders_of_other_files(shop: Workspace) -> None:
    load(shop, [SAMPLES / "taobao_orders_new.csv", SAMPLES / "taobao_suborders_new.csv"])
    assert rows(
        shop,
        "SELECT order_id, gross_amount, discount_amount, refund_amount, net_amount FROM orders ORDER BY 1",
    ) == [
        ("2234567890123456789", Decimal(110), Decimal(10), Decimal(50), Decimal(58)),
        ("2234567890123456790", Decimal(40), Decimal(0), None, Decimal(40)),
    ]
    assert rows(shop, "SELECT count(*), sum(n_returned) FROM order_lines") == [(3, 1)]


def test_suborders_before_their_orders_wait(shop: Workspace) -> None:
    (waiting,) = load(shop, SAMPLES / "taobao_suborders_new.csv")
    assert "not loaded yet" in waiting.message
    load(shop, SAMPLES / "taobao_orders_new.csv")
    (again,) = load(shop, SAMPLES / "taobao_suborders_new.csv")
    assert (again.status, again.message) == ("loaded", "")
    assert rows(shop, "SELECT sum(net_amount) FROM orders") == [(Decimal(98),)]


def test_repeated_order_totals_count_once(shop: Workspace) -> None:
    load(shop, [SAMPLES / "jd_orders.csv", SAMPLES / "shopify_orders.csv"])
    assert rows(
        shop,
        "SELECT source, sum(coalesce(original_gross_amount, gross_amount)), sum(coalesce(original_paid_amount, paid_amount)), "
        "sum(coalesce(original_net_amount, net_amount)) FROM orders GROUP BY 1 ORDER BY 1",
    ) == [
        ("jd", Decimal(180), Decimal(126), Decimal(126)),
        ("shopify", Decimal(180), Decimal(140), Decimal(125)),
    ]
    assert rows(shop, "SELECT is_granted, count(*) FROM consents GROUP BY 1 ORDER BY 1") == [
        (False, 2),
        (True, 1),
    ]
    offset = rows(shop, "SELECT CAST(ordered_at AS VARCHAR) FROM orders WHERE order_id = '#1001'")
    assert offset == [("2024-03-10 03:59:00+00",)]


def test_ciphertext_is_no_identifier(shop: Workspace) -> None:
    load(shop, SAMPLES / "douyin_orders.csv")
    assert rows(shop, "SELECT id_key IS NULL, refund_amount, net_amount FROM orders ORDER BY order_id") == [
        (True, Decimal(38), Decimal(55)),
        (False, Decimal(0), Decimal(0)),
    ]


AD_SUMS = {
    "wanxiangtai": (3600, 70, "105.50", "CNY"),
    "qianchuan": (160000, 2400, "2000.50", "CNY"),
    "ocean_engine": (15000, 170, "400.00", "CNY"),
    "tencent_ads": (30000, 290, "580.00", "CNY"),
    "baidu_search": (1500, 120, "210.00", "CNY"),
    "google_ads": (13345, 728, "1334.56", "USD"),
    "google_ads_zh": (12345, 678, "1234.56", "USD"),
    "meta_ads": (8100, 115, "100.00", "USD"),
}


@pytest.mark.parametrize("name", AD_SUMS)
def test_ad_report_sums_without_its_totals_rows(shop: Workspace, name: str) -> None:
    load(shop, SAMPLES / f"{name}.csv")
    impressions, clicks, cost, currency = AD_SUMS[name]
    found = rows(
        shop,
        "SELECT sum(impressions), sum(clicks), sum(coalesce(original_cost_amount, cost_amount)), max(currency) FROM spend",
    )
    assert found == [(impressions, clicks, Decimal(cost), currency)]


def test_uci_returns_and_bad_debt(make_workspace) -> None:  # type: ignore[no-untyped-def]
    shop = make_workspace(currency="GBP", timezone="Europe/London")
    load(shop, SAMPLES / "uci_online_retail.csv")
    assert rows(
        shop, "SELECT order_id, status, net_amount FROM orders WHERE status <> 'completed' ORDER BY 1"
    ) == [
        ("A563185", "adjusted", Decimal(0)),
        ("A563186", "adjusted", Decimal(0)),
        ("C536379", "returned", Decimal("-27.50")),
    ]
    assert rows(shop, "SELECT count(*), min(unit_price_amount) FROM order_lines") == [
        (7, Decimal("-11062.06"))
    ]


def test_own_layout_needs_no_code(shop: Workspace, tmp_path: Path) -> None:
    own = shop.root / "layouts"
    own.mkdir()
    (own / "till.toml").write_text(
        'match = ["Bon", "Wann", "Summe"]\ntimezone = "Europe/Berlin"\ncurrency = "EUR"\n[orders]\norder_id = "Bon"\n'
        'ordered_at = { from = "Wann", format = "%d.%m.%Y %H:%M" }\nstatus = { value = "completed" }\npaid_amount = "Summe"\n',
        encoding="utf-8",
    )
    file = tmp_path / "till.csv"
    file.write_text("Bon;Wann;Summe\n7;31.03.2024 12:00;19.90\n", encoding="utf-8")
    (loaded,) = load(shop, file)
    assert (loaded.layout, loaded.n_taken) == ("till", 1)
    found = rows(shop, "SELECT CAST(ordered_at AS VARCHAR), currency, original_net_amount FROM orders")
    assert found == [("2024-03-31 10:00:00+00", "EUR", Decimal("19.90"))]


def test_a_layout_of_ones_own_wins_a_tie(make_workspace) -> None:
    ws = make_workspace()
    (ws.root / "layouts").mkdir(exist_ok=True)
    shipped = next(layout for layout in catalogue.layouts() if layout.name == "shopify_orders")
    text = (catalogue.BUILT_IN / "shopify_orders.toml").read_text(encoding="utf-8")
    needed = f'match = ["{shipped.match[0]}", "{shipped.match[-1]}"]'
    own = re.sub(r"^match = .*$", needed, text, flags=re.M)
    (ws.root / "layouts" / "a_shop.toml").write_text(own, encoding="utf-8")
    header = sorted(shipped.known)
    known = catalogue.layouts(ws.root)
    assert the_layout(header, known, "orders.csv", "shopify_orders").layout.name == "a_shop"
