"""Pull: ask a source for what is new, load it by a layout as files are loaded, and remember how far it was read.

The position is kept behind the rows: who is killed between the two loads the last batch once more, and rows are merged by key.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from filelock import FileLock, Timeout

from quanyu import ledger
from quanyu.collect.layout import Layout, catalogue
from quanyu.collect.load import Loaded, load
from quanyu.collect.pull.batch import Batch, digest_of, write
from quanyu.collect.pull.cell import NAIVE
from quanyu.collect.pull.declare import Source
from quanyu.collect.pull.drift import Drift, check_columns, drift, known
from quanyu.collect.pull.feed import opened, passed, place_of, question_of
from quanyu.collect.pull.refused import forget_refused_before
from quanyu.errors import PullError, QuanyuError, WorkspaceBusyError
from quanyu.ledger import PullState
from quanyu.warehouse import Change
from quanyu.workspace import Workspace

FOLDER = "pulling"
NONE = Drift()
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Pulled:
    """What one pull did: rows read, taken and refused and why, changes per table, and what changed in the columns.

    `n_batches` were loaded, none where nothing is new. `n_unplaced` rows have no cursor or key and are never read; they are
    counted where something is new.
    `unmapped` are columns that the layout does not read. `is_anew` says that something else is asked than before, so that
    the source was read from its beginning.
    """

    name: str
    layout: str
    n_batches: int = 0
    n_rows: int = 0
    n_taken: int = 0
    n_refused: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)
    drift: Drift = NONE
    unmapped: tuple[str, ...] = ()
    n_unplaced: int = 0
    is_anew: bool = False
    messages: tuple[str, ...] = ()
    seconds: float = 0.0

    def plus(self, loaded: Loaded) -> Pulled:
        """Return this with what came of one more batch."""
        changes = dict(self.changes)
        for name, change in loaded.changes.items():
            so_far = changes.get(name)
            changes[name] = change if so_far is None else _sum(so_far, change)
        return replace(
            self,
            n_batches=self.n_batches + 1,
            n_rows=self.n_rows + loaded.n_rows,
            n_taken=self.n_taken + loaded.n_taken,
            n_refused=self.n_refused + loaded.n_refused,
            reasons=dict(Counter(self.reasons) + Counter(loaded.reasons)),
            changes=changes,
            unmapped=loaded.ignored,
            messages=tuple(dict.fromkeys((*self.messages, *filter(None, (loaded.message,))))),
        )


def _sum(one: Change, other: Change) -> Change:
    return Change(one.added + other.added, one.changed + other.changed, one.same + other.same, other.version)


def pull(ws: Workspace, source: Source, *, anew: bool = False, progress: Progress | None = None) -> Pulled:
    """Bring what is new in a source into the tables and return what came of it.

    `anew` forgets how far it was read. Raises `PullError` where the source cannot be asked or lacks columns,
    `WorkspaceBusyError` where it is being pulled or something else is loading, and what loading raises.
    """
    started = time.perf_counter()
    layout = catalogue.layout_named(source.layout, catalogue.layouts(ws.root))
    layout = replace(layout, timezone=source.timezone or layout.timezone, decimal=".")
    with _alone(ws, source.name):
        before = ledger.find_pull(ws.ledger, source.name)
        state = _begun(ws, source, before, anew=anew)
        run = _Run(ws, source, layout, state, progress or _silent)
        try:
            done = run.all()
        except QuanyuError as error:
            ledger.keep_pull(ws.ledger, replace(run.state, error=source.told(error), tried_at=ws.now()))
            raise
        is_anew = before is not None and before.asked != state.asked
        return replace(done, is_anew=is_anew, seconds=time.perf_counter() - started)


def _silent(_: str, __: int, ___: int) -> None:
    """Show nothing."""


@contextmanager
def _alone(ws: Workspace, name: str) -> Iterator[None]:
    """Let nobody else pull the same source meanwhile."""
    ws.path(FOLDER).mkdir(parents=True, exist_ok=True)
    try:
        lock = FileLock(ws.path(FOLDER, f"{name}.lock"), timeout=0).acquire()
    except Timeout:
        raise WorkspaceBusyError(
            "Another process is pulling {name}.", "Wait until it has ended and try again.", name=name
        ) from None
    with lock:
        yield


def _begun(ws: Workspace, source: Source, before: PullState | None, *, anew: bool) -> PullState:
    """Return where a source stands: at its beginning where it was never pulled, or something else is asked than before."""
    asked, place = _asked(source), place_of(source)
    fresh = PullState(source.name, place, source.layout, asked, ws.now())
    if before is None:
        return fresh
    if anew or before.asked != asked:
        # No two batches have the same number, or rows that are as they were once would be taken for loaded.
        return replace(fresh, n_batches=before.n_batches, pulled_at=before.pulled_at)
    return replace(before, place=place, tried_at=ws.now())


def _asked(source: Source) -> str:
    """Return a digest of what is asked: whoever asks for other rows, or reads them otherwise, begins anew."""
    told = [place_of(source), *question_of(source), source.cursor, source.layout, source.timezone]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


@dataclass
class _Run:
    """One pull: where the source stands so far, and where its batches lie while they are loaded."""

    ws: Workspace
    source: Source
    layout: Layout
    state: PullState
    progress: Progress
    n_before: int = field(init=False)

    def __post_init__(self) -> None:
        self.n_before = self.state.n_batches

    @property
    def _folder(self) -> Path:
        return self.ws.path(FOLDER, self.source.name)

    def all(self) -> Pulled:
        """Load batch after batch, each with its position behind it."""
        done = Pulled(self.source.name, self.layout.name)
        # Rows of a pull that was killed must not lie here for ever.
        shutil.rmtree(self._folder, ignore_errors=True)
        try:
            position = passed(self.state.position, self.ws.now())
            # What is read stops before the source is left, or a connection that is still in use stays open.
            with (
                opened(self.ws, self.source) as feed,
                closing(feed.batches(position, self.state.columns)) as batches,
            ):
                for number, batch in enumerate(batches):
                    if batch.columns:
                        gone = [name for name in self.state.columns if name not in batch.columns]
                        check_columns(self.source.name, self.layout, batch.columns, gone)
                    done = self._batch(done, batch, is_alone=number == 0 and batch.is_last)
                # To look for them may take as long as to read all: not where nothing is new.
                done = replace(done, n_unplaced=feed.n_unplaced() if done.n_batches else 0)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)
        return done

    def _batch(self, done: Pulled, batch: Batch, *, is_alone: bool) -> Pulled:
        """Load a batch unless it is all there was the last time, and remember the position behind it."""
        kinds = batch.kinds()
        changed = drift(self.state.columns, kinds)
        self._check_zone(batch, kinds)
        rows = batch.table()
        digest = digest_of(rows)
        state = replace(
            self.state,
            position=batch.position,
            columns=known(self.state.columns, kinds) or self.state.columns,
            drift=_plain(changed, self.ws.now()) if changed else self.state.drift,
            error="",
            tried_at=self.ws.now(),
            pulled_at=self.ws.now() if batch.is_last else self.state.pulled_at,
        )
        if batch.rows and not (is_alone and digest == self.state.digest):
            number = self.state.n_batches + 1
            file = write(rows, self._folder / f"{self.source.name}-{number:06}.parquet", number)
            (loaded,) = load(self.ws, file, layout=self.layout)
            file.unlink()
            done = done.plus(loaded)
            n_again = 0
            # One that was killed may have loaded this very batch: what it refused is not told now.
            if self.n_before and (loaded.n_refused or loaded.status == "already loaded"):
                n_again = forget_refused_before(self.ws, self.source.name, file.name, self.n_before)
            state = replace(
                state,
                digest=digest if is_alone else "",
                n_batches=number,
                n_rows=state.n_rows + loaded.n_rows,
                n_refused=max(0, state.n_refused + loaded.n_refused - n_again),
            )
        ledger.keep_pull(self.ws.ledger, state)
        self.state = state
        self.progress(self.source.name, done.n_rows, 0)
        return replace(done, drift=_both(done.drift, changed))

    def _check_zone(self, batch: Batch, kinds: Mapping[str, str]) -> None:
        """Raise `PullError` where times have no zone and nothing says which one is meant."""
        naive = [name for name, kind in kinds.items() if NAIVE in kind.split(" / ")]
        if naive and not self.layout.timezone:
            raise PullError(
                "The column {column!r} of {name} holds times without a time zone.",
                'Say in the source\'s file which one they are in, such as: timezone = "UTC"',
                column=naive[0],
                name=self.source.name,
            )


def _both(one: Drift, other: Drift) -> Drift:
    return Drift(
        tuple(dict.fromkeys((*one.came, *other.came))),
        tuple(dict.fromkeys((*one.went, *other.went))),
        {**one.turned, **other.turned},
    )


def _plain(changed: Drift, at: dt.datetime) -> dict[str, object]:
    turned = {name: list(kinds) for name, kinds in changed.turned.items()}
    return {"came": list(changed.came), "went": list(changed.went), "turned": turned, "at": at.isoformat()}
