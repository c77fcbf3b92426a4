"""Load files: recognise, read, judge, bring in; again is harmless, and what is refused is kept with its reason."""

from __future__ import annotations

import shutil
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Literal

from quanyu.collect import catalogue
from quanyu.collect.currency import Waiting, convert, waiting
from quanyu.collect.find import FULL, Found, files_in, find, seen_of, unreadable
from quanyu.collect.layout import Layout
from quanyu.collect.recognise import Match, recognise, the_layout
from quanyu.collect.source import Opened, open_found
from quanyu.collect.take import Job, take
from quanyu.collect.unpack import Print
from quanyu.errors import QuanyuError, SourceError, StorageError, UnknownLayoutError
from quanyu.ledger import Tally, begin_load, fail_load, find_load, finish_load
from quanyu.text import Sentence
from quanyu.warehouse import Change
from quanyu.warehouse.reader import Reader
from quanyu.workspace import Workspace

Status = Literal["loaded", "already loaded", "failed"]
Progress = Callable[[str, int, int], None]
STEPS = 4
"""Of a file: opened, judged, sorted into tables, brought in."""


@dataclass(frozen=True)
class Loaded:
    """What loading one file did: how it was recognised, rows taken and refused and why, changes per table.

    `left_out` counts the records that are no rows (totals, blank lines, a repeated header), by the rule that says so:
    records of the file = `n_rows` + what is left out, and `n_rows` = `n_taken` + `n_refused`.
    `ignored` are the file's columns that the layout does not read. `message` and `recognised_by` are English
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
    left_out: dict[str, int] = field(default_factory=dict)


def load(
    ws: Workspace,
    paths: Iterable[str | Path] | str | Path,
    *,
    layout: str | None = None,
    progress: Progress | None = None,
) -> list[Loaded]:
    """Load files and folders into the workspace's tables and say for each what was taken and what was refused.

    A file that was loaded before with the same layout is left alone. One that cannot be read is reported as
    failed and does not stop the others; if it is the only one its error is raised (`UnreadableFileError`,
    `UnknownLayoutError`). `StorageError` and `WorkspaceBusyError` are always raised.
    """
    named = [paths] if isinstance(paths, (str, Path)) else list(paths)
    known = catalogue.layouts(ws.root)
    chosen = [catalogue.layout_named(layout, known)] if layout else known
    run = _Run(ws, chosen, is_named=bool(layout), progress=progress or _silent)
    with ws.writing():
        shutil.rmtree(ws.path("staging"), ignore_errors=True)
        convert(ws)
        done = [
            one for path in files_in([Path(path).expanduser() for path in named]) for one in run.path(path)
        ]
        convert(ws)
    if len(done) == 1 and run.errors:
        raise run.errors[0]
    lacking = waiting(ws)
    return [_and_waiting(loaded, lacking) for loaded in done]


def _and_waiting(loaded: Loaded, lacking: list[Waiting]) -> Loaded:
    """Add to what is said of a file how many rows of its tables wait for a rate."""
    mine = [one for one in lacking if one.table in loaded.changes]
    for currency in sorted({one.currency for one in mine}):
        tables = {one.table: one.n_rows for one in mine if one.currency == currency}
        told = Sentence(
            "{n} rows wait for a rate of {currency} ({tables}): load fx_rates (on, currency, rate)",
            n=sum(tables.values()), currency=currency, tables=", ".join(tables),
        )  # fmt: skip
        before = loaded.message
        message = Sentence("{before}; {after}", before=before, after=told) if before else told
        loaded = replace(loaded, message=message)
    return loaded


def layouts(root: str | Path | None = None) -> list[Layout]:
    """Return every layout that can be recognised, those of the workspace at `root` included."""
    return catalogue.layouts(Path(root).expanduser() if root else None)


def _silent(_: str, __: int, ___: int) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class _Run:
    """One call of `load`: the layouts to choose from and where to show progress."""

    ws: Workspace
    layouts: list[Layout]
    is_named: bool
    progress: Progress
    errors: list[QuanyuError] = field(default_factory=list)

    @cached_property
    def names(self) -> frozenset[str]:
        """Every column that a layout reads."""
        return frozenset(name for layout in self.layouts for name in layout.known)

    def path(self, path: Path) -> list[Loaded]:
        work = self.ws.path("staging", uuid.uuid4().hex)
        try:
            return [self._timed(found, work / str(i)) for i, found in enumerate(find(path, work, self.names))]
        except SourceError as error:
            return [self._failed(path.name, error)]
        except OSError as error:
            raise StorageError(
                "{file} could not be staged: {error}.",
                "Free space and run the command again.",
                file=path.name,
                error=str(error),
            ) from error
        finally:
            shutil.rmtree(work, ignore_errors=True)

    def _failed(self, name: str, error: QuanyuError) -> Loaded:
        self.errors.append(error)
        return Loaded(name, status="failed", message=Sentence("{error}", error=error))

    def _timed(self, found: Found, work: Path) -> Loaded:
        started = time.perf_counter()
        self.progress(found.name, 0, STEPS)
        work.mkdir(parents=True)
        try:
            loaded = self._one(found, work)
        except SourceError as error:
            loaded = self._failed(found.name, error)
        except OSError as error:
            if error.errno in FULL:
                raise
            loaded = self._failed(found.name, unreadable(found.path, error))
        shutil.rmtree(work, ignore_errors=True)
        self.progress(found.name, STEPS, STEPS)
        return replace(loaded, seconds=time.perf_counter() - started)

    def _one(self, found: Found, work: Path) -> Loaded:
        seen = seen_of(found)
        settings = self.ws.settings
        with Reader(self.ws.path("tmp"), settings.memory_limit, settings.threads) as reader:
            opened = open_found(reader, found, seen, self.names, work)
            match = self._match(opened, found)
            before = find_load(self.ws.ledger, file_hash=seen.sha256, layout=match.layout.name)
            if before:
                told = Sentence(
                    "loaded as {file} at {at:%Y-%m-%d %H:%M} UTC", file=before.file_name, at=before.started_at
                )
                return Loaded(
                    found.name,
                    before.layout,
                    _told(match),
                    before.n_rows,
                    status="already loaded",
                    message=told,
                )
            job = Job(self.ws, reader, found.name, seen, opened, match.layout, work)
            return self._recorded(job, match, seen)

    def _recorded(self, job: Job, match: Match, seen: Print) -> Loaded:
        ledger, name = self.ws.ledger, match.layout.name
        begun = begin_load(ledger, file_name=job.name, file_hash=seen.sha256, layout=name, at=self.ws.now())
        self.progress(job.name, 1, STEPS)
        try:
            taken = take(job, lambda step: self.progress(job.name, step, STEPS))
        except QuanyuError as error:
            fail_load(ledger, begun.load_id, str(error), at=self.ws.now())
            raise
        n_refused = taken.rejects.n_lines
        tally = Tally(
            taken.n_rows,
            taken.n_rows - n_refused,
            n_refused,
            {key: vars(value) for key, value in taken.changes.items()},
        )
        told = Sentence("") if taken.n_rows else Sentence("the file has a header and no rows")
        if job.opened.assumed:
            told = Sentence(
                "read as {encoding}, which is not certain: look at the texts", encoding=job.opened.assumed
            )
        if taken.n_waiting:
            told = Sentence(
                "{n} rows complete orders that are not loaded yet; load those, then this file again",
                n=taken.n_waiting,
            )
            fail_load(ledger, begun.load_id, str(told), at=self.ws.now())
        else:
            finish_load(ledger, begun.load_id, tally, at=self.ws.now())
        return Loaded(
            job.name, name, _told(match), tally.n_rows, tally.n_taken, n_refused, taken.rejects.reasons, taken.changes, taken.ignored,
            message=told, left_out=taken.left_out,
        )  # fmt: skip

    def _match(self, opened: Opened, found: Found) -> Match:
        if not self.is_named:
            return the_layout(opened.header, self.layouts, found.name, found.path.stem)
        match = recognise(opened.header, self.layouts)[0]
        if not match.missing and match.n_known:
            return match
        shown = ", ".join(cell.strip() for cell in opened.header if cell.strip())[:300]
        raise UnknownLayoutError(
            "{file} is no {layout} file: it misses {missing}. It has: {columns}.",
            "Leave --as away to let the file be recognised, or name another layout (quanyu layouts).",
            file=found.name,
            layout=match.layout.name,
            missing=", ".join(match.missing) or Sentence("all columns"),
            columns=shown,
        )


def _told(match: Match) -> str:
    needed = ", ".join(match.layout.match or match.layout.either)
    return Sentence(
        "{n_known} of {n_columns} columns known, among them {needed}",
        n_known=match.n_known,
        n_columns=match.n_columns,
        needed=needed,
    )
