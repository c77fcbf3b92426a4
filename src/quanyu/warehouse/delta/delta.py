"""Delta tables on Parquet files: a commit is atomic, readers never block, a killed writer leaves the last version."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal, TypeAlias
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Schema, Transaction
from deltalake.exceptions import CommitFailedError, DeltaError
from deltalake.transaction import AddAction, RemoveAction, create_table_with_add_actions

from quanyu.errors import OvertakenError
from quanyu.text import Sentence
from quanyu.warehouse.delta.plain import plain
from quanyu.warehouse.fault import damaged, explained

TIDIED = "tidied"
"""The word by which a commit says that it only moved rows between files, and of which version."""

Moved: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
"""The files that went, and those that came."""
Logged: TypeAlias = tuple[frozenset[int], frozenset[int]]
"""The versions that have an entry in a log, and those that have a checkpoint."""

CHANGES = "changes"
"""The word by which a commit names the files with the rows that went and came, and the folder in which they lie."""
SETTLED = 1_000_000_000
"""Nanoseconds after which a folder that said when it changed says so of any later change."""

MAINTENANCE = {"delta.logRetentionDuration": "interval 30 days"}


@dataclass(frozen=True)
class Version:
    """One committed state of a table: its number (-1 before the first commit), files with their bytes, and rows."""

    number: int
    files: tuple[str, ...]
    n_rows: int
    sizes: tuple[int, ...] = ()


@dataclass(frozen=True)
class Basis:
    """What a commit builds on: the newest commit `at` that was read, -1 for none, and how far a log was brought with it.

    If there is a newer one by then, nothing is committed.
    """

    at: int
    log: str = ""
    position: int = 0


NOTHING = Version(-1, (), 0)


def read_version(path: Path, number: int | None = None) -> Version:
    """Return a version of the table at `path`: the newest unless a number is given."""
    last = newest(path)
    if last < 0:
        return NOTHING
    wanted = last if number is None else number
    with explained(path.name):
        entry = log_entry(path, last).stat()
        if lost := _lost(path, last, entry.st_size):
            raise damaged(path.name, lost)
        return _read(path, wanted, entry.st_mtime_ns)


def _lost(path: Path, last: int, size: int) -> Sentence | None:
    """Say which entry of the log is missing or empty, which delta-rs would take for a commit of nothing."""
    numbers, checkpoints = logged(path)
    first = max(checkpoints, default=-1) + 1
    gone = min(set(range(first, last)) - numbers, default=None if size else last)
    return None if gone is None else Sentence("version {kept} is not what was written", kept=gone)


def logged(path: Path) -> Logged:
    """Return the versions that have an entry in the log, and those that have a checkpoint."""
    folder = path / "_delta_log"
    with explained(path.name):
        try:
            now, changed = time.time_ns(), folder.stat().st_mtime_ns
            known = _known(folder)
            listed = known.get(changed)
            if listed is None:
                listed = _listed(folder)
                known.clear()
                # Clocks of folders tick slowly: one that changed a moment ago may change again and say the same.
                if now - changed > SETTLED:
                    known[changed] = listed
            return listed
        except FileNotFoundError:
            return frozenset(), frozenset()


@lru_cache(maxsize=256)
def _known(folder: Path) -> dict[int, Logged]:
    """Return what the listing of a log was when its folder last changed, by that moment: one at most, or none yet."""
    return {}


def _listed(folder: Path) -> Logged:
    """List a log, which may have many thousand entries."""
    names = os.listdir(folder)  # noqa: PTH208 - `Path.glob` passes over what it may not read
    numbered = [(int(name[:20]), name[20:]) for name in names if name[:20].isdigit()]
    entries = frozenset(number for number, rest in numbered if rest == ".json")
    return entries, frozenset(number for number, rest in numbered if rest.startswith(".checkpoint"))


@lru_cache(maxsize=1024)
def _read(path: Path, number: int, written: int) -> Version:
    """Read a version, which never changes; `written` tells a table from another that lay at the same place before."""
    table = DeltaTable(plain(path), version=number)
    # Not `pa.table`, which imports pandas, where that is installed, only to see whether this is one of its frames.
    listed = pa.RecordBatchReader.from_stream(table.get_add_actions(flatten=True)).read_all()
    added = listed.select(["path", "size_bytes", "num_records"]).to_pylist()
    # What delta-rs returns is percent-encoded and need not begin at this folder; the names are those in it.
    files = sorted(
        (str(path / unquote(entry["path"].rpartition("/")[2])), entry["size_bytes"]) for entry in added
    )
    n_rows = sum(entry["num_records"] for entry in added)
    return Version(
        table.version(), tuple(name for name, _ in files), n_rows, tuple(size for _, size in files)
    )


def newest(path: Path) -> int:
    """Return the number of the newest commit without reading the log, -1 when there is none."""
    return max(logged(path)[0], default=-1)


def log_entry(path: Path, number: int) -> Path:
    """Return the file of the log that makes a version."""
    return path / "_delta_log" / f"{number:020}.json"


def actions(path: Path, number: int) -> list[dict[str, Any]]:
    """Return what one commit did, as the log says it: `add`, `remove`, `commitInfo` and so on."""
    with explained(path.name):
        lines = log_entry(path, number).read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines if line]


def content_version(path: Path, number: int | None = None) -> int:
    """Return the number of the newest commit (up to `number`) that changed what the table holds, which tidying does not."""
    last = newest(path) if number is None else number
    return -1 if last < 0 else _content(path, last, log_entry(path, last).stat().st_mtime_ns)


@lru_cache(maxsize=1024)
def _content(path: Path, number: int, written: int) -> int:
    told: dict[str, Any] = next(
        (action["commitInfo"] for action in actions(path, number) if "commitInfo" in action), {}
    )
    return int(told.get(TIDIED, number))


def moved(path: Path, since: int, until: int | None = None) -> Moved | None:
    """Return the files that went and that came after a version, or None if it is unknown or cannot be read any more.

    They are those up to the commit `until`, the newest unless one is given.

    Their rows make the one version out of the other: tidying in between, which moves rows but changes none, is
    passed over.
    """
    commits = _since(path, since, until)
    if commits is None:
        return None
    return _beside(path, commits) or _there(path, *_between(commits))


def _beside(path: Path, commits: list[list[dict[str, Any]]]) -> Moved | None:
    """Return the few rows that a single merge tells of, and what was only added; None if it is not so, or they are gone.

    Of several merges a row may come, go and come again: only their files together tell that it came.
    """
    merges = [done for done in commits if any("remove" in action for action in done)]
    told = [action["commitInfo"].get(CHANGES) for done in merges for action in done if "commitInfo" in action]
    if len(told) != 1 or not told[0]:
        return None
    added = _between([done for done in commits if done not in merges])[1]
    return _there(path, told[0]["gone"], {*told[0]["come"], *added})


def _between(commits: list[list[dict[str, Any]]]) -> tuple[set[str], set[str]]:
    gone, come = set[str](), set[str]()
    for done in commits:
        removed, added = (
            {action[kind]["path"] for action in done if kind in action} for kind in ("remove", "add")
        )
        gone |= removed - come
        come = (come - removed) | added
    return gone, come


def _there(path: Path, gone: Iterable[str], come: Iterable[str]) -> Moved | None:
    files = [tuple(sorted(str(path / name) for name in names)) for names in (gone, come)]
    return (files[0], files[1]) if all(Path(file).exists() for both in files for file in both) else None


def operations(path: Path, since: int, until: int | None = None) -> frozenset[str] | None:
    """Return the names of the operations that changed the table after a version, or None if it is unknown."""
    commits = _since(path, since, until)
    told = (action["commitInfo"] for done in commits or () for action in done if "commitInfo" in action)
    return None if commits is None else frozenset(info.get("operationName", "") for info in told)


def _since(path: Path, since: int, until: int | None = None) -> list[list[dict[str, Any]]] | None:
    """Return what each commit after a version did, but for tidying; None if not all of them are known."""
    last = newest(path) if until is None else until
    numbers = range(since + 1, last + 1)
    if since < 0 or since > last or not all(log_entry(path, number).is_file() for number in numbers):
        return None
    commits = [actions(path, number) for number in numbers]
    return [done for done in commits if not any(TIDIED in action.get("commitInfo", {}) for action in done)]


def about(path: Path) -> dict[str, Any]:
    """Return what the newest commit says of itself, empty before the first."""
    with explained(path.name):
        return DeltaTable(plain(path)).history(1)[0] if newest(path) >= 0 else {}


def commit(
    path: Path,
    files: Iterable[Path],
    schema: pa.Schema,
    mode: Literal["append", "overwrite"],
    about: dict[str, Any],
    *,
    instead_of: Iterable[str] = (),
    basis: Basis | None = None,
) -> int:
    """Commit Parquet files that already lie in `path` and return the new version number.

    `overwrite` replaces every earlier file in the same commit, `append` those that are named. The files keep
    their names, so a commit costs one log entry however large they are. Raises `OvertakenError` where the table is not at
    its `basis` any more.
    """
    with explained(path.name):
        added = [_add(path, file) for file in files]
        if basis is None:
            return _commit(path, added, schema, mode, about=about, instead_of=list(instead_of))
        with _alone(path, basis):
            _commit(path, added, schema, mode, about=about, instead_of=list(instead_of), basis=basis)
        return basis.at + 1


@contextmanager
def _alone(path: Path, basis: Basis) -> Iterator[None]:
    try:
        if newest(path) != basis.at:
            raise _overtaken(path)
        yield
    except (CommitFailedError, DeltaError) as error:
        if newest(path) == basis.at:
            raise
        raise _overtaken(path) from error


def _overtaken(path: Path) -> OvertakenError:
    return OvertakenError(
        "Another process wrote to the table {table} at the same time.", "Try it again.", table=path.name
    )


def position(path: Path, log: str) -> int:
    """Return up to which place a log was brought into the table, 0 if nothing of it was."""
    last = newest(path)
    return 0 if last < 0 else _position(path, last, log_entry(path, last).stat().st_mtime_ns, log)


@lru_cache(maxsize=1024)
def _position(path: Path, number: int, written: int, log: str) -> int:
    with explained(path.name):
        return int(DeltaTable(plain(path), version=number).transaction_version(log) or 0)


def _commit(
    path: Path,
    added: list[AddAction],
    schema: pa.Schema,
    mode: Literal["append", "overwrite"],
    *,
    about: dict[str, Any],
    instead_of: list[str],
    basis: Basis | None = None,
) -> int:
    brought = [Transaction(basis.log, basis.position)] if basis and basis.log else None
    retries = 0 if basis else None
    properties = CommitProperties(about, max_commit_retries=retries, app_transactions=brought)
    log_schema = Schema.from_arrow(_utc(schema))
    if newest(path) < 0:
        (path / "_delta_log").mkdir(parents=True, exist_ok=True)
        create_table_with_add_actions(
            str(plain(path)),
            log_schema,
            added,
            mode="error" if basis else "overwrite",
            configuration=MAINTENANCE,
            commit_properties=properties,
        )
    else:
        table = DeltaTable(plain(path), version=basis.at if basis else None)
        actions: list[AddAction | RemoveAction] = [*added, *(_remove(path, file) for file in instead_of)]
        table.create_write_transaction(actions, mode, log_schema, commit_properties=properties)
    return newest(path)


def _utc(schema: pa.Schema) -> pa.Schema:
    """Return a schema whose times are UTC to the microsecond, and all columns may be null."""
    fields = [
        pa.field(field.name, pa.timestamp("us", "UTC")) if pa.types.is_timestamp(field.type) else field
        for field in schema
    ]
    return pa.schema([field.with_nullable(True) for field in fields])


def _add(path: Path, file: Path) -> AddAction:
    footer = pq.read_metadata(file)
    return AddAction(
        path=file.relative_to(path).as_posix(),
        size=file.stat().st_size,
        partition_values={},
        modification_time=int(time.time() * 1000),
        data_change=True,
        stats=f'{{"numRecords": {footer.num_rows}}}',
    )


def _remove(path: Path, file: str) -> RemoveAction:
    return RemoveAction(Path(file).relative_to(path).as_posix(), True, int(time.time() * 1000))


def history(path: Path) -> list[dict[str, Any]]:
    """Return the commits of a table, newest first."""
    with explained(path.name):
        return DeltaTable(plain(path)).history() if newest(path) >= 0 else []
