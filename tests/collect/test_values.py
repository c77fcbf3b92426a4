"""Figures, times and identifiers as people write them: the right value, or a refusal that says why."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import phonenumbers
import pytest
from babel.numbers import format_decimal
from hypothesis import example, given
from hypothesis import strategies as st

from quanyu.collect.load.load import load
from quanyu.collect.value.key import key_of
from quanyu.collect.value.moment import EPOCH, order_told, read_day, read_moment
from quanyu.collect.value.number import figure, mark_told
from quanyu.tables.text.phone import e164, number
from quanyu.workspace import Workspace, pseudonym

Shop = Callable[..., Workspace]


def load_orders(
    ws: Workspace, into: Path, rows: list[dict[str, str]], delimiter: str = ","
) -> dict[str, int]:
    """Load orders with the given cells and return the reasons for which some were refused."""
    file = into / "orders.csv"
    usual = {"ordered_at": "2024-06-01 10:00:00", "status": "paid", "paid_amount": "1"}
    whole = [{"order_id": f"o{i:03d}", **usual, **row} for i, row in enumerate(rows)]
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(whole[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(whole)
    return load(ws, file)[0].reasons


def column(ws: Workspace, name: str) -> dict[str, object]:
    found = ws.warehouse.query(f"SELECT order_id, {name} AS value FROM orders ORDER BY 1").to_pylist()
    return {row["order_id"]: row["value"] for row in found}


@pytest.mark.parametrize(
    ("text", "point", "comma", "unknown"),
    [
        ("¥1,234.00", "1234.00", "1234.00", "1234.00"), ("1.234,56 €", "1234.56", "1234.56", "1234.56"),
        ("12,50", "12.50", "12.50", "12.50"), ("1 234,56", "1234.56", "1234.56", "1234.56"),
        ("1\u202f234,56", "1234.56", "1234.56", "1234.56"), ("1'234.50", "1234.50", "1234.50", "1234.50"),
        ("1,23,456.00", "123456.00", "123456.00", "123456.00"), ("１２.５０", "12.50", "12.50", "12.50"),
        ("12.00-", "-12.00", "-12.00", "-12.00"), ("-¥12", "-12", "-12", "-12"), ("¥-12", "-12", "-12", "-12"),
        ("(123.45)", "-123.45", "-123.45", "-123.45"), ("US$12.00", "12.00", "12.00", "12.00"),
        ("NT$1,200", "1200", "1.200", None), ("R$ 12,50", "12.50", "12.50", "12.50"), ("₩12000", "12000", "12000", "12000"),
        ("免费", "0", "0", "0"), ("1.2万", "12000", "12000", "12000"), ("12.50元", "12.50", "12.50", "12.50"),
        ("12.-", "12", "12", "12"), ("CHF 12.–", "12", "12", "12"), ("12,-- €", "12", "12", "12"), ("-12.-", "-12", "-12", "-12"),
        ("1,234", "1234", "1.234", None), ("1.234", "1.234", "1234", None), ("0.345", "0.345", "0.345", "0.345"),
        ("12,3456", None, "12.3456", None), ("12.5%", None, None, None), ("1,2345.00", None, None, None),
        ("CN¥12", "12", "12", "12"), ("﹣12", "-12", "-12", "-12"), ("－１２", "-12", "-12", "-12"), ("12,-", "12", "12", "12"),
        ("1.2k", "1200", "1200", "1200"), ("1.2w", "12000", "12000", "12000"), ("3百万", "3000000", "3000000", "3000000"),
        ("1.2M", "1200000", "1200000", "1200000"), ("1.2m", None, None, None), ("12 kr", "12", "12", "12"),
        ("12。50", None, None, None), ("NaN", None, None, None), ("inf", None, None, None), ("1e3", None, None, None),
        ("#N/A", None, None, None), ("12.50;", None, None, None), ("1_000", None, None, None), ("--5", None, None, None),
    ],
)  # fmt: skip
def test_a_figure_is_read_where_it_is_certain(
    text: str, point: str | None, comma: str | None, unknown: str | None
) -> None:
    assert (figure(text, "."), figure(text, ","), figure(text, "")) == (point, comma, unknown)


@given(
    value=st.decimals(-(10**9), 10**9, places=2),
    locale=st.sampled_from(["en_US", "de_DE", "fr_FR", "en_IN", "pt_BR", "sv_SE", "zh_CN"]),
)
def test_what_babel_writes_is_read_back(value: Decimal, locale: str) -> None:
    text = format_decimal(value, "#,##,##0.00" if locale == "en_IN" else "#,##0.00", locale=locale)
    read = figure(text, "")
    assert read is not None
    assert Decimal(read) == value
    assert mark_told(text) == ("," if format_decimal(Decimal("0.5"), locale=locale) == "0,5" else ".")


def test_the_style_of_a_column_is_that_of_all_its_cells(make_workspace: Shop, tmp_path: Path) -> None:
    ws = make_workspace()
    amounts = ["1.234", "12,50", "1.234,56", "7"]
    assert load_orders(ws, tmp_path, [{"paid_amount": text} for text in amounts]) == {}
    assert list(column(ws, "paid_amount").values()) == [
        Decimal("1234"), Decimal("12.50"), Decimal("1234.56"), Decimal(7),
    ]  # fmt: skip


def test_a_column_written_in_two_ways_reads_only_what_is_certain(
    make_workspace: Shop, tmp_path: Path
) -> None:
    ws = make_workspace()
    reasons = load_orders(
        ws, tmp_path, [{"paid_amount": text} for text in ["12.50", "12,50", "1,234", "1.234"]]
    )
    assert list(reasons.values()) == [2]
    assert list(column(ws, "paid_amount").values()) == [Decimal("12.50"), Decimal("12.50")]


def test_a_column_of_nothing_but_three_digits_after_the_point_is_refused(
    make_workspace: Shop, tmp_path: Path
) -> None:
    """Unless another cell of the file tells, or the file itself has numbers."""
    ws = make_workspace()
    alone = [{"paid_amount": text} for text in ["1.234", "12.345", "7"]]
    assert list(load_orders(ws, tmp_path, alone).values()) == [2]
    assert list(column(ws, "paid_amount").values()) == [Decimal(7)]
    (reason,) = {
        row["reason"]
        for row in ws.warehouse.query("SELECT reason FROM rejects").to_pylist()
        if "1.234" in row["reason"]
    }
    assert "may be a thousand or a fraction" in reason
    assert load_orders(ws, tmp_path, [*alone, {"paid_amount": "0.500"}]) == {}
    assert list(column(ws, "paid_amount").values()) == [
        Decimal("1.23"), Decimal("12.35"), Decimal(7), Decimal("0.50"),
    ]  # fmt: skip
    numbers = tmp_path / "numbers.jsonl"
    numbers.write_text(
        '{"order_id": "n", "ordered_at": "2024-06-01", "status": "paid", "paid_amount": 1.234}\n'
    )
    assert load(ws, numbers)[0].n_taken == 1
    assert column(ws, "paid_amount")["n"] == Decimal("1.23")


def test_a_count_of_1_000_may_be_a_thousand(make_workspace: Shop, tmp_path: Path) -> None:
    ws = make_workspace()
    told = [{"n_items": text} for text in ["1.000", "2", "1 000"]]
    assert list(load_orders(ws, tmp_path, told).values()) == [1]
    assert list(column(ws, "n_items").values()) == [2, 1000]
    assert load_orders(ws, tmp_path, [*told, {"n_items": "3.00"}]) == {}
    assert list(column(ws, "n_items").values()) == [1, 2, 1000, 3]


def test_a_number_may_be_rounded_to_the_digits_shown_and_money_not(
    make_workspace: Shop, tmp_path: Path
) -> None:
    ws = make_workspace()
    (tmp_path / "fx_rates.csv").write_text("on,currency,rate\n2024-06-01,VND,2.8e-4\n2024-06-01,KWD,2.3e1\n")
    assert load(ws, tmp_path / "fx_rates.csv")[0].reasons == {}
    rates = ws.warehouse.query("SELECT currency, rate FROM fx_rates ORDER BY 1").to_pylist()
    assert [(row["currency"], row["rate"]) for row in rates] == [("KWD", 23.0), ("VND", 0.00028)]


@pytest.mark.parametrize(("delimiter", "read"), [(",", [Decimal("1234.00")]), (";", [])])
def test_a_thousand_alone_is_certain_unless_semicolons_part_the_cells(
    make_workspace: Shop, tmp_path: Path, delimiter: str, read: list[Decimal]
) -> None:
    ws = make_workspace()
    load_orders(ws, tmp_path, [{"paid_amount": "1,234"}], delimiter)
    assert list(column(ws, "paid_amount").values()) == read


@pytest.mark.parametrize("text", ["#N/A", "#REF!", "#VALUE!", "NaN", "inf", "1e3", "12.5%"])
def test_what_is_no_figure_is_refused_and_never_filled_in(
    make_workspace: Shop, tmp_path: Path, text: str
) -> None:
    ws = make_workspace()
    assert sum(load_orders(ws, tmp_path, [{"paid_amount": text}]).values()) == 1
    assert not column(ws, "paid_amount")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2024-06-01", "2024-05-31T16:00"), ("2024/06/01", "2024-05-31T16:00"), ("2024年6月1日", "2024-05-31T16:00"),
        ("2024-06-01 10:00:00 UTC", "2024-06-01T10:00"), ("2024-06-01T10:00+08", "2024-06-01T02:00"),
        ("2024-06-01 10:00:00 America/New_York", "2024-06-01T14:00"), ("2024-06-01 10:00:00 EDT", "2024-06-01T14:00"),
        ("2024-06-01 10:00 CST", "2024-06-01T02:00"), ("2024-06-01 10:00 IST", None), ("2024-06-01 10:00 Berlin", None),
        ("2024-06-01 10:00 PM", "2024-06-01T14:00"), ("2024-06-01 下午3:05", "2024-06-01T07:05"),
        ("2024-06-01 13:00 PM", None), ("2024-06-01 12:00 AM", "2024-05-31T16:00"), ("31/12/2024", "2024-12-30T16:00"),
        ("12/31/2024", "2024-12-30T16:00"), ("03/04/2024", None), ("03.04.2024", "2024-04-02T16:00"), ("6/1/24", None),
        ("1717236000", "2024-06-01T10:00"), ("1717236000000", "2024-06-01T10:00"), ("45444.5", "2024-06-01T04:00"),
        ("2024-02-30 10:00:00", None), ("0000-00-00 00:00:00", None), ("Jun 1, 2024", "2024-05-31T16:00"),
        ("Sa., 1. Juni 2024, 18:30 Uhr", "2024-06-01T10:30"), ("1er juin 2024 à 18h30", "2024-06-01T10:30"),
        ("01.06.2024 18 Uhr", "2024-06-01T10:00"), ("June 1 2024 6PM", "2024-06-01T10:00"),
        ("2024-06-01 13 PM", None), ("14. März 2024 um 10:05:06 Uhr", "2024-03-14T02:05:06"), ("Juni 2024", None),
        ("mar. 4 juin 2024 10:00", "2024-06-04T02:00"), ("1 de junio de 2024", "2024-05-31T16:00"), ("1. Foo 2024", None),
    ],
)  # fmt: skip
def test_a_time_is_read_where_it_is_certain(text: str, utc: str | None) -> None:
    found = read_moment(text, "Asia/Shanghai")
    right = None if utc is None else dt.datetime.fromisoformat(utc)
    assert (None if found is None else EPOCH + dt.timedelta(microseconds=found)) == right


@given(
    at=st.datetimes(dt.datetime(1995, 1, 1), dt.datetime(2030, 1, 1)),  # noqa: DTZ001
    zone=st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe"]),
)
def test_local_times_are_those_of_the_zone(at: dt.datetime, zone: str) -> None:
    """The oracle is `zoneinfo`: times left out by a change of clocks move on, of two equal ones the later counts."""
    at = at.replace(microsecond=0)
    both = [at.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1)]
    right = max(one.astimezone(dt.UTC) for one in both)
    found = read_moment(at.isoformat(" "), zone)
    assert found == int(right.timestamp()) * 1_000_000
    day = read_day(at.isoformat(" "), zone)
    assert day is not None
    assert EPOCH.date() + dt.timedelta(days=day) == right.astimezone(ZoneInfo(zone)).date()


def test_the_order_of_day_and_month_is_that_of_the_column(make_workspace: Shop, tmp_path: Path) -> None:
    assert [order_told(text) for text in ("31/12/2024", "12/31/2024", "03/04/2024")] == ["day", "month", ""]
    ws = make_workspace(timezone="UTC")
    assert load_orders(ws, tmp_path, [{"ordered_at": text} for text in ("03/04/2024", "31/12/2023")]) == {}
    assert [str(at)[:10] for at in column(ws, "ordered_at").values()] == ["2024-04-03", "2023-12-31"]


@pytest.mark.parametrize("text", ["0001-01-01", "1989-12-31 23:00:00", "2200-01-01"])
def test_days_that_no_fact_can_have_are_refused(make_workspace: Shop, tmp_path: Path, text: str) -> None:
    assert sum(load_orders(make_workspace(), tmp_path, [{"paid_at": text}]).values()) == 1


@pytest.mark.parametrize("text", ["1.23457E+18", "1,23457E+18", "1.234567890123457e+18", "1e+18"])
def test_numbers_that_lost_digits_are_refused(make_workspace: Shop, tmp_path: Path, text: str) -> None:
    reasons = load_orders(make_workspace(), tmp_path, [{"order_id": text}])
    assert reasons == {"order_id is …, in scientific notation: digits are lost": 1}


def test_exact_numbers_of_a_spreadsheet_are_one_with_those_of_text(
    make_workspace: Shop, tmp_path: Path
) -> None:
    ws = make_workspace()
    load_orders(ws, tmp_path, [{"order_id": text} for text in ("1001.0", "0042", "12E5", "1234567890123450")])
    assert list(column(ws, "order_id")) == ["0042", "1001", "1234567890123450", "12E5"]


def test_numbers_that_a_spreadsheet_rounded_are_refused(make_workspace: Shop, tmp_path: Path) -> None:
    ids = [f"12345678901{i:04d}0000" for i in range(5)] + ["1234567890123456789"]
    ws = make_workspace()
    assert sum(load_orders(ws, tmp_path, [{"order_id": text} for text in ids]).values()) == 5
    assert list(column(ws, "order_id")) == ["1234567890123456789"]


ODD = (
    "Phone:13800000000", "tel:+86 138 0000 0000", "mobile:138-0000-0000", "手机号：１３８００００００００", "user:13800000000",
    "user:tb13800000000", "member:+86-138-0000-0000", "device:(138)00000000", "cookie:8613800000000", "Email:Bo@Example.com",
    "e-mail:bo@example.com", "user:Bo@Example.com", "cookie:bo%40example.com", "member:bo＠example.com", "jd:mailto:bo@example.com",
)  # fmt: skip


def test_no_phone_or_mail_stands_in_clear(make_workspace: Shop, tmp_path: Path) -> None:
    ws = make_workspace()
    assert load_orders(ws, tmp_path, [{"id_key": text} for text in ODD]) == {}
    keys = [str(key) for key in column(ws, "id_key").values()]
    assert all(key.partition(":")[2].isalnum() and len(key.partition(":")[2]) == 32 for key in keys), keys
    assert len(set(keys[:4])) == 1
    assert len(set(keys[9:11])) == 1


@pytest.mark.parametrize("text", ["emial:bo@example.com", "lazada:77", "13800000000"])
def test_kinds_that_nobody_declared_are_refused(make_workspace: Shop, tmp_path: Path, text: str) -> None:
    ws = make_workspace()
    assert sum(load_orders(ws, tmp_path, [{"id_key": text}]).values()) == 1
    told = str(ws.warehouse.query("SELECT reason FROM rejects").to_pylist())
    assert "example.com" not in told
    assert "13800000000" not in told


def test_kinds_of_ones_own_are_declared(make_workspace: Shop, tmp_path: Path) -> None:
    ws = make_workspace(kinds=("lazada",))
    assert load_orders(ws, tmp_path, [{"id_key": "Lazada:77"}]) == {}
    assert list(column(ws, "id_key").values()) == ["lazada:77"]


@given(st.sampled_from(["GB", "US", "DE", "JP", "FR", "IN", "HK"]), st.integers(10**7, 10**10))
@example("US", 116930000)
def test_phones_are_those_of_the_library(country: str, number: int) -> None:
    text = f"0{number}"
    try:
        parsed = phonenumbers.parse(text, country)
    except phonenumbers.NumberParseException:  # 011 and 693: a call from the US to a country that is none
        assert e164(text, country) is None
        return
    right = phonenumbers.format_number(parsed, 0) if phonenumbers.is_valid_number(parsed) else None
    assert e164(text, country) == right


def test_chinese_hashes_stay() -> None:
    known = key_of("13800000000", "phone", "CN|", "00")
    assert known == f"phone:{pseudonym('00', 'phone', '+8613800000000')}"
    assert known == key_of("+86 138-0000-0000", "phone", "GB|", "00")
    assert key_of("0151 234 5678", "phone", "CN|", "00") is None


@pytest.mark.parametrize(
    ("text", "phone"),
    [
        ("010-12345678转801", "+861012345678;ext=801"), ("13800000000-1234", "+8613800000000;ext=1234"),
        ("138-0000-0000", "+8613800000000"), ("021-6666-8888", "+862166668888"), ("+1 212 555 0100 x12", "+12125550100;ext=12"),
        ("138-0000", None),
    ],
)  # fmt: skip
def test_who_shares_a_telephone_number_is_told_apart_by_the_extension(text: str, phone: str | None) -> None:
    """A platform that hides its buyers gives many of them one number and an extension each."""
    assert number(text, "CN") == phone
    assert e164(text, "CN") == (None if phone and "ext" in phone else phone)
    assert key_of(text, "phone", "CN|", "s") == (phone and f"phone:{pseudonym('s', 'phone', phone)}")
