"""Open a file of any accepted kind as a table of text with its header, ready for a layout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from quanyu.collect.file import Found, Print
from quanyu.collect.header import normal, reads
from quanyu.collect.layout import Layout
from quanyu.collect.left_out import BLANK, MARKED, TOTALS
from quanyu.collect.manner import BELOW, DateSystem
from quanyu.collect.note import LINE, REASON
from quanyu.collect.reason import BREAK
from quanyu.collect.record import style
from quanyu.collect.text import Form, document, encoding, line, settle, sniff
from quanyu.collect.workbook import Lines, read_sheet
from quanyu.errors import UnreadableFileError
from quanyu.text import Text
from quanyu.warehouse.reader import ROW, Reader

BATCH = 10_000
REFUSED = pa.schema(
    [("line", pa.int64()), ("reason", pa.string()), ("content", pa.string()), ("byte_offset", pa.int64()),
     ("n_bytes", pa.int64())]
)  # fmt: skip
NO_OBJECT = "the line is not a JSON object"
TOO_LONG = "the line is too long"


@dataclass(frozen=True)
class Rows:
    """The records of a file as text columns c0, c1, ... (those that the layout reads), and the others by number.

    `tell` returns what is refused as it stands in the file (`REFUSED`), for a Parquet file of record numbers from 0
    and reasons in order; records that could not be cut (`n_broken`) are among it. `head` are the first records.
    """

    cells: ir.Table
    tell: Callable[[Path], ir.Table]
    n_broken: int = 0
    left_out: dict[Text, int] = field(default_factory=dict)
    head: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Opened:
    """A file's header, and how its rows are read once the layout is known.

    `assumed` is the encoding where the evidence leaves a doubt, `delimiter` what parts the cells of a text,
    `date_system` that of the workbook.
    """

    header: tuple[str, ...]
    rows: Callable[[Layout], Rows]
    assumed: str = ""
    delimiter: str = ""
    date_system: DateSystem = "1900"


def open_found(reader: Reader, file: Found, seen: Print, known: frozenset[str], work: Path) -> Opened:
    """Open a file with the reader that its kind needs; `known` are all column names any layout reads."""
    raw = work / "raw.parquet"
    raw.parent.mkdir(parents=True, exist_ok=True)
    opened = _OPENERS.get(file.kind, _open_text)(reader, file, seen, known, raw)
    if not any(normal(cell) for cell in opened.header):
        raise UnreadableFileError(
            "{file} has no header.", "The first rows must hold the column names.", file=file.name
        )
    return opened


def _columns(header: tuple[str, ...], layout: Layout) -> list[int]:
    """Return the columns that are read, and the first ones, in which totals rows say so."""
    is_read = reads(layout.known)
    return [i for i, cell in enumerate(header) if i < MARKED or is_read(normal(cell))]


def _utf8(file: Found, seen: Print, known: frozenset[str], into: Path) -> tuple[Path, str]:
    """Return the file in UTF-8, and its encoding where that is an assumption."""
    guess = encoding.encoding_of(file.path, file.name, known, is_utf8=seen.is_utf8)
    assumed = "" if guess.is_certain else guess.name
    if seen.is_utf8 and guess.name.startswith("utf-8"):
        return file.path, assumed
    return encoding.to_utf8(file.path, guess.name, into), assumed


def _open_text(reader: Reader, file: Found, seen: Print, known: frozenset[str], raw: Path) -> Opened:
    path, assumed = _utf8(file, seen, known, raw.with_suffix(".txt"))
    head = sniff.head_of(path, file.name, known)

    def rows(layout: Layout) -> Rows:
        form = Form(head.delimiter, head.header, head.raw_header, layout.quoting, (*TOTALS, *layout.totals))
        source = settle.Source(
            path, form, head.n_bytes, head.n_lines, head.n_records, is_own=path == file.path
        )
        settled = settle.settled(source, raw.with_suffix(".clean.txt"))
        cells = reader.text(settled.text, _columns(head.header, layout))
        left_out = {
            rule: settled.left_out.get(rule, 0) + head.above.get(rule, 0)
            for rule in settled.left_out | head.above
        }
        return Rows(
            cells,
            lambda path: _told_text(reader, source, path),
            settled.n_broken,
            left_out,
            settled.head,
        )

    return Opened(head.header, rows, assumed, head.delimiter)


def _told_text(reader: Reader, source: settle.Source, wanted: Path) -> ir.Table:
    told = wanted.with_suffix(".told.parquet")
    refused = settle.refusals(source, _wanted(wanted))
    with pq.ParquetWriter(told, REFUSED, compression="lz4") as writer:
        for batch in _batches(refused):
            writer.write_table(pa.Table.from_pylist(batch, schema=REFUSED))
    return reader.scan(told)


def _batches(refused: Iterator[settle.Refused]) -> Iterator[list[dict[str, object]]]:
    """Collect what is refused until it is many records or much text."""
    batch, n_letters = list[dict[str, object]](), 0
    for each in refused:
        batch.append(vars(each))
        n_letters += len(each.content)
        if len(batch) == BATCH or n_letters > line.LONGEST:
            yield batch
            batch, n_letters = [], 0
    yield batch


def _wanted(path: Path) -> Iterator[tuple[int, str]]:
    with pq.ParquetFile(path) as file:
        for batch in file.iter_batches(BATCH, columns=[LINE, REASON]):
            yield from zip(batch.column(0).to_pylist(), batch.column(1).to_pylist(), strict=True)


def _open_json(reader: Reader, file: Found, seen: Print, known: frozenset[str], raw: Path) -> Opened:
    path, assumed = _utf8(file, seen, known, raw.with_suffix(".txt"))
    lines = raw.with_suffix(".lines.parquet")
    is_read = reads(known)

    def is_known(key: str) -> bool:
        return is_read(normal.__wrapped__(key))

    n_blank, too_long = _write_lines(
        document.as_lines(path, file.name, is_known, raw.with_suffix(".jsonl")), lines
    )
    keys, n_broken = reader.split_json(lines, raw, is_known)

    def tell(wanted: Path) -> ir.Table:
        numbers, said = (
            reader.scan(raw, numbered=True).select("n", **{LINE: ibis._[ROW]}),
            reader.scan(lines),
        )
        judged = reader.scan(wanted).inner_join(numbers, LINE).select("n", REASON)
        broken = reader.broken_json().mutate(**{REASON: ibis.literal(NO_OBJECT + BREAK)})
        both = judged.union(broken).inner_join(said, "n")
        told = both.select(line=both.n, reason=both[REASON], content=both.c0, **_NOWHERE)
        if not too_long:
            return told
        rest = raw.with_suffix(".long.parquet")
        pq.write_table(pa.Table.from_pylist(too_long, schema=REFUSED), rest)
        return told.union(reader.scan(rest))

    left_out = {BLANK: n_blank} if n_blank else {}
    rows = Rows(reader.scan(raw).drop("n"), tell, n_broken + len(too_long), left_out, _head(reader, raw))
    return Opened(tuple(keys), lambda _: rows, assumed)


def _head(reader: Reader, raw: Path) -> tuple[tuple[str, ...], ...]:
    first = reader.read(reader.scan(raw).drop("n").limit(settle.HEAD)).to_pylist()
    return tuple(tuple(str(cell or "") for cell in row.values()) for row in first)


_NOWHERE = {"byte_offset": ibis.null("int64"), "n_bytes": ibis.null("int64")}


def _write_lines(path: Path, into: Path) -> tuple[int, list[dict[str, object]]]:
    """Write the lines of a file as `n` (from 1) and `c0`; return how many are blank, and those that are too long."""
    numbers, n_blank, at, too_long = count(1), 0, 0, list[dict[str, object]]()
    schema = pa.schema([("n", pa.int64()), ("c0", pa.string())])
    with path.open("rb") as stream, pq.ParquetWriter(into, schema, compression="lz4") as writer:
        for lines in line.blocks(stream):
            kept = []
            for said, number in zip(lines, numbers, strict=False):
                if isinstance(said, line.Overlong):
                    start = said[: line.SHOWN].decode(errors="ignore") + "…"
                    too_long.append(vars(settle.Refused(number, TOO_LONG + BREAK, start, at, said.n_bytes)))
                    at += said.n_bytes
                    continue
                at += len(said)
                text = document.kept_digits(said.replace(b"\x00", b"").removeprefix(b"\xef\xbb\xbf").strip())
                if text:
                    kept.append((number, text))
                else:
                    n_blank += 1
            columns = list(zip(*kept, strict=True)) or [(), ()]
            writer.write_table(
                pa.table(
                    [pa.array(columns[0], pa.int64()), pa.array(columns[1], pa.binary()).cast(pa.string())],
                    schema=schema,
                )
            )
    return n_blank, too_long


def _open_parquet(reader: Reader, file: Found, seen: Print, known: frozenset[str], raw: Path) -> Opened:
    return _flat(reader, file.path)


def _flat(reader: Reader, path: Path) -> Opened:
    header = tuple(reader.names(path))

    def rows(layout: Layout) -> Rows:
        cells = reader.flatten(path, _columns(header, layout))
        return Rows(cells, lambda wanted: _told(reader, wanted, reader.contents(path), None))

    return Opened(header, rows)


def _told(reader: Reader, wanted: Path, contents: ir.Table, numbers: ir.Table | None) -> ir.Table:
    """Tell what stands in rows of a Parquet file, whose lines are numbered from 1 unless they have `numbers`."""
    both = reader.scan(wanted).inner_join(contents.rename({LINE: ROW}), LINE)
    if numbers is None:
        return both.select(line=both[LINE] + 1, reason=both[REASON], content=both.content, **_NOWHERE)
    both = both.inner_join(numbers, LINE)
    return both.select(line=both.n, reason=both[REASON], content=both.content, **_NOWHERE)


def _open_arrow(reader: Reader, file: Found, seen: Print, known: frozenset[str], raw: Path) -> Opened:
    copy = raw.with_suffix(".arrow.parquet")
    try:
        with (
            file.path.open("rb") as stream,
            pa.ipc.open_file(stream) as batches,
            pq.ParquetWriter(copy, batches.schema, compression="lz4") as writer,
        ):
            for number in range(batches.num_record_batches):
                writer.write_batch(batches.get_batch(number))
    except (pa.ArrowException, OSError) as error:
        raise UnreadableFileError(
            "{file} is not a readable Arrow file: {error}",
            "Export it again.",
            file=file.name,
            error=str(error),
        ) from None
    return _flat(reader, copy)


def _open_sheet(reader: Reader, file: Found, seen: Print, known: frozenset[str], raw: Path) -> Opened:
    assert file.sheet is not None
    lines = read_sheet(file.sheet, file.name, known, raw)
    flat = raw.with_suffix(".cells.parquet")

    def rows(layout: Layout) -> Rows:
        cells = _settled(reader.scan(raw), lines, layout)
        chosen = [f"c{i}" for i in _columns(lines.header, layout)]
        numbers = reader.scan(raw, numbered=True).select("n", **{LINE: ibis._[ROW]})

        def tell(wanted: Path) -> ir.Table:
            reader.write(_settled(reader.scan(raw), lines).drop("n"), flat)
            return _told(reader, wanted, reader.contents(flat), numbers)

        return Rows(cells.select(chosen), tell, left_out=lines.left_out, head=_head(reader, raw))

    return Opened(lines.header, rows, date_system=lines.date_system)


def _settled(cells: ir.Table, lines: Lines, layout: Layout | None = None) -> ir.Table:
    """Say what merged cells mean in the rows that they go over: the same for each, unless they are figures.

    A figure stands for all of the rows together: it counts once where the layout makes one row of them, and elsewhere
    the mark stays, so that it is refused.
    """
    told = {}
    for i in lines.merged:
        cell = cells[f"c{i}"]
        is_figure, is_shared = style.figured(layout, normal(lines.header[i])) if layout else (False, False)
        if not is_figure or is_shared:
            plain = ibis.null("string") if is_shared else cell.replace(BELOW, "")
            told[f"c{i}"] = cell.startswith(BELOW).ifelse(plain, cell)
    return cells.mutate(**told) if told else cells


_OPENERS = {
    "json": _open_json,
    "parquet": _open_parquet,
    "arrow": _open_arrow,
    "excel": _open_sheet,
    "text": _open_text,
}
