"""Records in a file = taken + refused + left out by a named rule, in every form, encoding and manner of writing."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from xml.etree import ElementTree
from xml.sax.saxutils import escape

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pyarrow import feather
from tests.conftest import SECRET

import quanyu.workspace
from quanyu.collect.load.load import Loaded, load
from quanyu.workspace import Workspace

NOW = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)
HEADER = ["order_id", "ordered_at", "status", "paid_amount", "region"]
WORDS = {
    "gb18030": ["广东省深圳市", "浙江杭州", "订单备注"], "big5": ["台北市", "高雄市前鎮區", "香港九龍"],
    "cp1252": ["München", "Düsseldorf", "Köln", "Besançon", "5 €"], "utf": ["广东", "Zürich", "a\u2028b", "5\x0b6\x0c7", "東京", "😀"],
}  # fmt: skip
ENCODINGS = ["utf-8", "utf-8-sig", "gb18030", "big5", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]
PLAIN = ['5" pipe', "x", "", "#7", " spaced "]
QUOTED = ["a, b; c|d\te", 'say "hi"', "two\nlines", "one\r\ntwo\n\nfour"]
number = count(1)


@dataclass(frozen=True)
class Drawn:
    """A file, how many records another reader finds in it, and how many of them are meant to be refused."""

    path: Path
    n_records: int
    n_refused: int
    n_taken: int


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    ws = quanyu.workspace.create(tmp_path_factory.mktemp("law") / "shop", clock=lambda: NOW, key=SECRET)
    yield ws
    ws.close()


def row(kind: str, cell: str) -> list[str]:
    """Return a row that is taken, or refused because of its status; its number is found nowhere else."""
    status = "paid" if kind == "good" else "no such status"
    return [f"N{next(number)}", "2024-06-01 10:00:00", status, "1.50", cell]


def records(draw: st.DrawFn, words: list[str], quoting: bool) -> list[tuple[str, list[str]]]:
    """Draw records of a text file with what they are."""
    odd = ["short", "long", "surplus", "blank", "empty", "total", "comment", "again"]
    kinds = draw(st.lists(st.sampled_from(["good"] * 8 + ["bad"] * 2 + odd), min_size=3, max_size=25))
    cells = st.sampled_from(words + PLAIN + (QUOTED if quoting else []))
    made = []
    for kind in kinds:
        good = row("bad" if kind == "bad" else "good", draw(cells))
        made.append((kind, {
            "short": good[:3], "long": [*good, "more"], "surplus": [*good, "", ""], "blank": [], "empty": [""] * len(HEADER),
            "total": ["总计" if "广" in words[0] else "Total", "", "", "9", ""], "comment": ["#-----"], "again": HEADER,
        }.get(kind, good)))  # fmt: skip
    return made


@st.composite
def text_files(draw: st.DrawFn) -> tuple[str, bytes, int, int, int]:
    """Draw a text file: its name, bytes, and records altogether, refused and taken."""
    encoding = draw(st.sampled_from(ENCODINGS))
    words = WORDS.get(encoding, WORDS["utf"])
    delimiter, suffix = draw(st.sampled_from([(",", "csv"), ("\t", "tsv"), (";", "csv"), ("|", "txt")]))
    quoting = draw(st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]))
    ends = draw(st.sampled_from([["\n"], ["\r\n"], ["\r"], ["\r\n", "\n"]]))
    if ends == ["\r"]:
        quoting = csv.QUOTE_ALL  # This writer leaves a cell with a bare LF without quotes otherwise.
    out = io.StringIO(newline="")
    out.write(
        "".join(
            draw(
                st.lists(
                    st.sampled_from(
                        [
                            f"Export{ends[0]}",
                            f"a\u2028b\x0bc{ends[0]}"[:: 1 if encoding.startswith("utf") else 99] + ends[0],
                        ]
                    ),
                    max_size=2,
                )
            )
        )
    )
    made = records(draw, words, quoting=True)
    writers = [csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end) for end in ends]
    writers[0].writerow(HEADER)
    for i, (kind, cells) in enumerate(made):
        writer = writers[i * len(ends) // len(made)]
        if kind in ("blank", "comment"):
            out.write("".join(cells) + ends[i * len(ends) // len(made)])
        else:
            writer.writerow(cells)
    text = out.getvalue()
    n_records = sum(1 for _ in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    kinds = [kind for kind, _ in made]
    n_refused = sum(kind in ("bad", "short", "long") for kind in kinds)
    n_taken = sum(kind in ("good", "surplus") for kind in kinds)
    return suffix, text.encode(encoding), n_records, n_refused, n_taken


def check(drawn: Drawn, done: list[Loaded]) -> None:
    told = (drawn.path.name, done)
    assert all(one.status == "loaded" for one in done), told
    assert sum(one.n_refused for one in done) == drawn.n_refused, told
    assert sum(one.n_taken for one in done) == drawn.n_taken, told
    for one in done:
        assert one.n_rows == one.n_taken + one.n_refused
        assert sum(one.reasons.values()) == one.n_refused
    n_left_out = sum(sum(one.left_out.values()) for one in done)
    assert drawn.n_records == drawn.n_taken + drawn.n_refused + n_left_out, told


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.lists(st.tuples(text_files(), st.sampled_from(["", "", "gz", "zip"])), min_size=3, max_size=3))
def test_text_files(shop: Workspace, tmp_path_factory: pytest.TempPathFactory, files: list) -> None:  # type: ignore[type-arg]
    folder = tmp_path_factory.mktemp("files")
    drawn = {}
    for i, ((suffix, content, n_records, n_refused, n_taken), packed) in enumerate(files):
        path = folder / f"{i}[1]*.{suffix}"
        if packed == "gz":
            path = path.with_name(path.name + ".gz")
            path.write_bytes(gzip.compress(content))
        elif packed == "zip":
            path = path.with_name(path.name + ".zip")
            with zipfile.ZipFile(path, "w") as archive:
                archive.writestr("inside[2].csv", content)
        else:
            path.write_bytes(content)
        drawn[path.name] = Drawn(path, n_records - 1, n_refused, n_taken)
    for loaded in load(shop, folder):
        check(drawn[loaded.file.split("/")[0]], [loaded])


@st.composite
def tables(draw: st.DrawFn) -> list[list[str | None]]:
    kinds = draw(st.lists(st.sampled_from(["good", "good", "bad", "empty"]), min_size=1, max_size=12))
    cells = st.sampled_from(WORDS["utf"] + QUOTED + ["x"])
    return [[None] * len(HEADER) if kind == "empty" else row(kind, draw(cells)) for kind in kinds]


def jsonl(path: Path, rows: list[list[str | None]]) -> int:
    lines = [json.dumps(dict(zip(HEADER, cells, strict=True)), ensure_ascii=False) for cells in rows]
    path.write_bytes("\r\n".join(lines).encode())
    return sum(bool(json.loads(line)) for line in path.read_bytes().splitlines())


def parquet(path: Path, rows: list[list[str | None]]) -> int:
    columns = list(zip(*rows, strict=True))
    pq.write_table(pa.table({name: pa.array(columns[i], pa.string()) for i, name in enumerate(HEADER)}), path)
    return pq.read_table(path).num_rows


def arrow(path: Path, rows: list[list[str | None]]) -> int:
    columns = list(zip(*rows, strict=True))
    feather.write_feather(
        pa.table({name: pa.array(columns[i], pa.string()) for i, name in enumerate(HEADER)}), str(path)
    )
    return feather.read_table(path).num_rows


def xlsx(path: Path, rows: list[list[str | None]]) -> int:
    """Two sheets with tables, a hidden one and one without a table."""
    book = openpyxl.Workbook()
    half = len(rows) // 2
    for name, part in (("6月", rows[:half]), ("7月", rows[half:])):
        sheet = book.create_sheet(name)
        for cells in (["Export"], HEADER, *part):
            sheet.append([cell.replace("\x0b", " ").replace("\x0c", " ") if cell else cell for cell in cells])
    book.create_sheet("hidden").append(HEADER)
    book["hidden"].sheet_state = "hidden"
    book["Sheet"].append(["a note"])
    book.save(path)
    lines = [cells for sheet in openpyxl.load_workbook(path) for cells in sheet.iter_rows(values_only=True)]
    return len(lines) - 2


def said(cell: str | None) -> str:
    return " ".join((cell or "").split())


def ods(path: Path, rows: list[list[str | None]]) -> int:
    spaces = {
        part: f"urn:oasis:names:tc:opendocument:xmlns:{part}:1.0" for part in ("office", "table", "text")
    }
    lines = "".join(
        "<table:table-row>" + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{escape(said(cell))}</text:p></table:table-cell>'
            for cell in cells
        ) + "</table:table-row>"
        for cells in (HEADER, *rows)
    )  # fmt: skip
    declared = " ".join(f'xmlns:{name}="{space}"' for name, space in spaces.items())
    content = (
        f'<?xml version="1.0"?><office:document-content {declared}><office:body><office:spreadsheet>'
        f'<table:table table:name="S">{lines}</table:table></office:spreadsheet></office:body></office:document-content>'
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml", '<manifest xmlns="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
        )
    found = [
        any("".join(cell.itertext()) for cell in line)
        for line in ElementTree.fromstring(content).iter(f"{{{spaces['table']}}}table-row")
    ]
    while not found[-1]:
        found.pop()
    return len(found) - 1


@pytest.mark.parametrize("writer", [jsonl, parquet, arrow, xlsx, ods], ids=lambda writer: writer.__name__)
@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(data=st.data())
def test_other_forms(shop: Workspace, tmp_path_factory: pytest.TempPathFactory, writer, data) -> None:  # type: ignore[no-untyped-def]
    folder = tmp_path_factory.mktemp("forms")
    rows = [row("good", "x"), row("good", "y"), *data.draw(tables()), row("good", "z")]
    path = folder / f"orders.{writer.__name__}"
    n_records = writer(path, rows)
    n_taken = sum(cells[2] == "paid" for cells in rows)
    n_refused = sum(cells[2] not in ("paid", None) for cells in rows)
    check(Drawn(path, n_records, n_refused, n_taken), load(shop, path))
