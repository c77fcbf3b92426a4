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
from quanyu.collect.source import Opened
from quanyu.tables import contract
from quanyu.warehouse.reader import BadLine, Reader

MOST_GAPS = 1000
"""Numbers of lines after this many broken ones are no longer corrected."""


@dataclass(frozen=True)
class Origin:
    """Where rows came from: the layout's source, the file and its fingerprint, and when."""

    source: str
    file: str
    sha256: str
    at: dt.datetime


@dataclass(frozen=True)
class Rejects:
    """The Parquet files of refused rows, how many lines there are, and how many for each reason."""

    paths: tuple[Path, ...]
    n_lines: int
    reasons: dict[str, int]


def keep_rejects(reader: Reader, opened: Opened, refused: ir.Table, origin: Origin, work: Path) -> Rejects:
    """Write refused records (`refused`: number, reason, content) and broken lines in the shape of the table `rejects`."""
    first = reader.write(_first_reason(refused), work / "refused.parquet")
    lines = reader.scan(first)
    counted = reader.read(lines.group_by(rule=rule_of(lines[REASON])).aggregate(n=lines.count()))
    reasons = Counter({str(row["rule"]): int(row["n"]) for row in counted.to_pylist()})
    paths = []
    if reasons:
        paths.append(reader.write(_rows(opened, lines, origin), work / "rejects.parquet"))
    broken = [line for line in opened.bad if not is_total(line)]
    if broken:
        paths.append(_write_broken(broken, origin, work / "broken.parquet"))
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


def _rows(opened: Opened, lines: ir.Table, origin: Origin) -> ir.Table:
    return lines.select(
        source=ibis.literal(origin.source), file=ibis.literal(origin.file), file_hash=ibis.literal(origin.sha256),
        line=_number(lines[LINE], opened).cast("int64"), reason=sentence_of(lines[REASON]), content=lines[CONTENT],
        rejected_at=ibis.literal(origin.at, type="timestamp('UTC')"),
    )  # fmt: skip


def _number(line: ir.Value, opened: Opened) -> ir.Value:
    gaps = opened.gaps[:MOST_GAPS]
    plain = line + opened.first_line
    if not gaps:
        return plain
    passed = ibis.array([ibis.literal(gap, type="int64") for gap in gaps]).filter(lambda gap: gap <= line)
    return plain + passed.length()


def _write_broken(broken: Sequence[BadLine], origin: Origin, into: Path) -> Path:
    schema = contract("rejects").schema.to_pyarrow()
    rows = [
        {"source": origin.source, "file": origin.file, "file_hash": origin.sha256, "line": line.line, "reason": line.reason,
         "content": line.content[:LONGEST], "rejected_at": origin.at}
        for line in broken
    ]  # fmt: skip
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), into)
    return into
