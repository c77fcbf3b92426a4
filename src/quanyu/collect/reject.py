"""Refused rows are kept: with the file, the line, the reason and what the line said."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from quanyu.collect.parse import CONTENT, LINE, LONGEST, REASON, TOTALS
from quanyu.collect.reason import rule_of, sentence_of
from quanyu.collect.recipe import FILE, Build, Reading, tagged
from quanyu.collect.source import Opened
from quanyu.tables import contract
from quanyu.warehouse.reader import BadLine

MOST_GAPS = 1000
"""Numbers of lines after this many broken ones are no longer corrected."""


@dataclass(frozen=True)
class Origin:
    """Where rows came from: the layout's source, the file, its fingerprint and its number among those staged, and when."""

    source: str
    file: str
    sha256: str
    at: dt.datetime
    number: int = 0


@dataclass(frozen=True)
class Rejects:
    """The Parquet files of refused rows, how many lines there are, and how many for each reason."""

    paths: tuple[Path, ...]
    n_lines: int
    reasons: dict[str, int]


def keep_rejects(
    reading: Reading, opened: Opened, refused: str, records_of: Build, origin: Origin
) -> Rejects:
    """Write refused records and broken lines in the shape of the table `rejects`.

    `records_of` gives the refused records (number, reason, content); `refused` names which steps refused any, "" if none.
    """
    reasons: Counter[str] = Counter()
    paths = []
    if refused:
        first = f"refused_{refused}"
        reading.write(first, lambda: _first_reason(records_of()))
        counted = reading.rows(f"{first}_reasons", lambda: _counted(reading.table(first)))
        reasons.update({str(row["rule"]): int(row["n"]) for row in counted})
        _name_origin(reading, opened, origin)
        paths.append(reading.write(f"{first}_rows", lambda: tagged(_rows(reading.table(first)))))
    broken = [line for line in opened.bad if not is_total(line)]
    if broken:
        paths.append(_write_broken(broken, origin, reading.folder / "broken.parquet"))
        reasons.update(line.reason for line in broken)
    return Rejects(tuple(paths), sum(reasons.values()), dict(reasons.most_common()))


def is_total(line: BadLine) -> bool:
    """Say whether a line that could not be cut is a totals line (they are often shorter), or blank."""
    cells = [cell.strip('" \t') for cell in line.content.replace("\t", ",").split(",")]
    return not any(cells) or any(
        cell.rstrip(":：") in TOTALS or cell.startswith("Total:") for cell in cells[:3]
    )


def _first_reason(refused: ir.Table) -> ir.Table:
    return refused.group_by(LINE).aggregate(
        **{REASON: refused[REASON].min(), CONTENT: refused[CONTENT].arbitrary()}
    )


def _counted(lines: ir.Table) -> ir.Table:
    return lines.group_by(rule=rule_of(lines[REASON])).aggregate(n=lines.count())


ORIGIN = {
    "source": "string", "file": "string", "file_hash": "string", "rejected_at": "timestamp('UTC')",
    "first_line": "int64", "gaps": "array<int64>",
}  # fmt: skip


def _name_origin(reading: Reading, opened: Opened, origin: Origin) -> None:
    """Let steps read what is the same for all rows of the file as the view `origin` of one row."""
    told = {
        "source": origin.source, "file": origin.file, "file_hash": origin.sha256, "rejected_at": origin.at,
        "first_line": opened.first_line, "gaps": opened.gaps[:MOST_GAPS],
    }  # fmt: skip
    file = reading.folder / "origin.parquet"
    pq.write_table(pa.Table.from_pylist([told], schema=ibis.schema(ORIGIN).to_pyarrow()), file)
    reading.reader.name("origin", reading.reader.parquet(file))


def _rows(lines: ir.Table) -> ir.Table:
    both = lines.cross_join(ibis.table(ORIGIN, name="origin"))
    plain = both[LINE] + both.first_line
    passed = both.gaps.filter(lambda gap: gap <= both[LINE]).length()
    return both.select(
        source=both.source, file=both.file, file_hash=both.file_hash, line=(plain + passed).cast("int64"),
        reason=sentence_of(both[REASON]), content=both[CONTENT], rejected_at=both.rejected_at,
    )  # fmt: skip


def _write_broken(broken: Sequence[BadLine], origin: Origin, into: Path) -> Path:
    schema = contract("rejects").schema.to_pyarrow()
    rows = [
        {"source": origin.source, "file": origin.file, "file_hash": origin.sha256, "line": line.line, "reason": line.reason,
         "content": line.content[:LONGEST], "rejected_at": origin.at}
        for line in broken
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=schema)
    numbers = pa.array([origin.number] * len(rows), pa.int64())
    pq.write_table(table.append_column(FILE, numbers), into)
    return into
