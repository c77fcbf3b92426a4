"""Records of loaded files: what was taken, what was refused, and whether a file has been loaded before."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Annotated, Literal

import sqlalchemy as sa

from quanyu.errors import WorkspaceError
from quanyu.ledger.document import Document
from quanyu.ledger.store import Scope, reading, schema, writing
from quanyu.text import Text

LOADS = sa.Table(
    "loads",
    schema.METADATA,
    schema.serial("load_id"),
    schema.text("file_name"),
    schema.text("file_hash"),
    schema.text("layout"),
    schema.text("status"),
    schema.time("started_at"),
    schema.time("finished_at", is_required=False),
    schema.whole("n_rows"),
    schema.whole("n_taken"),
    schema.whole("n_refused"),
    schema.json("changes"),
    schema.text("error"),
    schema.json("reading", is_required=False),
    schema.time("due_at", is_required=False),
    sa.CheckConstraint("status IN ('running', 'done', 'failed')", name="status"),
    sa.Index(None, "file_hash", "layout"),
)

Status = Annotated[Literal["running", "done", "failed"], Text]
INTERRUPTED = "interrupted: the process ended before the work did"


@dataclass(frozen=True)
class Tally:
    """What one file brought: rows read, taken and refused, and the changes per table.

    From `due_at` on the file reads otherwise, because rows of it lie in the future until then.

    >>> Tally(n_rows=3, n_taken=2, n_refused=1, changes={"orders": {"added": 2}}).n_taken
    2
    """

    n_rows: int = 0
    n_taken: int = 0
    n_refused: int = 0
    changes: Document = field(default_factory=dict)
    due_at: dt.datetime | None = None


@dataclass(frozen=True)
class Load:
    """One loading of one file; `reading` is the layout as it was, None where there was none to keep."""

    load_id: int
    file_name: str
    file_hash: str
    layout: str
    status: Status
    started_at: dt.datetime
    finished_at: dt.datetime | None
    n_rows: int
    n_taken: int
    n_refused: int
    changes: Document
    error: str
    reading: Document | None = None
    due_at: dt.datetime | None = None

    def is_valid(self, reading: Document | None, at: dt.datetime) -> bool:
        """Say whether the file would be read the same again: by the same layout, and with no row of it come due.

        A loading from before layouts were kept counts as read by the layout that is there.
        """
        is_same = reading is None or self.reading is None or self.reading == reading
        return is_same and (self.due_at is None or at < self.due_at)


def begin_load(
    scope: Scope,
    *,
    file_name: str,
    file_hash: str,
    layout: str,
    at: dt.datetime,
    reading: Document | None = None,
) -> Load:
    """Record that a file is being loaded; an earlier loading of it that never ended is marked as failed."""
    with writing(scope) as connection:
        unfinished = (LOADS.c.file_hash == file_hash) & (LOADS.c.layout == layout)
        _fail_running(connection, unfinished, at)
        given = {
            "file_name": file_name,
            "file_hash": file_hash,
            "layout": layout,
            "started_at": at,
            "reading": reading,
        }
        zero = {"n_rows": 0, "n_taken": 0, "n_refused": 0, "changes": {}, "error": "", "status": "running"}
        row = connection.execute(sa.insert(LOADS).values(given | zero).returning(LOADS)).one()
        return Load(**row._mapping)


def finish_load(scope: Scope, load_id: int, tally: Tally, *, at: dt.datetime) -> Load:
    """Record that a loading ended well, with what it brought."""
    return _end(scope, load_id, {"status": "done", "finished_at": at, **vars(tally)})


def fail_load(scope: Scope, load_id: int, error: str, *, at: dt.datetime) -> Load:
    """Record that a loading ended badly, and why."""
    return _end(scope, load_id, {"status": "failed", "finished_at": at, "error": error})


def find_load(scope: Scope, *, file_hash: str, layout: str) -> Load | None:
    """Return the newest loading of this content with this layout that ended well."""
    wanted = (LOADS.c.file_hash == file_hash) & (LOADS.c.layout == layout) & (LOADS.c.status == "done")
    with reading(scope) as connection:
        row = connection.execute(
            sa.select(LOADS).where(wanted).order_by(LOADS.c.load_id.desc()).limit(1)
        ).one_or_none()
    return None if row is None else Load(**row._mapping)


def layouts_of(scope: Scope, *, file_hash: str) -> list[str]:
    """Return the names of the layouts with which this content was loaded well, sorted."""
    wanted = (LOADS.c.file_hash == file_hash) & (LOADS.c.status == "done")
    with reading(scope) as connection:
        return list(
            connection.scalars(sa.select(LOADS.c.layout).where(wanted).distinct().order_by(LOADS.c.layout))
        )


def list_loads(scope: Scope, *, limit: int = 100) -> list[Load]:
    """Return the newest loadings, newest first."""
    with reading(scope) as connection:
        rows = connection.execute(sa.select(LOADS).order_by(LOADS.c.load_id.desc()).limit(limit)).all()
    return [Load(**row._mapping) for row in rows]


def fail_interrupted_loads(scope: Scope, *, at: dt.datetime) -> int:
    """Mark every loading that never ended as failed, return how many; the caller holds the write lock."""
    with writing(scope) as connection:
        return _fail_running(connection, sa.true(), at)


def _fail_running(connection: sa.Connection, which: sa.ColumnElement[bool], at: dt.datetime) -> int:
    stale = sa.update(LOADS).where(which, LOADS.c.status == "running")
    return connection.execute(stale.values(status="failed", finished_at=at, error=INTERRUPTED)).rowcount


def _end(scope: Scope, load_id: int, values: dict[str, object]) -> Load:
    with writing(scope) as connection:
        running = sa.update(LOADS).where(LOADS.c.load_id == load_id, LOADS.c.status == "running")
        row = connection.execute(running.values(values).returning(LOADS)).one_or_none()
    if row is None:
        raise WorkspaceError(
            "Load {load_id} is not running, so it cannot end.",
            "Begin a load before ending it, and end it once.",
            load_id=load_id,
        )
    return Load(**row._mapping)
