"""Load files: recognise, read, judge, bring in; again is harmless, and what is refused is kept with its reason."""

from __future__ import annotations

import datetime as dt
import shutil
import time
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from quanyu.collect.file import Found, find
from quanyu.collect.layout import Layout, catalogue, recognise
from quanyu.collect.load.former import former_rows
from quanyu.collect.load.outcome import Outcome, message
from quanyu.collect.load.round import Ready, bring_round
from quanyu.collect.load.take import Job, stage
from quanyu.collect.merge import rejoin
from quanyu.collect.money import Waiting, convert, waiting
from quanyu.collect.source import Opened, open_found
from quanyu.errors import QuanyuError, SourceError, StorageError, UnknownLayoutError
from quanyu.ledger import Load, Tally, begin_load, fail_load, find_load, finish_load, layouts_of
from quanyu.text import Sentence, Text
from quanyu.warehouse import Change
from quanyu.warehouse.reader import Reader
from quanyu.workspace import Workspace

Status = Annotated[Literal["loaded", "already loaded", "failed"], Text]
Progress = Callable[[str, int, int], None]
STEPS = 4
"""Of a file: opened, judged, sorted into tables, brought in."""
ROUND = 1_000_000_000
"""Files are brought in together until this many bytes are staged of them."""


@dataclass(frozen=True)
class Loaded:
    """What loading one file did: how it was recognised, rows taken and refused and why, changes per table.

    `left_out` counts the records that are no rows (totals, blank lines, a repeated header), by the rule that says so:
    records of the file = `n_rows` + what is left out, and `n_rows` = `n_taken` + `n_refused`.
    `ignored` are the file's columns that the layout does not read, `missing` those that it
    reads and the file lacks. `message` and `recognised_by` are English
    texts that `quanyu.text.told` tells in the reader's language.
    """

    file: str
    layout: str = ""
    recognised_by: str = ""
    n_rows: int = 0
    n_taken: int = 0
    n_refused: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    ignored: tuple[str, ...] = ()
    status: Status = "loaded"
    message: str = ""
    seconds: float = 0.0
    left_out: dict[Text, int] = field(default_factory=dict)
    missing: tuple[str, ...] = ()


def load(
    ws: Workspace,
    paths: Iterable[str | Path] | str | Path,
    *,
    layout: str | Layout | None = None,
    progress: Progress | None = None,
    again: bool = False,
) -> list[Loaded]:
    """Load files and folders into the workspace's tables and say for each what was taken and what was refused.

    Files count from the oldest to the newest, by what they say, then by when they were written, then by name. A file
    that was loaded before with the same layout is left alone, unless it is read `again`. One that cannot be read is
    reported as failed and does not stop the others; if it is the only one its error is raised
    (`UnreadableFileError`, `UnknownLayoutError`). `StorageError` and `WorkspaceBusyError` are always raised.
    """
    named = [paths] if isinstance(paths, (str, Path)) else list(paths)
    chosen = [layout] if isinstance(layout, Layout) else _chosen(ws, layout)
    with ws.writing():
        shutil.rmtree(ws.path("staging"), ignore_errors=True)
        convert(ws)
        run = _Run(ws, chosen, bool(layout), progress or _silent, again, ws.now())
        done = run.all(list(find.files_in([Path(path).expanduser() for path in named])))
        convert(ws)
    if len(done) == 1 and run.errors:
        raise run.errors[0]
    return _and_waiting(ws, done)


def _chosen(ws: Workspace, name: str | None) -> list[Layout]:
    known = catalogue.layouts(ws.root)
    return [catalogue.layout_named(name, known)] if name else known


def _and_waiting(ws: Workspace, done: list[Loaded]) -> list[Loaded]:
    """Add to what is said of files which of their rows wait for other files: for a rate, or for their order.

    What waits for a rate is said once, of the last file that has rows of the table.
    """
    unsaid, unfinished, told = waiting(ws), rejoin.waiting_lines(ws), []
    for loaded in reversed(done):
        unrated = [wait for wait in unsaid if wait.table in loaded.changes]
        unsaid = [wait for wait in unsaid if wait not in unrated]
        told.append(_and_orders(_and_rates(loaded, unrated), unfinished.get(loaded.file, 0)))
    return told[::-1]


def _and_orders(loaded: Loaded, n_rows: int) -> Loaded:
    told = Sentence(
        "{n} rows continue orders whose first line is not loaded yet: load the other part of the export",
        n=n_rows,
    )
    return replace(loaded, message=_both(loaded.message, told)) if n_rows else loaded


def _both(before: str, after: str) -> str:
    return Sentence("{before}; {after}", before=before, after=after) if before and after else before or after


def _and_rates(loaded: Loaded, unrated: list[Waiting]) -> Loaded:
    """Add how many rows wait for a rate."""
    for currency in sorted({wait.currency for wait in unrated}):
        tables = {wait.table: wait.n_rows for wait in unrated if wait.currency == currency}
        told = Sentence(
            "{n} rows wait for a rate of {currency} ({tables}): load fx_rates (on, currency, rate)",
            n=sum(tables.values()), currency=currency, tables=", ".join(tables),
        )  # fmt: skip
        loaded = replace(loaded, message=_both(loaded.message, told))
    return loaded


def layouts(root: str | Path | None = None) -> list[Layout]:
    """Return every layout that can be recognised, those of the workspace at `root` included."""
    return catalogue.layouts(Path(root).expanduser() if root else None)


def _silent(_: str, __: int, ___: int) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class _Staged:
    """A file that is staged, what is said of it so far, the record of its loading, and its size."""

    ready: Ready
    loaded: Loaded
    load_id: int
    n_bytes: int


@dataclass
class _Run:
    """One call of `load`: the layouts to choose from, where to show progress, and the files that are staged."""

    ws: Workspace
    layouts: list[Layout]
    is_named: bool
    progress: Progress
    again: bool
    now: dt.datetime
    errors: list[QuanyuError] = field(default_factory=list)
    done: dict[int, Loaded] = field(default_factory=dict)
    staged: dict[int, _Staged] = field(default_factory=dict)
    late: dict[int, _Staged] = field(default_factory=dict)
    reader: Reader | None = None

    @cached_property
    def names(self) -> frozenset[str]:
        """Every column that a layout reads."""
        return frozenset(name for layout in self.layouts for name in layout.known)

    @cached_property
    def work(self) -> Path:
        """The folder for all that is staged."""
        return self.ws.path("staging", uuid.uuid4().hex)

    def all(self, paths: list[Path]) -> list[Loaded]:
        """Load the files in rounds; what waits for other files waits until the last."""
        try:
            for path in paths:
                self._path(path)
                if sum(each.n_bytes for each in self.staged.values()) >= ROUND:
                    self._bring()
            self.staged |= self.late
            self._bring(is_last=True)
        except OSError as error:
            raise StorageError(
                "The files could not be staged: {error}.",
                "Free space and run the command again.",
                error=str(error),
            ) from error
        finally:
            self._close()
            shutil.rmtree(self.work, ignore_errors=True)
        return [self.done[number] for number in sorted(self.done)]

    def _path(self, path: Path) -> None:
        unpacked = self.work / "unpacked"
        try:
            for file in find.loadable(path, unpacked, self.names):
                self._timed(file, path)
        except SourceError as error:
            self._keep(self._failed(path.name, error))
        finally:
            shutil.rmtree(unpacked, ignore_errors=True)

    def _keep(self, loaded: Loaded) -> None:
        self.done[len(self.done)] = loaded

    def _failed(self, name: str, error: QuanyuError) -> Loaded:
        self.errors.append(error)
        # What the engine holds of a file that failed must not be taken for what it holds of the next one.
        self._close()
        return Loaded(name, status="failed", message=Sentence("{error}", error=error))

    def _close(self) -> None:
        if self.reader:
            self.reader.__exit__(None, None, None)
        self.reader = None

    def _open(self) -> Reader:
        settings = self.ws.settings
        self.reader = self.reader or Reader(self.ws.path("tmp"), settings.memory_limit, settings.threads)
        return self.reader

    def _timed(self, file: Found, path: Path) -> None:
        started = time.perf_counter()
        number = len(self.done)
        work = self.work / str(number)
        self.progress(file.name, 0, STEPS)
        work.mkdir(parents=True)
        try:
            loaded = self._one(file, path, number, work)
        except SourceError as error:
            loaded = self._failed(file.name, error)
        except OSError as error:
            if error.errno in find.FULL:
                raise
            loaded = self._failed(file.name, find.unreadable(file.path, error))
        self.done[number] = replace(loaded, seconds=time.perf_counter() - started)
        if number not in self.staged:
            shutil.rmtree(work, ignore_errors=True)
            self.progress(file.name, STEPS, STEPS)

    def _one(self, file: Found, path: Path, number: int, work: Path) -> Loaded:
        seen = find.seen_of(file)
        reader = self._open()
        opened = open_found(reader, file, seen, self.names, work)
        match = self._match(opened, file)
        layout = match.layout
        before = find_load(self.ws.ledger, file_hash=seen.sha256, layout=layout.name)
        if before and not self.again and before.is_valid(layout.entries, self.now):
            return _already(file.name, match, before.file_name, before.started_at, before.n_rows)
        for each in self.staged.values():
            if (each.ready.sha256, each.ready.layout.name) == (seen.sha256, layout.name):
                return _already(file.name, match, each.loaded.file, self.now, each.loaded.n_rows)
        job = Job(
            ws=self.ws, reader=reader, name=file.name, seen=seen, opened=opened, layout=layout,
            number=number, now=self.now, work=work,
        )  # fmt: skip
        return self._taken(job, match, path, before)

    def _taken(self, job: Job, match: recognise.Match, path: Path, before: Load | None) -> Loaded:
        layout = match.layout
        begun = begin_load(
            self.ws.ledger, file_name=job.name, file_hash=job.seen.sha256, layout=layout.name, at=self.now,
            reading=layout.entries,
        )  # fmt: skip
        self.progress(job.name, 1, STEPS)
        try:
            former = former_rows(job, before)
            taken = stage(job, lambda step: self.progress(job.name, step, STEPS))
        except QuanyuError as error:
            fail_load(self.ws.ledger, begun.load_id, str(error), at=self.ws.now())
            raise
        n_refused = taken.rejects.n_lines
        loaded = Loaded(
            file=job.name,
            layout=layout.name,
            recognised_by=_told(match),
            n_rows=taken.n_rows,
            n_taken=taken.n_rows - n_refused,
            n_refused=n_refused,
            reasons=taken.rejects.reasons,
            changes={},
            ignored=taken.ignored,
            left_out=taken.left_out,
            missing=taken.missing,
        )
        loaded = replace(loaded, message=self._twice(job))
        ready = Ready(
            number=job.number, file=path, written_at=path.stat().st_mtime, layout=layout, sha256=job.seen.sha256,
            taken=taken, is_again=before is not None, former=former,
        )  # fmt: skip
        n_bytes = sum(file.stat().st_size for file in job.work.iterdir())
        self.staged[job.number] = _Staged(ready, loaded, begun.load_id, n_bytes)
        return loaded

    def _twice(self, job: Job) -> str:
        """Say if the file was loaded with another layout that fills the same tables: what that brought is told twice."""
        names = layouts_of(self.ws.ledger, file_hash=job.seen.sha256)
        known = catalogue.layouts(self.ws.root) if names else []
        others = [
            each.name
            for each in known
            if each.name in names
            and each.name != job.layout.name
            and set(each.tables) & set(job.layout.tables)
        ]
        told = Sentence(
            "it was loaded as {layouts} before, and what that brought stays", layouts=", ".join(others)
        )
        return told if others else ""

    def _bring(self, *, is_last: bool = False) -> None:
        """Bring what is staged into the tables and record that it is."""
        if not self.staged:
            return
        started = time.perf_counter()
        staged, self.staged = self.staged, {}
        try:
            outcomes = bring_round(
                self.ws, self._open(), [each.ready for each in staged.values()], self.work / "together"
            )
        except QuanyuError as error:
            self._record(staged, {}, str(error))
            raise
        self.late = {} if is_last else {n: each for n, each in staged.items() if outcomes[n].n_waiting}
        self._record({n: each for n, each in staged.items() if n not in self.late}, outcomes)
        seconds = (time.perf_counter() - started) / len(staged)
        for number, each in staged.items():
            before, outcome = self.done[number], outcomes[number]
            self.done[number] = replace(
                before,
                changes=outcome.changes,
                message=_both(each.loaded.message, message(each.ready.taken, outcome)),
                seconds=before.seconds + seconds,
            )
            self.progress(each.loaded.file, STEPS, STEPS)
        shutil.rmtree(self.work / "together", ignore_errors=True)
        for number in staged.keys() - self.late.keys():
            shutil.rmtree(self.work / str(number))

    def _record(
        self, staged: Mapping[int, _Staged], outcomes: Mapping[int, Outcome], error: str = ""
    ) -> None:
        """Record in one transaction how the loads ended; one that waits for other files has not ended well."""
        at = self.ws.now()
        with self.ws.ledger.begin() as connection:
            for number, each in staged.items():
                outcome, loaded = outcomes.get(number, Outcome()), each.loaded
                reason = error or (message(each.ready.taken, outcome) if outcome.n_waiting else "")
                if reason:
                    fail_load(connection, each.load_id, str(reason), at=at)
                    continue
                changes = {name: vars(change) for name, change in outcome.changes.items()}
                tally = Tally(
                    loaded.n_rows, loaded.n_taken, loaded.n_refused, changes, each.ready.taken.due_at
                )
                finish_load(connection, each.load_id, tally, at=at)

    def _match(self, opened: Opened, file: Found) -> recognise.Match:
        if not self.is_named:
            return recognise.the_layout(opened.header, self.layouts, file.name, file.path.stem)
        match = recognise.matches(opened.header, self.layouts)[0]
        if not match.missing and match.n_known:
            return match
        shown = ", ".join(cell.strip() for cell in opened.header if cell.strip())[:300]
        raise UnknownLayoutError(
            "{file} is no {layout} file: it misses {missing}. It has: {columns}.",
            "Leave --as away to let the file be recognised, or name another layout (quanyu layouts).",
            file=file.name,
            layout=match.layout.name,
            missing=", ".join(match.missing) or Sentence("all columns"),
            columns=shown,
        )


def _already(name: str, match: recognise.Match, file: str, at: dt.datetime, n_rows: int) -> Loaded:
    told = Sentence("loaded as {file} at {at:%Y-%m-%d %H:%M} UTC", file=file, at=at)
    return Loaded(name, match.layout.name, _told(match), n_rows, status="already loaded", message=told)


def _told(match: recognise.Match) -> str:
    needed = ", ".join(match.layout.match or match.layout.either)
    return Sentence(
        "{n_known} of {n_columns} columns known, among them {needed}",
        n_known=match.n_known,
        n_columns=match.n_columns,
        needed=needed,
    )
