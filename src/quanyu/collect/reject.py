"""Refused rows are kept: with the file, the line, the reason and what the line said."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow.parquet as pq

from quanyu.collect.parse import LINE, REASON
from quanyu.collect.reason import rule_of, sentence_of
from quanyu.collect.source import Rows
from quanyu.warehouse.reader import Reader


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


def keep_rejects(reader: Reader, rows: Rows, refused: ir.Table, origin: Origin, work: Path) -> Rejects:
    """Write what is refused, broken records and `refused` ones (number, reason), in the shape of the table `rejects`."""
    first = reader.write(_first_reason(refused), work / "refused.parquet")
    if not rows.n_broken and not pq.read_metadata(first).num_rows:
        return Rejects((), 0, {})
    lines = reader.scan(reader.write(rows.tell(first), work / "told.parquet"))
    counted = reader.read(lines.group_by(rule=rule_of(lines.reason)).aggregate(n=lines.count()))
    reasons = Counter({str(row["rule"]): int(row["n"]) for row in counted.to_pylist()})
    kept = reader.write(_shaped(lines, origin), work / "rejects.parquet")
    return Rejects((kept,), sum(reasons.values()), dict(reasons.most_common()))


def _first_reason(refused: ir.Table) -> ir.Table:
    return refused.group_by(LINE).aggregate(**{REASON: refused[REASON].min()}).order_by(LINE)


def _shaped(lines: ir.Table, origin: Origin) -> ir.Table:
    return lines.order_by("line").select(
        source=ibis.literal(origin.source), file=ibis.literal(origin.file), file_hash=ibis.literal(origin.sha256),
        line=lines.line.cast("int64"), reason=sentence_of(lines.reason), content=lines.content,
        byte_offset=lines.byte_offset, n_bytes=lines.n_bytes, rejected_at=ibis.literal(origin.at, type="timestamp('UTC')"),
    )  # fmt: skip
