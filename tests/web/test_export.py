from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.table.export import file_name, sheet_name, to_csv, to_xlsx

ZONE = ZoneInfo("Asia/Shanghai")
SHEET = Sheet(
    "成交 / 渠道",
    (Head("渠道"), Head("金额", "currency"), Head("占比", "ratio"), Head("日", "day"), Head("时间", "time")),
    (
        ("淘宝", Decimal("1234.50"), 0.25, dt.date(2026, 6, 1), dt.datetime(2026, 6, 1, 4, tzinfo=dt.UTC)),
        ('=HYPERLINK("http://evil")', None, None, None, None),
        ("-1,5", -3, 0.0, dt.date(2026, 6, 2), None),
    ),
)


def test_csv_opens_in_excel_and_carries_no_formula() -> None:
    text = to_csv(SHEET, ZONE)
    assert text.startswith(b"\xef\xbb\xbf")
    lines = text.decode("utf-8-sig").split("\r\n")
    assert lines[0] == "渠道,金额,占比,日,时间"
    assert lines[1] == "淘宝,1234.50,0.25,2026-06-01,2026-06-01 12:00:00"
    assert lines[2].startswith("\"'=HYPERLINK")
    assert lines[3] == '"\'-1,5",-3,0.0,2026-06-02,'


def test_workbook_has_numbers_dates_and_plain_text() -> None:
    page = openpyxl.load_workbook(io.BytesIO(to_xlsx(SHEET, ZONE))).active
    assert page.title == "成交 渠道"
    assert [cell.value for cell in page[2]] == [
        "淘宝",
        1234.5,
        0.25,
        dt.datetime.fromisoformat("2026-06-01"),
        dt.datetime.fromisoformat("2026-06-01T12:00"),
    ]
    assert page[2][2].number_format == "0.00%"
    assert page[3][0].data_type == "s"
    assert page[3][0].value == '=HYPERLINK("http://evil")'


def test_names_fit_excel_and_every_file_system() -> None:
    assert sheet_name("a/b:c*" + "x" * 40) == "a b c " + "x" * 25
    assert sheet_name("///") == "Quanyu"
    assert file_name("../净成交额?", dt.date(2026, 6, 1), "xlsx") == "净成交额 2026-06-01.xlsx"


@pytest.mark.parametrize("phone", ["+86138****5678", "+86 138 1234 5678", "+44 (20) 7946-0958"])
def test_a_phone_is_no_formula(phone: str) -> None:
    told = to_csv(Sheet("s", (Head("手机"),), ((phone,),)), ZONE).decode("utf-8-sig")
    assert told.splitlines()[1].startswith("+")


@pytest.mark.parametrize(
    "formula",
    [
        "+cmd|' /C calc'!A0",
        "+1+HYPERLINK(1)",
        "+1-1",
        "+86138****5678+A1",
        "+2*3",
        "+44-20",
        "-2+3",
        "@SUM(A1)",
        "+A1",
        "=1",
        "+86;=1",
        "+86,1",
        "\t=1",
        "++1",
        "+1=2",
    ],
)
def test_what_a_spreadsheet_could_run_is_text(formula: str) -> None:
    ((told,),) = csv.reader(
        to_csv(Sheet("s", (Head("a"),), ((formula,),)), ZONE).decode("utf-8-sig").splitlines()[1:]
    )
    assert told == f"'{formula}"


def test_numbers_are_rounded_as_screens_show_them() -> None:
    heads = (Head("a", "number"), Head("b", "currency"), Head("c", "ratio"), Head("d", "count"), Head("e"))
    row = (0.1 + 0.2, Decimal("10.129"), 0.07414159, 3.0, 0.123456)
    told = to_csv(Sheet("s", heads, (row,)), ZONE).decode("utf-8-sig")
    assert told.splitlines()[1] == "0.3,10.13,0.0741,3,0.123456"
