from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal
from zoneinfo import ZoneInfo

import openpyxl

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
