"""Delta tables on Parquet files: a commit is atomic, readers never block, a killed writer leaves the last version."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import unquote

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Schema
from deltalake.exceptions import DeltaError, TableNotFoundError
from deltalake.transaction import AddAction, RemoveAction, create_table_with_add_actions

from quanyu.warehouse.plain import plain

MAINTENANCE = {"delta.logRetentionDuration": "interval 30 days"}


@dataclass(frozen=True)
class Version:
    """One committed state of a table: its number (-1 before the first commit), files and rows."""

    number: int
    files: tuple[str, ...]
    n_rows: int
    schema: pa.Schema | None


NOTHING = Version(-1, (), 0, None)


def read_version(path: Path, number: int | None = None) -> Version:
    """Return a version of the table at `path`: the newest unless a number is given."""
    last = newest(path)
    if last < 0:
        return NOTHING
    wanted = last if number is None else number
    return _read(path, wanted, (path / "_delta_log" / f"{last:020}.json").stat().st_mtime_ns)


@lru_cache(maxsize=1024)
def _read(path: Path, number: int, written: int) -> Version:
    """Read a version, which never changes; `written` tells a table from another that lay at the same place before."""
    try:
        table = DeltaTable(plain(path), version=number)
    except TableNotFoundError:
        return NOTHING
    # What delta-rs returns is percent-encoded and need not begin at this folder; the names are those in it.
    files = tuple(sorted(str(path / unquote(uri.rpartition("/")[2])) for uri in table.file_uris()))
    return Version(table.version(), files, table.count(), pa.schema(table.schema()))


def newest(path: Path) -> int:
    """Return the number of the newest commit without reading the log, -1 when there is none."""
    log = path / "_delta_log"
    if not log.is_dir():
        return -1
    return max((int(name.stem) for name in log.glob("*.json") if name.stem.isdigit()), default=-1)


def moved(path: Path, since: int) -> tuple[tuple[str, ...], tuple[str, ...]] | None:
    """Return the files that went and that came after a version, or None if it is unknown or cannot be read any more."""
    now = read_version(path)
    if since < 0 or since > now.number:
        return None
    try:
        before = read_version(path, since)
    except DeltaError:
        return None
    gone, come = (tuple(sorted({*a.files} - {*b.files})) for a, b in ((before, now), (now, before)))
    return (gone, come) if all(Path(file).exists() for file in gone) else None


def about(path: Path) -> dict[str, Any]:
    """Return what the newest commit says of itself, empty before the first."""
    return DeltaTable(plain(path)).history(1)[0] if newest(path) >= 0 else {}


def commit(
    path: Path,
    files: Iterable[Path],
    schema: pa.Schema,
    mode: Literal["append", "overwrite"],
    about: dict[str, Any],
    *,
    instead_of: Iterable[str] = (),
) -> int:
    """Commit Parquet files that already lie in `path` and return the new version number.

    `overwrite` replaces every earlier file in the same commit, `append` those that are named. The files keep
    their names, so a commit costs one log entry however large they are.
    """
    added = [_add(path, file) for file in files]
    properties = CommitProperties(custom_metadata=about)
    log_schema = Schema.from_arrow(schema)
    if newest(path) < 0:
        (path / "_delta_log").mkdir(parents=True, exist_ok=True)
        create_table_with_add_actions(
            str(plain(path)),
            log_schema,
            added,
            mode="overwrite",
            configuration=MAINTENANCE,
            commit_properties=properties,
        )
    else:
        table = DeltaTable(plain(path))
        actions: list[AddAction | RemoveAction] = [*added, *(_remove(path, file) for file in instead_of)]
        table.create_write_transaction(actions, mode, log_schema, commit_properties=properties)
    return newest(path)


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
    return DeltaTable(plain(path)).history() if newest(path) >= 0 else []


def vacuum(path: Path, keep: Sequence[str] = ()) -> int:
    """Remove files that the newest version does not use; return how many. Older versions become unreadable."""
    if newest(path) < 0:
        return 0
    used = {Path(file).name for file in read_version(path).files} | set(keep)
    unused = [file for file in path.glob("*.parquet") if file.name not in used]
    for file in unused:
        file.unlink()
    return len(unused)
