"""Workbooks of every kind: dates of both systems, merged cells, errors, formulas that nobody calculated, wrong names."""

from __future__ import annotations

import datetime as dt
import shutil
import struct
import zipfile
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from tests.conftest import SECRET

import quanyu.workspace
from quanyu.collect.load.load import Loaded, load
from quanyu.collect.workbook import xlsb
from quanyu.workspace import Workspace

NOW = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)
HEADER = ("order_id", "ordered_at", "status", "paid_amount")
TEN = dt.datetime(2024, 6, 1, 10)  # noqa: DTZ001
SERIAL = 45_444 + 10 / 24
"""The same moment as a serial day, which counts from 1900."""
SAMPLES = Path(__file__).parents[1] / "samples"
ERP = """
zh = "某 ERP"
en = "Some ERP"
platform = "erp"
match = ["单号", "买家", "实付", "货号", "数量"]

[people]
ids = [{ from = "买家", id = "user" }]

[orders]
order_id = "单号"
per = ["order_id"]
ordered_at = "时间"
status = { value = "paid" }
paid_amount = "实付"
n_items = { from = "数量", total = true }

[order_lines]
order_id = "单号"
line_no = { running = ["order_id"] }
item_id = "货号"
n_items = "数量"
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Return one workspace for all: every test has orders of its own."""
    ws = quanyu.workspace.create(tmp_path_factory.mktemp("books") / "shop", clock=lambda: NOW, key=SECRET)
    (ws.root / "layouts").mkdir(exist_ok=True)
    (ws.root / "layouts" / "erp.toml").write_text(ERP, encoding="utf-8")
    yield ws
    ws.close()


def loaded(ws: Workspace, file: Path) -> Loaded:
    (done,) = load(ws, file)
    return done


def rows(ws: Workspace, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in ws.warehouse.query(sql).to_pylist()]


def local(ws: Workspace, prefix: str) -> list[tuple[object, ...]]:
    sql = "SELECT order_id, strftime(timezone('Asia/Shanghai', ordered_at), '%m-%d %H:%M'), paid_amount FROM orders"
    return rows(ws, f"{sql} WHERE order_id LIKE '{prefix}%' ORDER BY order_id")


def write_xlsx(
    file: Path, cells: list[tuple[object, ...]], *, merge: str = "", is_1904: bool = False
) -> Path:
    book = openpyxl.Workbook()
    if is_1904:
        book.epoch = CALENDAR_MAC_1904
    for row in cells:
        book.active.append(list(row))
    if merge:
        for span in merge.split():
            book.active.merge_cells(span)
    book.save(file)
    return file


def write_xlsb(
    file: Path, cells: list[tuple[object, ...]], *, merge: bytes = b"", is_1904: bool = False
) -> Path:
    """Write the least that is a workbook of records: texts, numbers, and bytes as errors."""

    def text(word: str) -> bytes:
        return struct.pack("<I", len(word)) + word.encode("utf-16-le")

    def record(kind: int, *parts: bytes) -> bytes:
        return xlsb.written(kind, b"".join(parts))

    def cell(column: int, value: object) -> bytes:
        place = struct.pack("<II", column, 0)
        if isinstance(value, bytes):
            return record(xlsb.ERROR, place, value)
        if isinstance(value, str):
            return record(xlsb.TEXT, place, text(value))
        return record(5, place, struct.pack("<d", value))

    relation = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    n_columns = len(cells[0])
    extent = struct.pack("<4I", 0, len(cells) - 1, 0, n_columns - 1)
    body = record(129) + record(148, extent) + record(145)
    for number, row in enumerate(cells):
        body += record(0, struct.pack("<IIHBBB", number, 0, 300, 0, 0, 0), struct.pack("<I", 0))
        body += b"".join(cell(i, value) for i, value in enumerate(row) if value is not None)
    body += (
        record(146)
        + (record(177, struct.pack("<I", 1)) + merge + record(178) if merge else b"")
        + record(130)
    )
    with zipfile.ZipFile(file, "w") as book:
        book.writestr("[Content_Types].xml", '<?xml version="1.0"?><Types/>')
        book.writestr(
            "xl/workbook.bin",
            record(131) + record(xlsb.PROPERTIES, struct.pack("<II", int(is_1904), 0), text("")) + record(143)
            + record(xlsb.SHEET, struct.pack("<II", 0, 1), text("rId1"), text("orders")) + record(144) + record(132),
        )  # fmt: skip
        book.writestr(
            "xl/_rels/workbook.bin.rels",
            '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
            f'<Relationship Id="rId1" Type="{relation}" Target="worksheets/sheet1.bin"/></Relationships>',
        )
        book.writestr("xl/worksheets/sheet1.bin", body)
    return file


def write_ods(file: Path, lines: str) -> Path:
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {spaces} xmlns:calcext="urn:calcext"><office:body>'
            f'<office:spreadsheet><table:table table:name="S">{lines}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
        archive.writestr(
            "META-INF/manifest.xml", '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        )
    return file


def ods_row(*cells: str, about: str = "") -> str:
    said = [
        each
        if each.startswith("<")
        else f'<table:table-cell office:value-type="string"><text:p>{each}</text:p></table:table-cell>'
        for each in cells
    ]
    return f"<table:table-row {about}>{''.join(said)}</table:table-row>"


@pytest.mark.parametrize("write", [write_xlsx, write_xlsb])
@pytest.mark.parametrize("is_1904", [False, True])
def test_serial_days_count_in_the_date_system_of_their_workbook(
    shop: Workspace, tmp_path: Path, write: Callable[..., Path], is_1904: bool
) -> None:
    name = f"{write.__name__}{is_1904}"
    cells = [HEADER, (f"{name}1", SERIAL - (1462 if is_1904 else 0), "paid", 12.5)]
    file = write(tmp_path / f"{name}.{write.__name__.removeprefix('write_')}", cells, is_1904=is_1904)
    assert loaded(shop, file).n_taken == 1
    assert local(shop, name) == [(f"{name}1", "06-01 10:00", Decimal("12.50"))]


def test_dates_of_the_1904_system_that_are_formatted(shop: Workspace, tmp_path: Path) -> None:
    cells = [HEADER, ("mac1", TEN, "paid", 1), ("mac2", SERIAL - 1462, "paid", 2)]
    loaded(shop, write_xlsx(tmp_path / "mac.xlsx", cells, is_1904=True))
    assert [at for _, at, _ in local(shop, "mac")] == ["06-01 10:00"] * 2


def test_an_old_workbook(shop: Workspace, tmp_path: Path) -> None:
    """Its date system is that of 1904; a status is merged over two rows; an amount is #N/A; a sheet is hidden."""
    done = loaded(shop, Path(shutil.copy(SAMPLES / "orders.xls", tmp_path)))
    assert (done.n_taken, done.n_refused, done.left_out) == (2, 1, {"line of a hidden sheet": 1})
    assert list(done.reasons) == ["paid_amount is …, which cannot be read as money"]
    assert local(shop, "x") + local(shop, "100") == [
        ("x1", "06-01 10:00", Decimal("12.50")), ("1001", "06-01 10:00", Decimal("13.00")),
    ]  # fmt: skip


def test_a_merged_cell_says_the_same_for_its_rows_and_a_figure_once(shop: Workspace, tmp_path: Path) -> None:
    cells: list[tuple[object, ...]] = [
        ("单号", "时间", "买家", "实付", "货号", "数量"),
        ("m1", TEN, "anna", 30, "a", 1), (None, None, None, None, "b", 2), ("m2", TEN, "bo", 5, "c", 3),
        ("m3", TEN, "cy", 9, "d", 4), (None, None, None, None, "e", None), (None,) * 6,
    ]  # fmt: skip
    file = write_xlsx(
        tmp_path / "erp.xlsx", cells, merge="A2:A3 B2:B3 C2:C3 D2:D3 A5:A7 B5:B7 C5:C7 D5:D7 F5:F6"
    )
    done = loaded(shop, file)
    assert done.layout == "erp"
    assert done.reasons == {
        "n_items is …, in a cell merged over several rows: nobody can tell what belongs to each": 1
    }
    assert rows(shop, "SELECT order_id, id_key, paid_amount, n_items FROM orders WHERE source = 'erp' ORDER BY 1") == [
        ("m1", "user:anna", Decimal(30), 3), ("m2", "user:bo", Decimal(5), 3), ("m3", "user:cy", Decimal(9), 4),
    ]  # fmt: skip
    lines = rows(shop, "SELECT order_id, item_id, n_items FROM order_lines WHERE source = 'erp' ORDER BY 2")
    assert lines == [("m1", "a", 1), ("m1", "b", 2), ("m2", "c", 3), ("m3", "d", 4)]


def test_merged_cells_of_other_forms(shop: Workspace, tmp_path: Path) -> None:
    cells = [HEADER, ("b1", SERIAL, "paid", 1), ("b2", None, "paid", 2)]
    merge = xlsb.written(xlsb.MERGE, struct.pack("<4I", 1, 2, 1, 1))
    loaded(shop, write_xlsb(tmp_path / "b.xlsb", cells, merge=merge))
    assert [at for _, at, _ in local(shop, "b")] == ["06-01 10:00"] * 2
    day = (
        '<table:table-cell office:value-type="date" office:date-value="2024-06-01T10:00:00" '
        'table:number-rows-spanned="2"><text:p>x</text:p></table:table-cell>'
    )
    lines = (
        ods_row(*HEADER)
        + ods_row("", "", "", "", about='table:number-rows-repeated="2"')
        + ods_row("o1", day, "paid", "1")
    )
    lines += ods_row("o2", "<table:covered-table-cell/>", "paid", "2")
    loaded(shop, write_ods(tmp_path / "o.ods", lines))
    assert [at for _, at, _ in local(shop, "o")] == ["06-01 10:00"] * 2


def test_errors_and_formulas_without_a_value_are_never_empty(shop: Workspace, tmp_path: Path) -> None:
    failed = '<table:table-cell table:formula="of:=1/0" office:value-type="float" office:value="0" calcext:value-type="error">'
    lines = ods_row(*HEADER) + ods_row(
        "e1", "2024-06-01", "paid", f"{failed}<text:p>Err:502</text:p></table:table-cell>"
    )
    lines += ods_row("e2", "2024-06-01", "paid", '<table:table-cell table:formula="of:=1+1"/>')
    books = [
        write_ods(tmp_path / "e.ods", lines),
        write_xlsb(
            tmp_path / "e.xlsb", [HEADER, ("e3", SERIAL, "paid", b"\x2a"), ("e4", SERIAL, "paid", b"\x07")]
        ),
        write_xlsx(tmp_path / "e.xlsx", [HEADER, ("e5", TEN, "paid", "=1+1"), ("=A2", TEN, "paid", 1)]),
    ]
    assert [(one.n_taken, one.n_refused) for one in (loaded(shop, book) for book in books)] == [(0, 2)] * 3
    reasons = {
        str(reason).partition(",")[0]
        for (reason,) in rows(shop, "SELECT reason FROM rejects WHERE file LIKE 'e.%'")
    }
    assert reasons == {
        "paid_amount is Err:502", "paid_amount is #UNCALCULATED!", "paid_amount is #N/A", "paid_amount is #DIV/0!",
        "order_id is missing",
    }  # fmt: skip


def test_a_workbook_may_have_the_name_of_another_form(shop: Workspace, tmp_path: Path) -> None:
    lines = ods_row(*HEADER) + ods_row("n1", "2024-06-01", "paid", "1")
    write_ods(tmp_path / "n1.xlsx", lines)
    write_xlsx(tmp_path / "n2.ods", [HEADER, ("n2", TEN, "paid", 1)])
    write_xlsx(tmp_path / "n3.xlsb", [HEADER, ("n3", TEN, "paid", 1)])
    assert [one.n_taken for one in load(shop, tmp_path)] == [1, 1, 1]
    assert len(local(shop, "n")) == 3
