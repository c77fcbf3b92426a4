"""What people really have: open quotes, broken characters, odd files, wide ones, strange workbooks."""

from __future__ import annotations

import codecs
import datetime as dt
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest
from tests.conftest import SECRET

import quanyu.workspace
from quanyu.collect.load.load import Loaded, load
from quanyu.collect.text.cell import cells_of
from quanyu.collect.text.encoding import encoding_of, to_utf8
from quanyu.collect.workbook.sheet import read_sheet, sheets_of
from quanyu.errors import UnreadableFileError
from quanyu.workspace import Workspace

HEADER = "order_id,ordered_at,status,paid_amount,region\n"
NOW = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)
KNOWN = frozenset({"订单编号", "order_id", "ordered_at", "status", "paid_amount", "region"})


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Return one workspace for all: every test has orders and files of its own."""
    ws = quanyu.workspace.create(tmp_path_factory.mktemp("door") / "shop", clock=lambda: NOW, key=SECRET)
    yield ws
    ws.close()


def rows(ws: Workspace, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row.values()) for row in ws.warehouse.query(sql).to_pylist()]


def order(number: object, region: str = "广东") -> str:
    return f"{number},2024-06-01 10:00:00,paid,1.00,{region}\n"


def load_text(ws: Workspace, folder: Path, content: str | bytes, name: str = "orders.csv") -> Loaded:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    (loaded,) = load(ws, file)
    return loaded


def load_texts(ws: Workspace, folder: Path, texts: dict[str, str | bytes]) -> list[Loaded]:
    for name, content in texts.items():
        (folder / f"{name}.csv").write_bytes(content if isinstance(content, bytes) else content.encode())
    return load(ws, folder)


def test_an_open_quote_costs_its_own_line(shop: Workspace, tmp_path: Path) -> None:
    """Also where a later cell in quotes would close it."""
    texts, lines = {}, {}
    for at in (0, 1, 998, 1999):
        for number, cell in enumerate(('"open', '"')):
            made = [
                order(f"P{at}{i:05}", cell if i == at else '"a, ""b"""' if i % 7 == 3 else "x")
                for i in range(2000)
            ]
            texts[f"open {at} {number}"], lines[f"open {at} {number}.csv"] = (
                HEADER + "".join(made),
                made[at].rstrip(),
            )
    done = load_texts(shop, tmp_path, texts)
    assert {(one.n_rows, one.n_taken, one.n_refused) for one in done} == {(2000, 1999, 1)}
    kept = rows(shop, "SELECT file, reason, content FROM rejects WHERE file LIKE 'open %'")
    assert {(str(file), str(content)) for file, _, content in kept} == set(lines.items())
    assert {reason for _, reason, _ in kept} == {"a quotation mark is not closed"}


def test_lines_that_are_records_are_no_part_of_a_cell_and_others_are() -> None:
    assert cells_of('a,"two\nlines",b', ",") == ["a", "two\nlines", "b"]
    assert cells_of('1,"it is \\"so\\"",2', ",", 3) == ["1", 'it is "so"', "2"]
    assert cells_of('1, "x, y" ,2', ",", 3) == ["1", "x, y", "2"]


def test_many_open_quotes_take_time_in_proportion(shop: Workspace, tmp_path: Path) -> None:

    spent = []
    for n in (4_000, 16_000):
        text = HEADER + "".join(order(f"P{n}{i}", '"open') for i in range(n))
        start = time.process_time()
        loaded = load_text(shop, tmp_path, text, f"{n}.csv")
        spent.append(time.process_time() - start)
        assert loaded.n_refused == n
    assert spent[1] < 10 * max(spent[0], 0.5)


def test_what_stands_above_the_header_costs_no_record(shop: Workspace, tmp_path: Path) -> None:
    heads = [
        'Export "June\n',
        "a\u2028b\x0bc\x0cd\x85e\n",
        "\n\n",
        '"two\nlines"\n',
        "从,到\n2024-06-01,2024-06-30\n",
    ]
    header = HEADER.replace("region", '"region\n"')
    done = load_texts(
        shop, tmp_path, {f"head {i}": head + header + order(f"H{i}") for i, head in enumerate(heads)}
    )
    assert [(one.n_taken, one.n_refused) for one in done] == [(1, 0)] * len(heads)


def test_a_nul_costs_nothing_wherever_it_stands(shop: Workspace, tmp_path: Path) -> None:
    for number, n in enumerate((3, 8000)):
        text = HEADER + "".join(order(f"NUL{number}-{i}") for i in range(n)) + order(f"NUL{number}", "广\0东")
        loaded = load_text(shop, tmp_path, text, f"nul {number}.csv")
        assert (loaded.n_taken, loaded.n_refused) == (n + 1, 0)
    assert rows(shop, "SELECT DISTINCT region FROM orders WHERE order_id LIKE 'NUL%'") == [("广东",)]


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        ("台北市,香港九龍,許功蓋", "big5", "big5hkscs"),
        ("Düsseldorf,Köln,Café,5 €,señor", "cp1252", "cp1252"),
        ("Château,Crème brûlée,Besançon", "latin-1", "cp1252"),
        ("広島県,大阪市,サイズ", "cp932", "cp932"),
        ("서울특별시,부산광역시,강남구", "cp949", "cp949"),
        ("浙江省,订单,广东省深圳市", "gb18030", "gb18030"),
        ("女装,男鞋,上海市", "gbk", "gb18030"),
        ("浙江省,订单,x", "utf-16-le", "utf-16-le"),
        ("浙江省,订单,x", "utf-16-be", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("is_broken", [False, True])
def test_encodings_are_told_by_evidence(
    tmp_path: Path, text: str, encoding: str, name: str, is_broken: bool
) -> None:
    content = (HEADER + text + "\n").encode(encoding)
    if is_broken and not encoding.startswith("utf-16"):
        content += b"x,\xff,1\n"
    file = tmp_path / "x.csv"
    file.write_bytes(content)
    found = encoding_of(file, "x.csv", KNOWN, is_utf8=_is_utf8(content))
    assert (found.name, found.is_certain or is_broken) == (name, True)


def _is_utf8(content: bytes) -> bool:
    try:
        codecs.decode(content, "utf-8")
    except UnicodeDecodeError:
        return False
    return True


def test_a_broken_character_stays_in_its_cell(shop: Workspace, tmp_path: Path) -> None:
    texts = {}
    for name in ("utf-8", "gb18030"):
        whole = HEADER + order(f"B1{name}") + order(f"B2{name}", "@") + order(f"B3{name}", "浙江")
        texts[f"broken {name}"] = whole.encode(name).replace(b"@", b"\xe5\xb9")
    done = load_texts(shop, tmp_path, texts)
    assert [one.n_taken + one.n_refused for one in done] == [3, 3]
    regions = rows(
        shop, "SELECT region FROM orders WHERE order_id LIKE 'B1%' OR order_id LIKE 'B3%' ORDER BY order_id"
    )
    assert regions == [("广东",), ("广东",), ("浙江",), ("浙江",)]


def test_a_mix_of_encodings_is_never_read_in_a_third_one(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes(HEADER.encode() + "user:张三,\n".encode() + "user:李四,\n".encode("gbk"))
    try:
        found = encoding_of(file, "x.csv", KNOWN, is_utf8=False).name
    except UnreadableFileError as error:
        assert "encodings" in str(error)
    else:
        assert found in ("utf-8", "gb18030")


def test_utf8_with_odd_line_separators_stays_utf8(tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    file.write_bytes((HEADER + "a\v\f\u2028\x85b,\n").encode())
    assert encoding_of(file, "x.csv", KNOWN, is_utf8=True).name == "utf-8"


@pytest.mark.parametrize(
    "order", [("gb18030", "utf-8", "gb18030"), ("utf-8", "gb18030"), ("gb18030", "utf-8")]
)
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", ""])
def test_a_line_of_utf8_in_a_file_that_is_not_is_read_as_what_it_is(
    tmp_path: Path, order: tuple[str, ...], end: str
) -> None:
    file = tmp_path / "mixed.csv"
    texts = [f"{n},用户张三在杭州市西湖区{end or chr(10)}" for n in range(len(order))]
    texts[-1] = texts[-1] if end else texts[-1].rstrip("\n")
    file.write_bytes(b"".join(text.encode(encoding) for text, encoding in zip(texts, order, strict=True)))
    written = to_utf8(file, "gb18030", tmp_path / "out" / "utf8.csv")
    assert written.read_bytes().decode() == "".join(texts)


@pytest.mark.parametrize("text", ["a\x85b", "a\x85b,c\x85d,e\x85f", "x\u2028y"])
def test_a_separator_alone_makes_no_other_encoding(tmp_path: Path, text: str) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(f"k,v\n1,{text}\n".encode())
    assert encoding_of(file, "a.csv", frozenset(), is_utf8=True).name == "utf-8"


def test_an_encoding_that_is_not_certain_is_said(shop: Workspace, tmp_path: Path) -> None:
    loaded = load_text(shop, tmp_path, (HEADER + order("LL", "李雷")).encode("gbk"))
    assert "gb18030, which is not certain" in loaded.message


def test_odd_files_are_named_and_the_others_load(shop: Workspace, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    (folder / "a.csv").mkdir(parents=True)
    (folder / "a.csv" / "inside.csv").write_text(HEADER + order("inside"), encoding="utf-8")
    (folder / "loose.csv").symlink_to("nowhere")
    (folder / "ring.csv").symlink_to("ring.csv")
    (folder / "round").symlink_to(folder)
    os.mkfifo(folder / "pipe.csv")
    for name in ("orders[1].csv", "orders1.csv", "*.csv"):
        (folder / name).write_text(HEADER + order(name), encoding="utf-8")
    Path(os.fsdecode(os.fsencode(folder) + "/订单.csv".encode("gbk"))).write_text(
        HEADER + order("gbk"), encoding="utf-8"
    )
    with socket.socket(socket.AF_UNIX) as listening:
        before = Path.cwd()
        os.chdir(folder)  # Names of sockets are short.
        listening.bind("socket.csv")
        os.chdir(before)
        done = load(shop, folder)
    assert {one.file for one in done if one.status == "failed"} == {
        "a.csv", "loose.csv", "ring.csv", "pipe.csv", "socket.csv",
    }  # fmt: skip
    assert all(one.message for one in done if one.status == "failed")
    kept = "SELECT order_id FROM orders WHERE order_id IN ('inside', 'orders[1].csv', 'orders1.csv', '*.csv', 'gbk')"
    assert len(rows(shop, kept)) == 5


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_a_forbidden_file_is_named(shop: Workspace, tmp_path: Path) -> None:
    (tmp_path / "exports").mkdir()
    load_text(shop, tmp_path / "exports", HEADER + order(1))
    (tmp_path / "exports" / "secret.csv").write_text(HEADER + order(2), encoding="utf-8")
    (tmp_path / "exports" / "secret.csv").chmod(0)
    assert [one.status for one in load(shop, tmp_path / "exports")] == ["already loaded", "failed"]


def test_five_thousand_other_columns(shop: Workspace, tmp_path: Path) -> None:
    more = ",".join(f"extra {i}" for i in range(5000))
    text = (
        HEADER.strip()
        + f",{more}\n"
        + f"1,2024-06-01 10:00:00,paid,1,x,{more}\n"
        + f"W2,never,paid,1,x,{more}\n"
    )
    loaded = load_text(shop, tmp_path, text, "wide.csv")
    assert (loaded.n_taken, loaded.n_refused, len(loaded.ignored)) == (1, 1, 5000)
    assert rows(shop, "SELECT content FROM rejects WHERE file = 'wide.csv'") == [
        (f"W2,never,paid,1,x,{more}",)
    ]


def test_nine_thousand_keys(shop: Workspace, tmp_path: Path) -> None:
    lines = [
        json.dumps(
            {"order_id": f"K{i}", "ordered_at": "2024-06-01 10:00:00", "status": "paid", f"key {i}": i}
        )
        for i in range(9000)
    ]
    loaded = load_text(shop, tmp_path, "\n".join([*lines, "[1]", ""]), "events.jsonl")
    assert (loaded.n_taken, loaded.n_refused) == (9000, 1)
    assert rows(shop, "SELECT line, content FROM rejects WHERE file = 'events.jsonl'") == [(9001, "[1]")]


def test_a_record_too_long_is_kept_by_reference(shop: Workspace, tmp_path: Path) -> None:
    text = (
        HEADER
        + order(1)
        + order(2, "x" * 9_000_000)
        + order(3)
        + order(4, "y" * 50_000).replace("paid", "gone")
    )
    loaded = load_text(shop, tmp_path, text, "long.csv")
    assert (loaded.n_taken, loaded.n_refused) == (2, 2)
    (long, whole) = rows(
        shop, "SELECT content, byte_offset, n_bytes FROM rejects WHERE file = 'long.csv' ORDER BY line"
    )
    assert text.encode()[int(str(long[1])) :][: int(str(long[2]))].decode() == order(2, "x" * 9_000_000)
    assert str(long[0]).startswith("2,2024-06-01 10:00:00,paid,1.00,xxx")
    assert whole[0] == order(4, "y" * 50_000).replace("paid", "gone").strip()


def book(file: Path, *cells: tuple[int, int, object]) -> Path:
    made = openpyxl.Workbook()
    for line in (HEADER, order(f"{file.stem}1"), order(f"{file.stem}2")):
        made.active.append(line.strip().split(","))
    for row, column, value in cells:
        made.active.cell(row, column, value)
    made.save(file)
    return file


def test_a_stray_cell_does_not_ask_for_all_memory(shop: Workspace, tmp_path: Path) -> None:
    for name, place in {"a": (1_048_576, 16_384), "b": (2, 16_384), "c": (1_000_000, 1)}.items():
        book(tmp_path / f"stray {name}.xlsx", (*place, "stray"))
    done = load(shop, tmp_path)
    assert [(one.n_taken, one.n_refused) for one in done] == [(2, 0)] * 3
    assert [one.left_out for one in done] == [
        {"line far from the table": 1},
        {},
        {"line far from the table": 1},
    ]


def test_cells_of_a_workbook_as_text(tmp_path: Path) -> None:
    midnight = dt.datetime(2024, 11, 11)  # noqa: DTZ001
    told = {
        2**53 - 1: "9007199254740991", 2**60: "1.152921504606847e+18", 1.5: "1.5", "007": "007", "1.0": "1.0", True: "true",
        midnight: "2024-11-11 00:00:00",
    }  # fmt: skip
    file = book(tmp_path / "cells.xlsx", *((i, 5, value) for i, value in enumerate(told, 2)))
    made = openpyxl.load_workbook(file)
    cell = made.active.cell(len(told) + 2, 5)
    cell.value, cell.data_type = "#DIV/0!", "e"
    made.save(file)
    (sheet,) = sheets_of(file, "cells.xlsx", KNOWN, tmp_path / "work")
    read_sheet(sheet, "cells.xlsx", KNOWN, tmp_path / "cells.parquet")
    assert pq.read_table(tmp_path / "cells.parquet")["c4"].to_pylist() == [*told.values(), "#DIV/0!"]


def test_a_workbook_with_a_password_says_so(shop: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "orders.xlsx"
    file.write_bytes(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(1000)
        + "EncryptedPackage".encode("utf-16-le")
        + bytes(1000)
    )
    with pytest.raises(UnreadableFileError, match="protected by a password"):
        load(shop, file)
