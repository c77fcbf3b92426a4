"""Refused rows are kept: with the file, the line, the reason and what the line said."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from quanyu.collect.load.recipe import Build, Reading, tagged
from quanyu.collect.note import LINE, REASON
from quanyu.collect.reason import ERASED, rule_of, sentence_of
from quanyu.collect.source import Rows


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


def keep_rejects(reading: Reading, rows: Rows, refusing: str, refused: Build, origin: Origin) -> Rejects:
    """Write what is refused, broken records and `refused` ones (number, reason), in the shape of the table `rejects`.

    `refusing` names the steps that refused any.
    """
    if not rows.n_broken and not refusing:
        return Rejects((), 0, {})
    first = reading.write(f"refused_{refusing}", lambda: _first_reason(refused()))
    reading.reader.name(SAID, reading.reader.compile(rows.tell(first)))
    said = ibis.table(REFUSED, name=SAID)
    told = reading.write(TOLD, lambda: _forgotten(said))
    reading.reader.name(SAID, reading.reader.parquet(told))
    counted = reading.rows(
        "reasons", lambda: said.group_by(rule=rule_of(said.reason)).aggregate(n=said.count())
    )
    reasons = Counter({str(row["rule"]): int(row["n"]) for row in counted})
    _name_origin(reading, origin)
    kept = reading.write("rejects", lambda: tagged(_shaped(said)))
    return Rejects((kept,), sum(reasons.values()), dict(reasons.most_common()))


def _forgotten(said: ir.Table) -> ir.Table:
    """Return refused lines; of one about somebody who was erased not what it said."""
    return said.mutate(content=(rule_of(said.reason) == ERASED).ifelse(ibis.literal(""), said.content))


ORIGIN = {"source": "string", "file": "string", "file_hash": "string", "rejected_at": "timestamp('UTC')"}
REFUSED = {
    "line": "int64", "reason": "string", "content": "string", "byte_offset": "int64", "n_bytes": "int64",
}  # fmt: skip
SAID, TOLD = "said", "told_rejects"


def _name_origin(reading: Reading, origin: Origin) -> None:
    """Let steps read what is the same for all rows of the file as the view `origin` of one row."""
    told = {
        "source": origin.source, "file": origin.file, "file_hash": origin.sha256, "rejected_at": origin.at,
    }  # fmt: skip
    file = reading.folder / "origin.parquet"
    pq.write_table(pa.Table.from_pylist([told], schema=ibis.schema(ORIGIN).to_pyarrow()), file)
    reading.reader.name("origin", reading.reader.parquet(file))


def _first_reason(refused: ir.Table) -> ir.Table:
    return refused.group_by(LINE).aggregate(**{REASON: refused[REASON].min()}).order_by(LINE)


def _shaped(lines: ir.Table) -> ir.Table:
    both = lines.cross_join(ibis.table(ORIGIN, name="origin"))
    return both.order_by("line").select(
        source=both.source, file=both.file, file_hash=both.file_hash, line=both.line.cast("int64"),
        reason=sentence_of(both.reason), content=both.content, byte_offset=both.byte_offset, n_bytes=both.n_bytes,
        rejected_at=both.rejected_at,
    )  # fmt: skip
