"""Cut a text file into records: whole blocks where they are plain, one by one where they are not.

A cell in quotes may hold line ends. Whether a quote was left open is decided by the lines after it: a line that is a
record by itself is not part of a cell, so one open quote costs its own line and no other.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import IO

from quanyu.collect.header import normal
from quanyu.collect.left_out import REPEATED, TOTALS, is_blank, rule_of_ragged
from quanyu.collect.text.cell import cells_of, written
from quanyu.collect.text.line import LONGEST, Overlong, blocks

BOM = "\ufeff".encode()
AHEAD = 1000
"""Lines that one cell may go over."""
PATIENCE = 8
"""Looking for the end of cells in vain may cost this many lines for each line of the file."""

TELLING = 3
"""More cells than this in a line are no chance."""


@dataclass(frozen=True)
class Form:
    """How records look: the delimiter, the cells of the header, whether quotes mean anything, words of totals rows."""

    delimiter: str
    header: tuple[str, ...]
    raw_header: bytes
    is_quoted: bool = True
    totals: tuple[str, ...] = TOTALS

    @property
    def width(self) -> int:
        """Cells of a record."""
        return len(self.header)

    @cached_property
    def mark(self) -> bytes:
        """The delimiter as bytes."""
        return self.delimiter.encode()

    @cached_property
    def strict(self) -> re.Pattern[bytes]:
        """A line that keeps RFC 4180 and has the cells of a record."""
        return re.compile(self._record)

    @cached_property
    def block(self) -> re.Pattern[bytes]:
        """Such lines, one after another."""
        return re.compile(rb"(?:" + self._record + rb"(?:\r\n|\n|\r))*+(?:" + self._record + rb")?")

    @cached_property
    def opens(self) -> re.Pattern[bytes]:
        """A line that keeps RFC 4180 up to its last cell, in which a quote stays open."""
        return re.compile(rb"(?:" + self._cell + re.escape(self.mark) + rb')*+"(?:[^"]|"")*+')

    @property
    def _cell(self) -> bytes:
        return rb'(?:"(?:[^"\r\n]|"")*+"|[^"\r\n' + re.escape(self.mark) + rb"]*+)"

    @property
    def _record(self) -> bytes:
        return self._cell + (rb"(?:" + re.escape(self.mark) + self._cell + rb"){%d}" % (self.width - 1))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The header as compared."""
        return tuple(normal(cell) for cell in self.header)


@dataclass(frozen=True)
class Plain:
    """Lines that are one well-formed record each."""

    lines: Sequence[bytes]
    text: bytes

    @property
    def longest(self) -> int:
        """Bytes of the longest line."""
        return max(map(len, self.lines))

    def rows(self, form: Form, n: int) -> list[tuple[str, ...]]:
        """Return the cells of the first lines."""
        texts = [_text(line.rstrip(b"\r\n")) for line in self.lines[:n]]
        cut = [cells_of(text, form.delimiter) if form.is_quoted else None for text in texts]
        return [tuple(cells or text.split(form.delimiter)) for cells, text in zip(cut, texts, strict=True)]

    @property
    def has_quotes(self) -> bool:
        """Some cells stand in quotes."""
        return b'"' in self.text


@dataclass(frozen=True)
class Record:
    """One record that needed a look: `cells` if it is a row, `why` it is refused, or the `rule` that leaves it out.

    `text` is what stands in the file, `n_bytes` its length there with the line's end.
    """

    text: bytes
    n_bytes: int
    cells: Sequence[str] = ()
    why: str = ""
    rule: str = ""

    @property
    def longest(self) -> int:
        """Bytes of the record, nothing if it is not read."""
        return 0 if self.why or self.rule else len(self.text)

    def rows(self, form: Form, n: int) -> list[tuple[str, ...]]:
        """Return the cells, nothing if it is not read."""
        return [] if self.why or self.rule else [tuple(self.cells)]

    def as_line(self, form: Form) -> bytes:
        """Return the record as a strict reader wants it."""
        cells = written(self.cells, form.delimiter) if form.is_quoted else form.delimiter.join(self.cells)
        return cells.encode()


def records(stream: IO[bytes], form: Form) -> Iterator[Plain | Record]:
    """Yield everything from where the stream stands, in order."""
    source = blocks(stream)
    cutter = _Cutter(form)
    lines: list[bytes] = []
    while lines or (lines := next(source, [])):
        text = b"".join(lines)
        if _is_plain(lines, text, form):
            yield Plain(lines, text)
            lines = []
        else:
            lines = yield from cutter.cut(lines, source)


def _is_plain(lines: Sequence[bytes], text: bytes, form: Form) -> bool:
    """Say whether every line is one record of the right width and none needs a look."""
    if b"\x00" in text or BOM in text or form.raw_header in text or isinstance(lines[0], Overlong):
        return False
    if form.width == 1 and not all(map(bytes.strip, lines)):
        return False
    if form.is_quoted and b'"' in text:
        return bool(form.block.fullmatch(text)) and b'"' + form.header[0].encode() + b'"' not in text
    return {line.count(form.mark) for line in lines} == {form.width - 1}


class _Cutter:
    """Cuts lines one by one; remembers what looking ahead in vain has cost, so that time stays linear."""

    def __init__(self, form: Form) -> None:
        self.form = form
        self.budget = 100 * AHEAD

    def cut(
        self, lines: list[bytes], source: Iterator[list[bytes]]
    ) -> Generator[Plain | Record, None, list[bytes]]:
        """Yield the records of the lines; return the lines that were read ahead and are not used."""
        at, n_lines, good = 0, len(lines), list[bytes]()
        self.budget += PATIENCE * n_lines
        while at < n_lines:
            record, n = self._record(lines, at, source)
            if record is None:
                good.append(lines[at])
            else:
                if good:
                    yield Plain(good, b"".join(good))
                    good = []
                yield record
            at += n
        if good:
            yield Plain(good, b"".join(good))
        return lines[at:]

    def _record(
        self, lines: list[bytes], at: int, source: Iterator[list[bytes]]
    ) -> tuple[Record | None, int]:
        """Return the record that begins at a line, None if it is fine as it stands, and how many lines it has."""
        line, form = lines[at], self.form
        if isinstance(line, Overlong):
            return Record(line, line.n_bytes, why="the line is too long"), 1
        body = line.rstrip(b"\r\n")
        if self._is_fine(body):
            return None, 1
        if b'"' not in body or not form.is_quoted:
            return self._judged(line, body, _text(body).split(form.delimiter)), 1
        cells = None if form.opens.fullmatch(body) else cells_of(_text(body), form.delimiter, form.width)
        if cells is not None:
            return self._judged(line, body, cells), 1
        ahead = self._ahead(lines, at, source)
        if ahead is None:
            return Record(body, len(line), why="a quotation mark is not closed"), 1
        cells, n = ahead
        whole = b"".join(lines[at : at + n])
        return self._judged(whole, whole.rstrip(b"\r\n"), cells), n

    def _is_fine(self, body: bytes) -> bool:
        """Say whether a line is a record as it stands."""
        form = self.form
        if b"\x00" in body or body.startswith(BOM) or (form.width == 1 and not body.strip()):
            return False
        if b'"' in body and form.is_quoted:
            return bool(form.strict.fullmatch(body)) and form.header[0].encode() not in body
        return body.count(form.mark) == form.width - 1 and not self._is_header_like(body)

    def _is_header_like(self, body: bytes) -> bool:
        return body == self.form.raw_header or self._is_header(_text(body).split(self.form.delimiter))

    def _is_header(self, cells: Sequence[str]) -> bool:
        form = self.form
        first = cells[0].strip(" \t'\"\ufeff").casefold()
        return first == form.names[0] and _trimmed(list(_plain_names(cells))) == _trimmed(list(form.names))

    def _judged(self, line: bytes, body: bytes, cells: list[str]) -> Record:
        form = self.form
        if self._is_header(cells):
            return Record(body, len(line), rule=REPEATED)
        if len(cells) > form.width and is_blank(cells[form.width :]):
            cells = cells[: form.width]
        elif len(_trimmed(list(form.names))) <= len(cells) < form.width and not is_blank(cells):
            cells = cells + [""] * (form.width - len(cells))
        if len(cells) != form.width or (form.width == 1 and is_blank(cells)):
            rule = rule_of_ragged(cells, form.totals)
            why = "" if rule else f"the line has {len(cells)} cells, {form.width} are expected"
            return Record(body, len(line), why=why, rule=rule)
        return Record(body, len(line), cells)

    def _ahead(
        self, lines: list[bytes], at: int, source: Iterator[list[bytes]]
    ) -> tuple[list[str], int] | None:
        """Look for the line in which an open quote is closed; none if a line before it is a record by itself."""
        size, last, mark = len(lines[at]), at, self.form.mark
        opened = lines[at].split(mark)[:-1]
        while self.budget > 0 and last - at < AHEAD and size <= LONGEST:
            self.budget -= 1
            last += 1
            if last == len(lines):
                lines += next(source, [])
                if last == len(lines):
                    return None
            line = lines[last]
            size += len(line)
            if self._is_whole(line, opened):
                return None
            if b'"' in line and _may_close(line, mark):
                self.budget -= size // 1000
                text = _text(b"".join(lines[at : last + 1]).rstrip(b"\r\n"))
                cells = cells_of(text, self.form.delimiter, self.form.width)
                if cells is not None:
                    self.budget += last - at + size // 1000
                    return cells, last + 1 - at
        return None

    def _is_whole(self, line: bytes, opened: Sequence[bytes]) -> bool:
        """Say whether a line is a record by itself, and one like that in which the quote was opened."""
        body = line.rstrip(b"\r\n")
        form, n = self.form, body.count(self.form.mark) + 1
        if not form.strict.fullmatch(body) and not (n == form.width and form.opens.fullmatch(body)):
            return False
        pairs = list(zip(map(_shape, opened), map(_shape, body.split(self.form.mark)), strict=False))
        if not pairs:
            return self.form.width > TELLING
        return all(a == b for a, b in pairs) or any(a == b and b"9" in a for a, b in pairs)


def _shape(cell: bytes) -> bytes:
    """Return how a cell looks: `2024-06-01` is `9-9-9`."""
    return re.sub(rb"[^\W\d_]+|[\x80-\xff]+", b"a", re.sub(rb"\d+", b"9", cell.strip(b' "')))


def _may_close(line: bytes, mark: bytes) -> bool:
    """Say whether a quote in the line may end a cell: a delimiter, blanks or the end come after it."""
    body = line.rstrip(b"\r\n ")
    return body.endswith(b'"') or b'"' + mark in body or b'" ' in body


def _trimmed(names: list[str]) -> list[str]:
    """Return the names without the empty ones at the end."""
    while names and not names[-1]:
        names.pop()
    return names


def _plain_names(cells: Sequence[str]) -> Iterator[str]:
    # `normal` remembers what it was asked, which must not be every cell of a file.
    return (normal.__wrapped__(cell) for cell in cells)


def _text(body: bytes) -> str:
    """Return a line as text, without NULs and the mark that begins a file."""
    return body.replace(b"\x00", b"").removeprefix(BOM).decode()
