"""Take one opened file with one layout: parse, gather, keep what is refused, bring the rest into the tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import ibis
import ibis.expr.types as ir

from quanyu.collect import linking
from quanyu.collect.bring import Staged, bring, patch
from quanyu.collect.clean import Habits
from quanyu.collect.gather import gather, lines_of
from quanyu.collect.layout import Layout, normal
from quanyu.collect.left_out import EXPLAINED
from quanyu.collect.parse import (
    LINE,
    REASON,
    SKIP,
    Setting,
    parse,
    records,
    unread_header,
)
from quanyu.collect.recognise import reads
from quanyu.collect.reject import Origin, Rejects, keep_rejects
from quanyu.collect.shape import Page
from quanyu.collect.source import Opened, Rows
from quanyu.collect.unpack import GUARDS, Print
from quanyu.warehouse import Change
from quanyu.warehouse.reader import Reader
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class Job:
    """One file to take: where it is opened, how it is read, and the folder for its staged rows."""

    ws: Workspace
    reader: Reader
    name: str
    seen: Print
    opened: Opened
    layout: Layout
    work: Path


@dataclass(frozen=True)
class Taken:
    """Rows of the file, the refused ones, changes per table, columns that the layout does not read, how many
    rows of other files it completes that are not there yet, and the records that are no rows, by rule.
    """

    n_rows: int
    rejects: Rejects
    changes: dict[str, Change]
    ignored: tuple[str, ...]
    n_waiting: int = 0
    left_out: dict[str, int] = field(default_factory=dict)


def take(job: Job, tick: Callable[[int], None]) -> Taken:
    """Bring a file into the warehouse; every table's rows come in one commit of their own, rejects last.

    Taking it again after an interruption does what is left, because rows are merged by their natural key.
    """
    setting = _setting(job)
    read = job.opened.rows(job.layout)
    page = _page(job, read.cells)
    parsed = job.reader.write(parse(page, setting), job.work / "parsed.parquet")
    tick(2)
    first = unread_header(read.head, page, job.layout)
    rows = records(job.reader.scan(parsed, numbered=True), first)
    staged, refused = _staged(job, parsed, rows, setting)
    origin = Origin(job.layout.source, job.name, job.seen.sha256, job.ws.now())
    rejects = keep_rejects(job.reader, read, refused, origin, job.work)
    n_rows = _count(job, rows) + read.n_broken
    tick(3)
    patches = [target.table.name for target in job.layout.targets if target.is_patch]
    changes = {
        name: bring(job.ws, name, rows, job.work) for name, rows in staged.items() if name not in patches
    }
    n_waiting = 0
    for name in patches:
        changes[name], n_missing = patch(job.ws, name, staged[name], job.work)
        n_waiting += n_missing
    if rejects.paths:
        changes["rejects"] = bring(job.ws, "rejects", Staged(rejects.paths), job.work)
    return Taken(n_rows, rejects, changes, _ignored(job), n_waiting, _left_out(job, parsed, read, first))


def _left_out(job: Job, parsed: Path, read: Rows, n_explained: int) -> dict[str, int]:
    """Count the records that are no rows by the rule that says so."""
    rows = job.reader.scan(parsed)
    skipped = rows.filter(rows[SKIP].notnull())
    kinds = skipped.group_by(rule=skipped[SKIP]).aggregate(n=skipped.count())
    counted = Counter({str(row["rule"]): int(row["n"]) for row in job.reader.read(kinds).to_pylist()})
    counted[EXPLAINED] += n_explained
    return dict(+(counted + Counter(read.left_out)))


def _setting(job: Job) -> Setting:
    layout = job.layout
    platform = "" if layout.is_plain else layout.platform
    constants = {
        "source": layout.source, "currency": layout.currency, "into": job.ws.settings.currency,
        "platform": platform, "channel": platform,
    }  # fmt: skip
    return Setting(layout, job.ws.now(), constants)


def _page(job: Job, cells: ir.Table) -> Page:
    zone = job.layout.timezone or job.ws.settings.timezone
    guards = job.seen.guards if job.seen.is_utf8 else frozenset(GUARDS)
    habits = Habits(guards, job.layout.nulls, zone)
    names = tuple(normal(cell) for cell in job.opened.header)
    return Page(cells, names, habits, job.ws.secret, job.name)


def _staged(job: Job, parsed: Path, rows: ir.Table, setting: Setting) -> tuple[dict[str, Staged], ir.Table]:
    """Stage the good rows of every table; the first table's refusals take their records out of the others too."""
    refused = [rows.filter(rows[REASON].notnull()).select(LINE, REASON)]
    staged: dict[str, Staged] = {}
    for number, target in enumerate(job.layout.targets):
        name = target.table.name
        if not target.is_gathered:
            keep = f"_keep_{name}"
            staged[name] = Staged(
                (parsed,), f"{name}__", (REASON, SKIP), (keep,) if keep in rows.columns else ()
            )
            continue
        made = job.reader.write(gather(rows, target, setting), job.work / f"{name}.parquet")
        staged[name] = Staged((made,), blank=(REASON,))
        whole = job.reader.scan(made)
        if _count(job, whole.filter(whole[REASON].notnull())):
            lines = job.reader.scan(
                job.reader.write(lines_of(rows, whole, target), job.work / f"{name}.refused.parquet")
            )
            refused.append(lines)
            if number == 0:
                parsed = job.reader.write(_without(rows, lines), job.work / "kept.parquet")
                rows = job.reader.scan(parsed)
    for name, people in (
        ("links", linking.links(rows, job.layout)),
        ("members", linking.members(rows, job.layout)),
    ):
        if people is not None:
            staged[name] = Staged((job.reader.write(people, job.work / f"{name}.parquet"),))
    return staged, ibis.union(*refused) if len(refused) > 1 else refused[0]


def _without(parsed: ir.Table, lines: ir.Table) -> ir.Table:
    both = parsed.left_join(lines, parsed[LINE] == lines[LINE], rname="refused_{name}")
    reason = ibis.coalesce(both[REASON], both[f"refused_{REASON}"])
    return both.mutate(**{REASON: reason}).select(parsed.columns)


def _count(job: Job, rows: ir.Table) -> int:
    return int(job.reader.read(rows.aggregate(n=rows.count())).column(0)[0].as_py())


def _ignored(job: Job) -> tuple[str, ...]:
    is_read = reads(job.layout.known)
    return tuple(cell.strip() for cell in job.opened.header if cell.strip() and not is_read(normal(cell)))
