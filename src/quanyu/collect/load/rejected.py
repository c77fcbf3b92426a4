"""What was refused, for people to read: by source and reason, with a few lines, personal data masked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from quanyu.tables.text.mask import masked
from quanyu.workspace import Workspace

SAMPLES = 5
SEEN_VALUE = " is [^,]*,"
"""The value seen stands in a reason between `is` and the comma: without it, rows of one rule count as one."""


@dataclass(frozen=True)
class Line:
    """One refused line; phones and mail addresses in its content are masked."""

    file: str
    line: int | None
    reason: str
    content: str


@dataclass(frozen=True)
class Rejected:
    """The lines of one source refused for one reason."""

    source: str
    reason: str
    n_rows: int
    n_files: int
    samples: tuple[Line, ...]

    def lines(self, ws: Workspace) -> Iterator[Line]:
        """Yield every one of them, by file and line."""
        rows = _by_rule(ws)
        rows = rows.filter(rows.source == self.source, rows.rule == self.reason).order_by("file", "line")
        for batch in ws.warehouse.stream(rows.select("file", "line", "reason", "content"), 20_000):
            yield from (Line(**row | {"content": masked(row["content"] or "")}) for row in batch.to_pylist())


def _by_rule(ws: Workspace) -> ir.Table:
    rows = ws.warehouse.table("rejects")
    return rows.mutate(rule=rows.reason.re_replace(SEEN_VALUE, " is …,"))


def rejected(ws: Workspace, samples: int = SAMPLES) -> list[Rejected]:
    """Return what was refused by source and reason, most frequent first, with sample lines."""
    rows = _by_rule(ws)
    counted = rows.group_by("source", "rule").aggregate(n_rows=rows.count(), n_files=rows.file.nunique())
    groups = ws.warehouse.read(counted.order_by(ibis.desc("n_rows"), "source", "rule")).to_pylist()
    window = ibis.window(group_by=["source", "rule"], order_by=[rows.file, rows.line])
    first = rows.mutate(place=ibis.row_number().over(window)).filter(lambda t: t["place"] < samples)
    listed = ws.warehouse.read(first.select("source", "rule", "file", "line", "reason", "content", "place"))
    lines: dict[tuple[str, str], list[Line]] = {}
    for row in sorted(listed.to_pylist(), key=lambda row: row["place"]):
        kept = Line(row["file"], row["line"], row["reason"], masked(row["content"] or ""))
        lines.setdefault((row["source"], row["rule"]), []).append(kept)
    return [
        Rejected(
            row["source"],
            row["rule"],
            row["n_rows"],
            row["n_files"],
            tuple(lines.get((row["source"], row["rule"]), ())),
        )
        for row in groups
    ]
