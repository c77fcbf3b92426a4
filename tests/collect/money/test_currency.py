"""Money of several currencies: one column never holds two, rates come before or after, what has none counts nowhere."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import quanyu.workspace
from quanyu import loop
from quanyu.collect.layout.catalogue import BUILT_IN
from quanyu.collect.layout.declare import read_layout
from quanyu.collect.layout.layout import Layout
from quanyu.collect.load.load import load
from quanyu.collect.money.currency import waiting
from quanyu.collect.money.rate import newest, spread
from quanyu.errors import CurrencyError
from quanyu.tables import CONTRACTS, contract
from quanyu.tables.sale import is_sale
from quanyu.workspace import Workspace

SAMPLES = Path(__file__).parents[1] / "samples"
ORDERS = (
    "order_id,id_key,ordered_at,status,paid_amount,refund_amount,currency\n"
    "1,user:a,2024-06-01 10:00:00,completed,100,,USD\n"
    "2,user:b,2024-06-01 10:00:00,completed,10000,,jpy\n"
    "3,user:c,2024-06-01 10:00:00,completed,50,20,人民币\n"
    "4,user:d,2024-06-01 10:00:00,completed,7,,\n"
)
RATES = "on,currency,into,rate\n2024-06-01,USD,CNY,7.2\n2024-05-30,JPY,CNY,0.046\n"


@pytest.fixture
def shop(make_workspace) -> Workspace:  # type: ignore[no-untyped-def]
    return make_workspace()


def put(folder: Path, **files: str) -> list[Path]:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return [folder / f"{name}.csv" for name in files]


def rows(ws: Workspace, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in ws.warehouse.query(sql).to_pylist()]


def worth(ws: Workspace) -> list[tuple[object, ...]]:
    return rows(
        ws, "SELECT order_id, currency, net_amount, original_net_amount, fx_rate FROM orders ORDER BY 1"
    )


WORTH = [
    ("1", "USD", Decimal("720.00"), Decimal("100.00"), 7.2),
    ("2", "JPY", Decimal("460.00"), Decimal("10000.00"), 0.046),
    ("3", "CNY", Decimal("30.00"), None, None),
    ("4", "CNY", Decimal("7.00"), None, None),
]


@pytest.mark.parametrize(
    ("engine", "order", "is_at_once"),
    [
        ("duckdb", ("rates", "orders"), True),
        ("duckdb", ("rates", "orders"), False),
        ("duckdb", ("orders", "rates"), True),
        pytest.param("spark", ("orders", "rates"), False, marks=pytest.mark.spark),
        ("duckdb", ("orders", "rates"), False),
    ],
)
def test_rates_may_come_before_or_after(
    make_workspace, tmp_path: Path, engine: str, order, is_at_once: bool
) -> None:
    workspace = make_workspace(engine=engine)
    texts = {"orders": ORDERS, "rates": RATES}
    files = put(tmp_path, **{name: texts[name] for name in order})
    for some in [files] if is_at_once else [[file] for file in files]:
        load(workspace, some)
    found = workspace.warehouse.read(workspace.warehouse.table("orders").order_by("order_id")).to_pylist()
    names = ("order_id", "currency", "net_amount", "original_net_amount", "fx_rate")
    assert [tuple(row[name] for name in names) for row in found] == WORTH
    assert waiting(workspace) == []


def test_what_has_no_rate_is_taken_but_counts_nowhere(shop: Workspace, tmp_path: Path) -> None:
    (loaded,) = load(shop, put(tmp_path, orders=ORDERS))
    assert (loaded.n_taken, loaded.n_refused) == (4, 0)
    assert loaded.message == (
        "1 rows of orders name no currency although others name a foreign one: they count as CNY; "
        "1 rows wait for a rate of JPY (orders): load fx_rates (on, currency, rate); "
        "1 rows wait for a rate of USD (orders): load fx_rates (on, currency, rate)"
    )
    assert worth(shop)[:2] == [
        ("1", "USD", None, Decimal("100.00"), None),
        ("2", "JPY", None, Decimal("10000.00"), None),
    ]
    loop.run(shop)
    counted = "SELECT numerator FROM metrics WHERE metric = '{}' AND grain = 'month' AND dimension = 'all'"
    assert rows(shop, counted.format("n_orders")) == rows(shop, counted.format("n_buyers")) == [(2.0,)]
    assert rows(shop, counted.format("net_revenue")) == [(37.0,)]
    assert rows(shop, "SELECT count(*), sum(frequency) FROM rfm") == [(2, 2)]
    assert rows(shop, "SELECT count(*) FROM facts WHERE n_orders > 0") == [(2,)]
    assert rows(shop, "SELECT count(*) FROM margins") == [(0,)]
    orders = shop.warehouse.table("orders")
    assert shop.warehouse.read(orders.filter(is_sale(orders)).select("order_id")).num_rows == 2


def test_later_and_corrected_rates_convert_without_the_orders(shop: Workspace, tmp_path: Path) -> None:
    load(shop, put(tmp_path, orders=ORDERS))
    load(shop, put(tmp_path, rates=RATES))
    assert worth(shop) == WORTH
    load(shop, put(tmp_path, rates=RATES.replace("7.2", "7")))
    assert worth(shop)[0] == ("1", "USD", Decimal("700.00"), Decimal("100.00"), 7.0)
    again = load(shop, put(tmp_path, orders=ORDERS + "5,user:e,2024-06-02,paid,1,,EUR\n"))[0].changes[
        "orders"
    ]
    assert (again.added, again.changed, again.same) == (1, 0, 4)


def test_a_turn_converts_what_a_killed_load_left(shop: Workspace, tmp_path: Path) -> None:
    load(shop, put(tmp_path, orders=ORDERS))
    quotes = [
        {"on": dt.date(2024, 6, 1), "currency": one, "into": "CNY", "rate": rate}
        for one, rate in (("USD", 7.2), ("JPY", 0.046))
    ]
    schema = contract("fx_rates").schema.to_pyarrow()
    shop.warehouse.merge("fx_rates", pa.Table.from_pylist(quotes, schema=schema), by="collect")
    assert next(one for one in loop.explain(shop) if one.step.name == "currency").is_due
    loop.run(shop, only="currency")
    assert worth(shop) == WORTH
    assert not next(one for one in loop.explain(shop) if one.step.name == "currency").is_due


def test_lines_are_in_the_currency_of_their_order(shop: Workspace, tmp_path: Path) -> None:
    lines = "order_id,item_id,n_items,unit_price_amount\n1,cup,2,33.3333\n3,cup,1,50\n"
    load(shop, put(tmp_path, lines=lines))
    load(shop, put(tmp_path, orders=ORDERS, rates=RATES))
    assert rows(shop, "SELECT currency, unit_price_amount, net_amount, original_net_amount FROM order_lines ORDER BY 1") == [
        ("CNY", Decimal("50.0000"), Decimal("50.00"), None),
        ("USD", Decimal("239.9998"), Decimal("480.02"), Decimal("66.67")),
    ]  # fmt: skip


def test_every_table_with_money_is_converted(shop: Workspace, tmp_path: Path) -> None:
    load(shop, put(
        tmp_path,
        rates="on,currency,rate\n2024-06-01,USD,7\n2024-07-01,USD,8\n",
        spend="spent_on,platform,cost_amount,platform_revenue_amount,currency\n2024-06-02,ads,10,20,USD\n",
        prices="item_id,seller,observed_at,price_amount,kind,currency\ncup,me,2024-06-02 09:00:00,3,list,USD\n",
        items="item_id,name,list_price_amount,cost_amount,currency\ncup,Cup,5,2,USD\n",
        touches="touch_id,id_key,touched_at,channel,cost_amount,currency\nt,user:a,2024-06-02 09:00:00,sms,1,USD\n",
        events="event_id,id_key,name,occurred_at,value_amount,currency\ne,user:a,purchase,2024-06-02 09:00:00,4,USD\n",
        deals="lead_id,won_at,monthly_revenue_amount,currency\nl,2024-06-02 09:00:00,100,USD\n",
    ))  # fmt: skip
    assert rows(shop, "SELECT cost_amount, platform_revenue_amount FROM spend") == [(70, 140)]
    assert rows(shop, "SELECT price_amount FROM prices") == [(21,)]
    # What has no day of its own is worth what the newest rate says.
    assert rows(shop, "SELECT list_price_amount, cost_amount, original_cost_amount FROM items") == [
        (40, 16, 2)
    ]
    assert rows(shop, "SELECT cost_amount FROM touches") == [(7,)]
    assert rows(shop, "SELECT value_amount, original_value_amount FROM events") == [(28, 4)]
    assert rows(shop, "SELECT monthly_revenue_amount FROM deals") == [(700,)]
    assert waiting(shop) == []


def test_spend_without_a_rate_makes_no_click_free(shop: Workspace, tmp_path: Path) -> None:
    text = "spent_on,platform,campaign_id,clicks,cost_amount,currency\n2024-06-01,ads,a,10,50,\n2024-06-01,ads,b,10,50,USD\n"
    load(shop, put(tmp_path, spend=text, orders=ORDERS))
    loop.run(shop, only="metrics")
    cpc = "SELECT numerator, denominator FROM metrics WHERE metric = 'cpc' AND grain = 'month' AND dimension = 'all'"
    assert rows(shop, cpc) == [(50.0, 10.0)]


def test_an_update_in_another_currency_mixes_nothing(shop: Workspace, tmp_path: Path) -> None:
    head = "order_id,ordered_at,status,paid_amount,shipping_amount,currency\n"
    load(shop, put(tmp_path, rates=RATES, orders=head + "1,2024-06-01,paid,100,9,USD\n"))
    load(shop, put(tmp_path, status="order_id,ordered_at,status\n1,2024-06-01,completed\n"))
    assert rows(shop, "SELECT status, currency, paid_amount, original_paid_amount FROM orders") == [
        ("completed", "USD", 720, 100)
    ]
    load(shop, put(tmp_path, orders=head + "1,2024-06-01,completed,650,,CNY\n"))
    assert rows(
        shop, "SELECT currency, paid_amount, original_paid_amount, shipping_amount, fx_rate FROM orders"
    ) == [("CNY", 650, None, None, None)]


def test_an_unknown_currency_is_refused(shop: Workspace, tmp_path: Path) -> None:
    (loaded,) = load(shop, put(tmp_path, orders=ORDERS + "9,user:z,2024-06-01,paid,1,,$\n"))
    assert loaded.reasons == {"currency is …, which cannot be read as a currency such as CNY": 1}


def test_the_warehouse_refuses_a_second_currency(workspace: Workspace) -> None:
    schema = contract("orders").schema.to_pyarrow()
    bare = {
        "order_id": "1",
        "source": "s",
        "ordered_at": dt.datetime(2024, 6, 1, tzinfo=dt.UTC),
        "status": "paid",
        "currency": "USD",
    }
    for wrong in (
        {"paid_amount": 100},
        {"paid_amount": 100, "fx_rate": 7.0},
        {"paid_amount": 100, "original_paid_amount": 100},
    ):
        made = pa.Table.from_pylist([bare | wrong], schema=schema)
        for write in (workspace.warehouse.merge, workspace.warehouse.append, workspace.warehouse.replace):
            with pytest.raises(CurrencyError, match="another currency than CNY"):
                write("orders", made, by="collect")
    right = bare | {"paid_amount": 700, "original_paid_amount": 100, "fx_rate": 7.0}
    workspace.warehouse.merge("orders", pa.Table.from_pylist([right], schema=schema), by="collect")
    assert workspace.warehouse.count("orders") == 1


def test_a_workspace_keeps_its_currency(shop: Workspace, tmp_path: Path) -> None:
    load(shop, put(tmp_path, orders=ORDERS))
    file = shop.root / "quanyu.toml"
    file.write_text(file.read_text().replace('currency = "CNY"', 'currency = "USD"'))
    changed = quanyu.workspace.open(shop.root, clock=shop.clock)
    with pytest.raises(CurrencyError, match="in CNY, but its currency is set to USD"):
        load(changed, put(tmp_path, more=ORDERS))
    changed.close()


def test_a_chinese_platform_in_a_foreign_workspace(make_workspace) -> None:  # type: ignore[no-untyped-def]
    ws = make_workspace(timezone="America/New_York", currency="USD")
    load(ws, SAMPLES / "taobao_orders.csv")
    found = rows(
        ws,
        "SELECT currency, CAST(ordered_at AS VARCHAR), net_amount, original_net_amount FROM orders ORDER BY order_id",
    )
    assert found[0] == ("CNY", "2024-06-01 02:00:00+00", None, Decimal(100))


def _has(layout: Layout, *kinds: str) -> bool:
    return any(target.table[name].kind in kinds for target in layout.targets for name in target.fields)


LOCAL = ("woocommerce_lines", "woocommerce_orders")
"""Shop systems that write the shop's own time, which is the workspace's."""


@pytest.mark.parametrize("name", sorted(path.stem for path in BUILT_IN.glob("*.toml")))
def test_layouts_state_currency_and_zone_or_their_file_does(name: str) -> None:
    layout = read_layout(BUILT_IN / f"{name}.toml")
    says = any("currency" in target.fields for target in layout.targets)
    assert layout.currency or says or not _has(layout, "money", "price"), "whose currency?"
    if _has(layout, "time") and not layout.timezone and name not in LOCAL:
        sample = (SAMPLES / f"{name}.csv").read_text(encoding="utf-8")
        times = [
            cell for cell in sample.replace("\n", ",").split(",") if cell.startswith("20") and ":" in cell
        ]
        assert times and all(cell[-6:].strip()[0] in "+-" for cell in times), "whose zone?"


QUOTES = [
    {"on": dt.date(2024, 1, 5), "currency": "USD", "into": "CNY", "rate": 7.0},
    {"on": dt.date(2024, 1, 8), "currency": "CNY", "into": "USD", "rate": 0.125},
    {"on": dt.date(2024, 1, 8), "currency": "EUR", "into": "USD", "rate": 1.1},
    {"on": dt.date(2024, 1, 8), "currency": "CNY", "into": "CNY", "rate": 3.0},
]


def test_rates_hold_for_some_days_and_go_by_way_of_a_third_currency() -> None:
    found = {(row["currency"], row["day"].day): row["rate"] for row in spread(QUOTES, "CNY", 4).to_pylist()}
    assert {day for currency, day in found if currency == "USD"} == set(range(5, 13))
    assert (found["USD", 7], found["USD", 8], found["USD", 12]) == (7.0, 8.0, 8.0)
    assert found["EUR", 9] == pytest.approx(8.8)
    assert ("CNY", 8) not in found
    assert [row["rate"] for row in newest(QUOTES, "CNY", dt.date(2024, 1, 7)).to_pylist()] == [7.0]
    assert newest(QUOTES, "CNY", dt.date(2030, 1, 1)).num_rows == 2


days = st.integers(0, 60).map(lambda n: dt.date(2024, 1, 1) + dt.timedelta(n))
quotes = st.lists(
    st.tuples(days, st.sampled_from(("USD", "EUR")), st.floats(0.01, 100)),
    max_size=20, unique_by=lambda one: one[:2],
)  # fmt: skip


@given(quotes, days, st.integers(0, 20))
def test_a_day_takes_the_nearest_rate_before_it(quoted, day: dt.date, held: int) -> None:
    told = [{"on": on, "currency": currency, "into": "CNY", "rate": rate} for on, currency, rate in quoted]
    found = {
        row["currency"]: row["rate"] for row in spread(told, "CNY", held).to_pylist() if row["day"] == day
    }
    for currency in ("USD", "EUR"):
        near = [
            (on, rate)
            for on, one, rate in quoted
            if one == currency and on <= day and (day - on).days <= held
        ]
        assert found.get(currency) == (max(near)[1] if near else None)
    assert found.keys() <= {"USD", "EUR"}


def test_sums_over_any_split_add_up(shop: Workspace, tmp_path: Path) -> None:
    text = "order_id,ordered_at,status,channel,paid_amount,currency\n" + "".join(
        f"{n},2024-06-{1 + n % 28:02},completed,{'ab'[n % 2]},{n}.{n % 100:02},{('USD', 'CNY', 'JPY')[n % 3]}\n"
        for n in range(1, 200)
    )
    load(shop, put(tmp_path, orders=text, rates=RATES))
    assert rows(shop, """
        SELECT sum(net_amount) = (SELECT sum(n) FROM (SELECT sum(net_amount) AS n FROM orders GROUP BY channel, currency)),
               sum(net_amount) = sum(round(coalesce(original_net_amount, net_amount) * coalesce(fx_rate, 1)::DECIMAL(10, 4), 2)),
               count(*) = count(net_amount)
        FROM orders""") == [(True, True, True)]  # fmt: skip


def test_every_amount_of_an_input_has_its_original() -> None:
    for table in CONTRACTS.values():
        if table.is_input:
            money = {
                c.name
                for c in table.columns
                if c.kind in ("money", "price") and not c.name.startswith("original_")
            }
            assert set(table.amounts) == money
            assert not money or {"currency", "fx_rate"} <= set(table.by_name)


def test_foreign_rows_of_an_older_version_are_put_right(shop: Workspace, tmp_path: Path) -> None:
    old = {
        "order_id": "o",
        "source": "plain",
        "ordered_at": dt.datetime(2024, 6, 1, tzinfo=dt.UTC),
        "status": "paid",
    }
    money = {"currency": "USD", "paid_amount": Decimal(5), "net_amount": Decimal(5)}
    shop.warehouse.currency = "USD"
    schema = contract("orders").schema.to_pyarrow()
    shop.warehouse.append("orders", pa.Table.from_pylist([old | money], schema=schema), by="collect")
    shop.warehouse.currency = "CNY"
    load(shop, put(tmp_path, orders=ORDERS, rates=RATES))
    assert worth(shop) == [*WORTH, ("o", "USD", Decimal("36.00"), Decimal("5.00"), 7.2)]


def test_several_files_of_a_table_in_one_load(shop: Workspace, tmp_path: Path) -> None:
    head = "event_id,name,occurred_at,value_amount,currency\n"
    files = put(
        tmp_path,
        a=head + "1,purchase,2024-06-01 09:00:00,1,USD\n2,purchase,2024-06-01 09:00:00,1,\n",
        b=head + "3,purchase,2024-06-01 09:00:00,2,USD\n1,purchase,2024-06-01 09:00:00,1,USD\n",
        c=ORDERS,
        d=ORDERS.replace("completed,100", "completed,200") + "6,user:f,2024-06-01,paid,1,,USD\n",
        rates=RATES,
    )
    load(shop, files)
    assert rows(shop, "SELECT event_id, value_amount FROM events ORDER BY 1") == [
        ("1", Decimal("7.20")), ("2", Decimal(1)), ("3", Decimal("14.40")),
    ]  # fmt: skip
    assert [row[2] for row in worth(shop)] == [1440, 920, 30, 7, Decimal("7.20")]
    assert waiting(shop) == []
