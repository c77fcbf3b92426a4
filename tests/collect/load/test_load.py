"""Loading: forms of files, what is refused, again and again, and what goes wrong."""

from __future__ import annotations

import gzip
import json
import os
import random
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from pyarrow import feather

from quanyu.collect.load.load import load
from quanyu.errors import StorageError, UnknownLayoutError, UnreadableFileError
from quanyu.workspace import Workspace

HEADER = ("order_id", "ordered_at", "status", "paid_amount")
DATA = [("1", "2024-06-01 10:00:00", "completed", "10.00"), ("2", "2024-06-02 10:00:00", "paid", "20.50")]


@pytest.fixture
def shop(make_workspace) -> Workspace:  # type: ignore[no-untyped-def]
    return make_workspace()


def rows(ws: Workspace, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in ws.warehouse.query(sql).to_pylist()]


def text(data=DATA, delimiter=",") -> str:  # type: ignore[no-untyped-def]
    return "\n".join(delimiter.join(row) for row in (HEADER, *data)) + "\n"


def write(form: str, folder: Path) -> Path:
    file = folder / f"orders.{form}"
    if form == "xlsx":
        with xlsxwriter.Workbook(file) as book:
            sheet = book.add_worksheet("readme")
            sheet.write(0, 0, "nothing here")
            sheet = book.add_worksheet("orders")
            sheet.write(0, 0, "Export of orders")
            for i, row in enumerate((HEADER, *DATA)):
                sheet.write_row(i + 2, 0, row)
            sheet.write_number(4, 3, 20.5)
    elif form == "parquet":
        pq.write_table(pa.table({name: [row[i] for row in DATA] for i, name in enumerate(HEADER)}), file)
    elif form == "arrow":
        feather.write_feather(
            pa.table({name: [row[i] for row in DATA] for i, name in enumerate(HEADER)}), file
        )
    elif form == "jsonl":
        file.write_text(
            "\n".join(json.dumps(dict(zip(HEADER, row, strict=True))) for row in DATA), encoding="utf-8"
        )
    elif form == "gz":
        file.write_bytes(gzip.compress(text().encode()))
    elif form == "zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("__MACOSX/._a.csv", "x")
            archive.writestr("a.csv", text())
    else:
        encoding, delimiter = {"csv": ("utf-8-sig", ","), "tsv": ("utf-16", "\t"), "txt": ("gb18030", ";")}[
            form
        ]
        file.write_bytes(text(delimiter=delimiter).encode(encoding))
    return file


@pytest.mark.parametrize("form", ["csv", "tsv", "txt", "jsonl", "parquet", "arrow", "xlsx", "gz", "zip"])
def test_every_form_gives_the_same_rows(shop: Workspace, tmp_path: Path, form: str) -> None:
    (loaded,) = load(shop, write(form, tmp_path))
    assert (loaded.layout, loaded.n_taken, loaded.n_refused) == ("plain_orders", 2, 0)
    assert rows(
        shop,
        "SELECT order_id, CAST(ordered_at AS VARCHAR), CAST(net_amount AS VARCHAR) FROM orders ORDER BY 1",
    ) == [
        ("1", "2024-06-01 02:00:00+00", "10.00"),
        ("2", "2024-06-02 02:00:00+00", "20.50"),
    ]


def test_again_adds_nothing(shop: Workspace, tmp_path: Path) -> None:
    file = write("csv", tmp_path)
    load(shop, file)
    copy = tmp_path / "other name.csv"
    copy.write_bytes(file.read_bytes())
    assert load(shop, copy)[0].status == "already loaded"
    file.write_text(text([*DATA, ("3", "2024-06-03", "paid", "1")]), encoding="utf-8")
    change = load(shop, file)[0].changes["orders"]
    assert (change.added, change.changed, change.same) == (1, 0, 2)


def test_a_file_speaks_only_of_what_it_says(shop: Workspace, tmp_path: Path) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    first.write_text(
        "order_id,ordered_at,status,id_key,paid_amount\n1,2024-06-01,placed,user:u1,0\n", encoding="utf-8"
    )
    second.write_text("order_id,ordered_at,status,paid_amount\n1,2024-06-01,paid,9\n", encoding="utf-8")
    load(shop, first)
    load(shop, second)
    assert rows(shop, "SELECT id_key, status, CAST(net_amount AS VARCHAR) FROM orders") == [
        ("user:u1", "paid", "9.00")
    ]


def test_bad_rows_are_kept_with_line_and_reason(shop: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(
        "order_id,ordered_at,status,paid_amount\n"
        "1,2024-06-01 10:00:00,completed,10\n"
        "2,2024-06-01 10:00:00\n"
        "3,2024-06-31 10:00:00,completed,10\n"
        "4,2024-06-01 10:00:00,completed,10,11,12\n"
        "5,2099-01-01 10:00:00,completed,10\n"
        ",2024-06-01 10:00:00,completed,10\n"
        "7,2024-06-01 10:00:00,gone,10\n"
        "8,2024-06-01 10:00:00,completed,-3\n"
        '9,2024-06-01 10:00:00,completed,"1,234.50"\n',
        encoding="utf-8",
    )
    (loaded,) = load(shop, file)
    assert (loaded.n_rows, loaded.n_taken, loaded.n_refused) == (9, 2, 7)
    assert sum(loaded.reasons.values()) == 7
    assert rows(shop, "SELECT line, reason FROM rejects ORDER BY line") == [
        (3, "the line has 2 cells, 4 are expected"),
        (4, "ordered_at is 2024-06-31 10:00:00, which cannot be read as a time"),
        (5, "the line has 6 cells, 4 are expected"),
        (6, "ordered_at is 2099-01-01 02:00:00+00, in the future"),
        (7, "order_id is missing"),
        (8, "status is gone, allowed: placed, paid, shipped, completed, closed, returned, adjusted"),
        (9, "paid_amount is -3.00, at least 0 is allowed"),
    ]


def test_next_months_file_of_the_same_name_keeps_its_own_rejects(shop: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    for month in (6, 7):
        file.write_text(f"order_id,ordered_at,status\n,2024-0{month}-01,paid\n", encoding="utf-8")
        load(shop, file)
    assert rows(shop, "SELECT line, count(*) FROM rejects GROUP BY line") == [(2, 2)]


def test_broken_json_lines_are_kept(shop: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "orders.jsonl"
    good = json.dumps(dict(zip(HEADER, DATA[0], strict=True)))
    file.write_text(f'{good}\n{{"order_id": \n[1, 2]\n', encoding="utf-8")
    (loaded,) = load(shop, file)
    assert (loaded.n_taken, loaded.n_refused) == (1, 2)
    no = "the line is not a JSON object"
    assert rows(shop, "SELECT line, reason FROM rejects ORDER BY 1") == [(2, no), (3, no)]


def test_personal_identifiers_are_hashed(shop: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "members.csv"
    file.write_text(
        "id_key,member_no,phone,email\nuser:u1,M1,13800000001,A@B.com\nphone:138 0000 0002,,,\n",
        encoding="utf-8",
    )
    load(shop, file)
    keys = {str(key) for row in rows(shop, "SELECT id_key, other_key FROM links") for key in row}
    from quanyu.workspace import pseudonym

    assert keys == {
        "user:u1",
        "member:M1",
        "phone:" + pseudonym(shop.secret, "phone", "+8613800000001"),
        "email:" + pseudonym(shop.secret, "email", "a@b.com"),
    }
    assert rows(shop, "SELECT count(*) FROM members WHERE id_key LIKE '%138%'") == [(0,)]


@pytest.mark.parametrize("order", [("李雷", "李*"), ("李*", "李雷")])
def test_a_masked_name_never_replaces_a_full_one(shop, tmp_path, order):
    for day, name in enumerate(order, start=1):
        file = tmp_path / f"members{day}.csv"
        file.write_text(f"id_key,name,seen_at\njd:a,{name},2024-06-0{day} 10:00:00\njd:b,##YWJj,\n", "utf-8")
        load(shop, file)
    known = rows(shop, "SELECT id_key, name FROM members ORDER BY 1")
    assert known == [("jd:a", "李雷"), ("jd:b", None)]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.csv", b"", "is empty"),
        ("blank.csv", b"\n\n\n", "is empty"),
        ("page.xls", b"<html><table></table></html>", "web page"),
        ("broken.xlsx", b"PK\x03\x04 not really", "damaged"),
        ("broken.parquet", b"PAR1 not really", "not a readable Parquet"),
        ("broken.csv.gz", b"\x1f\x8b\x08\x00 no", "damaged"),
        ("picture.csv", b"\x89PNG\x00\x00\x01\x02" * 50, "binary"),
    ],
)
def test_unreadable_files_say_so(
    shop: Workspace, tmp_path: Path, name: str, content: bytes, says: str
) -> None:
    file = tmp_path / name
    file.write_bytes(content)
    with pytest.raises(UnreadableFileError, match=says):
        load(shop, file)


def test_truncated_workbook(shop: Workspace, tmp_path: Path) -> None:
    whole = write("xlsx", tmp_path).read_bytes()
    (tmp_path / "half.xlsx").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UnreadableFileError, match="damaged, truncated"):
        load(shop, tmp_path / "half.xlsx")


def test_wrong_suffix_does_not_matter(shop: Workspace, tmp_path: Path) -> None:
    disguised = tmp_path / "orders.csv"
    disguised.write_bytes(write("xlsx", tmp_path).read_bytes())
    assert load(shop, disguised)[0].n_taken == 2


def test_zip_bomb(shop: Workspace, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.zip"
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", b"0" * 120_000_000)
    with pytest.raises(UnreadableFileError, match="zip bomb"):
        load(shop, bomb)


def test_header_without_rows(shop: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(text([]), encoding="utf-8")
    (loaded,) = load(shop, file)
    assert (loaded.status, loaded.n_rows, loaded.message) == (
        "loaded",
        0,
        "the file has a header and no rows",
    )


def test_unknown_file_names_the_nearest_layout(shop: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_text(
        "订单编号,买家会员名,买家实际支付金额,订单创建时间\n1,a,2,2024-01-01\n", encoding="gb18030"
    )
    with pytest.raises(UnknownLayoutError, match="nearest is taobao_orders, missing: 订单状态"):
        load(shop, file)
    with pytest.raises(UnknownLayoutError, match="is no jd_orders file: it misses"):
        load(shop, file, layout="jd_orders")
    with pytest.raises(UnknownLayoutError, match="near it: taobao_orders"):
        load(shop, file, layout="taobao_order")


def test_one_bad_file_does_not_stop_a_folder(shop: Workspace, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("x,y\n1,2\n", encoding="utf-8")
    write("csv", tmp_path)
    (tmp_path / "notes.md").write_text("not data", encoding="utf-8")
    assert [(one.file, one.status) for one in load(shop, tmp_path)] == [
        ("a.csv", "failed"),
        ("orders.csv", "loaded"),
    ]


def _big(path: Path, n: int) -> None:
    draw = random.Random(1)
    lines = (
        f"{i},2024-06-{1 + i % 28:02d} 10:00:00,completed,{draw.randrange(1, 9999) / 100},user:{i % 977}"
        for i in range(n)
    )
    path.write_text(
        "order_id,ordered_at,status,paid_amount,id_key\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )


RUN = """
import time, quanyu.workspace as w
from quanyu.collect.load.load import load
ws = w.open(sys.argv[1])
print(time.perf_counter(), flush=True)
load(ws, sys.argv[2])
print(time.perf_counter(), flush=True)
"""


def test_killed_and_started_again_is_one_clean_load(
    make_workspace: Callable[..., Workspace], tmp_path: Path, start_apart: Callable[..., Any]
) -> None:
    file = tmp_path / "orders.csv"
    _big(file, 60_000)
    sums = "SELECT count(*), count(DISTINCT order_id), sum(net_amount), count(DISTINCT id_key) FROM orders"
    clean = make_workspace()
    whole = start_apart(RUN, str(clean.root), str(file))
    began, ended = (float(whole.out.readline()) for _ in range(2))
    assert whole.end() == 0
    for part in (0.3, 0.6, 0.9):
        torn = make_workspace()
        apart = start_apart(RUN, str(torn.root), str(file))
        apart.out.readline()
        time.sleep((ended - began) * part)
        apart.process.kill()
        apart.end()
        load(torn, file)
        assert rows(torn, sums) == rows(clean, sums)
        assert not list((torn.root / ".quanyu" / "staging").glob("*"))


FULL = """
import resource, signal, sys
import quanyu.workspace as w
from quanyu.collect.load import load
from quanyu.errors import StorageError
ws = w.open(sys.argv[1])
ws.ledger
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (400_000, 400_000))
try:
    load(ws, sys.argv[2])
except StorageError as error:
    print("FULL", error)
"""


@pytest.mark.skipif(os.name != "posix", reason="limits of file sizes are a POSIX matter")
def test_full_disk_is_said_and_nothing_is_half_done(shop: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    _big(file, 60_000)
    done = subprocess.run(
        [sys.executable, "-c", FULL, str(shop.root), str(file)], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("FULL The disk is full"), done.stderr
    assert not shop.warehouse.exists("orders")
    assert load(shop, file)[0].n_taken == 60_000
    assert issubclass(StorageError, Exception)
