"""Bring what was posted into the tables: each record once, whoever else writes, and wherever it is killed."""

from __future__ import annotations

import json
import shutil
import time
import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow.parquet as pq

from quanyu.collect.collector.drain.batch import TABLES, Batch, Read, Reader, batches
from quanyu.collect.collector.drain.judge import Judge, judge_of
from quanyu.collect.collector.log import Log, entries, segments
from quanyu.collect.collector.wire import messages
from quanyu.collect.merge import Staged, bring
from quanyu.collect.settings import LogSettings
from quanyu.errors import DamageError, WorkspaceBusyError
from quanyu.tables import contract
from quanyu.warehouse import Basis
from quanyu.warehouse.merge import again
from quanyu.workspace import Workspace

MOST_BYTES = 32 << 20
"""Bytes of a log that become rows together."""


@dataclass(frozen=True)
class Drained:
    """What a drain did: requests read, messages in them, events that are new, messages refused, records that are damaged."""

    n_requests: int = 0
    n_messages: int = 0
    n_events: int = 0
    n_refused: int = 0
    n_damaged: int = 0

    def __add__(self, other: Drained) -> Drained:
        return Drained(
            *(own + its for own, its in zip(vars(self).values(), vars(other).values(), strict=True))
        )


def drain(ws: Workspace, read: Read = messages, *, logs_named: Sequence[str] | None = None) -> Drained:
    """Bring all that was posted into the tables, of every log in the workspace or of those named, and remove what is old.

    Readers go on reading, a load or turn goes on writing. Raises `WorkspaceBusyError` if another drain does not end.
    """
    with ws.bringing():
        return drain_inside(ws, read, judge_of(ws), logs_named)


def drain_inside(ws: Workspace, read: Read, judge: Judge, logs_named: Sequence[str] | None = None) -> Drained:
    """Do so while nobody else does."""
    folder, done = ws.root / Log.FOLDER, Drained()
    reader = Reader(read, judge, ws.settings.home, ws.now())
    for log in _logs(folder) if logs_named is None else logs_named:
        _blank(folder, log, position(ws, log))
        for batch in batches(reader, folder, log, position(ws, log), MOST_BYTES):
            done += _bring(ws, batch)
            _blank(folder, log, batch.end)
        _remove(ws, log)
    _tidy(ws)
    return done


def _logs(folder: Path) -> list[str]:
    return sorted({segment.log for segment in segments(folder)})


def position(ws: Workspace, log: str) -> int:
    """Return the place of a log up to which all of it is in the tables."""
    return ws.warehouse.position(TABLES[-1], _app(log))


def waiting_bytes(ws: Workspace) -> int:
    """Return how many bytes of logs are not in the tables yet."""
    folder = ws.root / Log.FOLDER
    done = {log: position(ws, log) for log in _logs(folder)}
    sizes = (
        min(segment.path.stat().st_size, segment.begin + segment.path.stat().st_size - done[segment.log])
        for segment in segments(folder)
    )
    return sum(max(size, 0) for size in sizes)


def _app(log: str) -> str:
    return f"{Log.FOLDER}/{log}"


def _bring(ws: Workspace, batch: Batch) -> Drained:
    """Bring a batch into its tables, the events last: their commit says how far the log was brought."""
    folder = ws.root / Log.FOLDER
    if batch.erased:
        part = folder / f"{uuid.uuid4().hex}.part"
        part.write_text(json.dumps([entry.at for entry in batch.erased]))
        part.replace(_pending(folder, batch.log))
    work = ws.path("drain", uuid.uuid4().hex)
    work.mkdir(parents=True)
    try:
        n_new = {name: again(partial(_bring_table, ws, name, batch, work)) for name in TABLES}
    finally:
        shutil.rmtree(work, ignore_errors=True)
    n_refused = len(batch.rows["rejects"]) - batch.n_damaged
    return Drained(batch.n_requests, batch.n_messages, n_new["events"], n_refused, batch.n_damaged)


def _bring_table(ws: Workspace, name: str, batch: Batch, work: Path) -> int:
    """Bring the rows of those records that the table does not have yet; the commit says up to where it has them now."""
    basis = Basis(ws.warehouse.newest(name), _app(batch.log), batch.end)
    done = ws.warehouse.position(name, _app(batch.log))
    rows = batch.table(name, done)
    if rows is None and (name != TABLES[-1] or batch.end <= done):
        return 0
    if rows is None:
        rows = contract(name).schema.to_pyarrow().empty_table()
    file = work / f"{name}.parquet"
    pq.write_table(rows, file)
    (brought,) = bring.into(ws, name, Staged((file,), seqs=(0,)), work, basis=basis).values()
    return brought.change.added


def _pending(folder: Path, log: str) -> Path:
    return folder / f"{log}.erased"


def _blank(folder: Path, log: str, done: int) -> None:
    """Wipe records that speak of somebody who was erased, once the rest of them is in the tables."""
    pending = _pending(folder, log)
    with suppress(FileNotFoundError):  # another drain has done it
        places = {at for at in json.loads(pending.read_text()) if at < done}
        for entry in entries(folder, log, min(places, default=done)) if places else ():
            if entry.at in places:
                entry.blank()
        pending.unlink()


def _remove(ws: Workspace, log: str) -> None:
    """Remove files of a log that are old and in the tables as a whole; the last one stays, because its number counts on."""
    keep_days, done = ws.settings.of(LogSettings).keep_days, position(ws, log)
    old = time.time() - keep_days * 86400
    for segment, following in zip(listed := segments(ws.root / Log.FOLDER, log), listed[1:], strict=False):
        if following.begin <= done and segment.path.stat().st_mtime <= old:
            segment.path.unlink(missing_ok=True)


def _tidy(ws: Workspace) -> None:
    """Make few files of many, where nobody else writes; later where somebody does."""
    if any(ws.warehouse.is_scattered(name) for name in TABLES):
        with suppress(WorkspaceBusyError, DamageError), ws.writing():
            for name in TABLES:
                ws.warehouse.tidy(name)
