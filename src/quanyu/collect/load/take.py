"""Take one opened file with one layout: parse, gather, keep what is refused, stage the rest for its tables."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

from quanyu.collect.file import GUARDS, Print
from quanyu.collect.header import normal, reads
from quanyu.collect.layout import Layout, Target, recognise
from quanyu.collect.left_out import EXPLAINED
from quanyu.collect.load.doubt import doubts_of, lost
from quanyu.collect.load.reading import Source, read_page
from quanyu.collect.load.recipe import CELLS, FILE, PARSED, RECORDS, Reading, tagged
from quanyu.collect.load.reject import Origin, Rejects, keep_rejects
from quanyu.collect.merge import Staged
from quanyu.collect.note import LINE, REASON, SKIP
from quanyu.collect.reason import future_of
from quanyu.collect.record import check, erased, parse, shape
from quanyu.collect.rows import continuation, gather, linking
from quanyu.collect.source import Opened, Rows
from quanyu.collect.value import cleaning, identifier
from quanyu.text import Sentence, Text
from quanyu.warehouse.reader import ROW, Reader
from quanyu.workspace import Workspace

HEADS = "_is_head"
People: TypeAlias = Callable[[ir.Table, Layout], ir.Table | None]


@dataclass(frozen=True)
class Job:
    """One file to take: where it is opened, how it is read, its number among those staged, and the folder for its rows."""

    ws: Workspace
    reader: Reader
    name: str
    seen: Print
    opened: Opened
    layout: Layout
    number: int
    now: dt.datetime
    work: Path


@dataclass(frozen=True)
class Taken:
    """What one file holds, staged: rows by table, how many records there are, the refused ones, those that are no
    rows by the rule that says so, and columns that the layout does not read.

    `newest` is the latest time that a row tells; `due_at` the moment at which the first row that lies in the future
    by this clock does so no longer, so that the file reads otherwise; `assumed` its encoding where that is not certain;
    `missing` are columns that the layout reads and the file lacks; `doubts` what its rows leave open together.
    """

    staged: Mapping[str, Staged]
    n_rows: int
    rejects: Rejects
    left_out: dict[Text, int]
    ignored: tuple[str, ...]
    newest: dt.datetime | None
    due_at: dt.datetime | None
    assumed: str = ""
    missing: tuple[str, ...] = ()
    doubts: tuple[Sentence, ...] = ()


def stage(job: Job, tick: Callable[[int], None]) -> Taken:
    """Stage the rows of a file: nothing is brought into a table yet, but all that is refused is known."""
    setting, read = _setting(job), job.opened.rows(job.layout)
    page = _page(job, ibis.table(read.cells.schema(), name=CELLS))
    plain = replace(setting, layout=gather.without_late_defaults(setting.layout))
    first = parse.unread_header(read.head, page, job.layout)
    job.reader.name(CELLS, job.reader.compile(read.cells))
    # What differs from file to file, day to day and workspace to workspace stands in no statement: they share them.
    job.reader.give(FILE, job.number)
    job.reader.give(identifier.SECRET, job.ws.secret)
    erased.teach(job.reader, erased.tombs_of(job.ws), job.ws.secret)
    check.at(job.reader, job.now.astimezone(job.ws.settings.zone))
    source = Source(job.reader, first, job.work, job.opened.delimiter)
    parsed, reading = read_page(source, page, plain)
    tick(2)
    job.reader.name(PARSED, job.reader.parquet(parsed, numbered=True))
    job.reader.name(
        RECORDS,
        reading.sql(
            RECORDS, lambda: gather.spread(parse.records(_numbered(reading.table(PARSED)), first), job.layout)
        ),
    )
    (told,) = reading.rows("told", lambda: parse.counted(reading.table(RECORDS), job.layout))
    staged, refusing = _staged(reading, parsed, setting, int(told["n_refused"]))
    origin = Origin(job.layout.source, job.name, job.seen.sha256, job.now)
    rejects = keep_rejects(reading, read, "_".join(refusing), lambda: _refused(reading, refusing), origin)
    if rejects.paths:
        staged["rejects"] = Staged(rejects.paths)
    doubts = (*lost(told["n_lost"]), *doubts_of(reading, staged, job.layout, job.ws.settings.currency))
    tick(3)
    return Taken(
        staged=staged,
        n_rows=int(told["n_rows"]) + read.n_broken,
        rejects=rejects,
        left_out=_left_out(reading, read, first),
        ignored=_ignored(job),
        newest=told["newest"],
        due_at=_due(reading, refusing),
        assumed=job.opened.assumed,
        missing=recognise.lacking(job.layout, job.opened.header),
        doubts=doubts,
    )


def _numbered(parsed: ir.Table) -> ir.Table:
    """Return the parsed rows as their view has them, numbered."""
    return ibis.table({**parsed.schema(), ROW: "int64"}, name=PARSED)


def _due(reading: Reading, refusing: Sequence[str]) -> dt.datetime | None:
    """Return when the first of the refused rows does no longer lie in the future."""
    if not refusing:
        return None
    step = "_".join(refusing)
    (row,) = reading.rows(f"due_{step}", lambda: _soonest(reading.table(f"refused_{step}")))
    return None if row["soonest"] is None else row["soonest"] - check.TOLERANCE


def _soonest(refused: ir.Table) -> ir.Table:
    moment = future_of(refused[REASON]).try_cast("timestamp('UTC')")
    return refused.aggregate(soonest=moment.min())


def _left_out(reading: Reading, read: Rows, n_explained: int) -> dict[Text, int]:
    """Count the records that are no rows by the rule that says so."""
    rows = reading.rows("left_out", lambda: _skipped(reading.table(PARSED)))
    counted = Counter({str(row["rule"]): int(row["n"]) for row in rows})
    counted[EXPLAINED] += n_explained
    return dict(+(counted + Counter(read.left_out)))


def _skipped(parsed: ir.Table) -> ir.Table:
    skipped = parsed.filter(parsed[SKIP].notnull())
    return skipped.group_by(rule=skipped[SKIP]).aggregate(n=skipped.count())


def _setting(job: Job) -> parse.Setting:
    layout = job.layout
    platform = "" if layout.is_plain else layout.platform
    constants = {
        "source": layout.source, "currency": layout.currency, "into": job.ws.settings.currency,
        "platform": platform, "channel": platform,
    }  # fmt: skip
    return parse.Setting(layout, job.ws.settings.zone, constants)


def _page(job: Job, cells: ir.Table) -> shape.Page:
    zone = job.layout.timezone or job.ws.settings.timezone
    guards = job.seen.guards if job.seen.is_utf8 else frozenset(GUARDS)
    habits = cleaning.Habits(guards, job.layout.nulls, zone, job.opened.date_system)
    names = tuple(normal(cell) for cell in job.opened.header)
    settings, layout = job.ws.settings, job.layout
    kinds = (*layout.kinds, *settings.kinds)
    return shape.Page(
        cells=cells,
        names=names,
        habits=habits,
        file=job.name,
        country=layout.country or settings.home,
        kinds=kinds,
        currency=layout.currency or settings.currency,
    )


def _staged(
    reading: Reading, parsed: Path, setting: parse.Setting, n_refused: int
) -> tuple[dict[str, Staged], list[str]]:
    """Stage the good rows of every table and name the steps that refused some.

    The first table's refusals take their records out of the others too.
    """
    layout, rows = setting.layout, reading.table(RECORDS)
    refusing = [RECORDS] if n_refused else []
    staged: dict[str, Staged] = {}
    n_continued = 0
    for number, target in enumerate(layout.targets):
        name = target.table.name
        if not target.is_gathered:
            keep = f"_keep_{name}"
            staged[name] = Staged(
                (parsed,), f"{name}__", (REASON, SKIP), (keep,) if keep in rows.columns else ()
            )
            continue
        made = reading.write(name, partial(_gathered, rows, target, setting))
        splits = continuation.can_continue(target, layout)
        staged[name] = Staged((made,), blank=(REASON,), true=(HEADS,) if splits else ())
        (bad,) = reading.rows(f"bad_{name}", partial(_bad, reading, name))
        n_continued += bad.get("n_continued") or 0
        if bad["n"]:
            lines = f"lines_{name}"
            reading.write(lines, partial(_lines, reading, rows, target))
            refusing.append(lines)
            if number == 0:
                parsed = reading.write("kept", partial(_without, rows, reading.table(lines)))
                reading.reader.name(RECORDS, reading.reader.parquet(parsed))
    if n_continued:
        staged |= _continued(reading, setting)
    for name, people in (("links", linking.links), ("members", linking.members)):
        if name in reading.steps or people(rows, layout) is not None:
            staged[name] = Staged((reading.write(name, partial(_people, people, rows, layout)),))
    return staged, refusing


def _gathered(rows: ir.Table, target: Target, setting: parse.Setting) -> ir.Table:
    made = gather.gathered(rows, target, setting)
    return tagged(
        made.mutate(**{HEADS: ~made[continuation.CONTINUES]})
        if continuation.CONTINUES in made.columns
        else made
    )


def _continued(reading: Reading, setting: parse.Setting) -> dict[str, Staged]:
    """Stage the lines of the file's own orders and those that continue orders of other files."""
    orders = reading.table("orders")
    (target,) = (each for each in setting.layout.targets if each.table.name == "order_lines")
    if not target.is_gathered:
        reading.write("order_lines", partial(_gathered, reading.table(RECORDS), target, setting))
    lines = reading.table("order_lines")
    own = reading.write("lines_of_heads", lambda: continuation.of_heads(orders, lines))
    more = reading.write("continuations", lambda: tagged(continuation.continued(orders, lines, REASON)))
    return {"order_lines": Staged((own,), blank=(REASON,)), "continuations": Staged((more,))}


def _lines(reading: Reading, rows: ir.Table, target: Target) -> ir.Table:
    return gather.lines_of(rows, reading.table(target.table.name), target)


def _bad(reading: Reading, name: str) -> ir.Table:
    made = reading.table(name)
    counts = (
        {"n_continued": made[continuation.CONTINUES].sum()} if continuation.CONTINUES in made.columns else {}
    )
    return made.aggregate(n=made[REASON].count(), **counts)


def _people(people: People, rows: ir.Table, layout: Layout) -> ir.Table:
    members = people(rows, layout)
    assert members is not None
    return tagged(members)


def _refused(reading: Reading, refusing: Sequence[str]) -> ir.Table:
    """Return every refused record with a reason for each table that refuses it; none where only lines are broken."""
    rows = reading.table(RECORDS)
    parts = [
        (rows.filter(rows[REASON].notnull()) if step == RECORDS else reading.table(step)).select(LINE, REASON)
        for step in refusing or [RECORDS]
    ]
    return ibis.union(*parts) if len(parts) > 1 else parts[0]


def _without(parsed: ir.Table, lines: ir.Table) -> ir.Table:
    both = parsed.left_join(lines, parsed[LINE] == lines[LINE], rname="refused_{name}")
    reason = ibis.coalesce(both[REASON], both[f"refused_{REASON}"])
    return both.mutate(**{REASON: reason}).select(parsed.columns)


def _ignored(job: Job) -> tuple[str, ...]:
    is_read = reads(job.layout.known)
    return tuple(cell.strip() for cell in job.opened.header if cell.strip() and not is_read(normal(cell)))
