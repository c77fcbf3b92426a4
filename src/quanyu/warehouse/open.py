"""Open a warehouse: a folder of Delta tables under contracts, and one engine that reads and writes them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import ibis.expr.types as ir
import pyarrow as pa
import pyarrow.parquet as pq

from quanyu.errors import ColumnError, CurrencyError, DamageError, OwnershipError
from quanyu.settings import Settings
from quanyu.settings.frame import StorageSettings
from quanyu.tables import CONTRACTS, Hides, Stage, Table, contract
from quanyu.text import Sentence
from quanyu.warehouse import currency
from quanyu.warehouse.delta import check, delta, tidy
from quanyu.warehouse.engine import DuckDB, Engine, checked
from quanyu.warehouse.extent import Extent, extents
from quanyu.warehouse.fault import damaged, explained
from quanyu.warehouse.merge import Delta, split, written
from quanyu.warehouse.partition_months import Partition, partition_months
from quanyu.warehouse.spare import blank, spill
from quanyu.warehouse.staged import Rows, Staged, typed
from quanyu.warehouse.turn import Turn

NOTHING: Mapping[str, Any] = MappingProxyType({})
DEFAULTS = StorageSettings()
KEPT = ("stage", "currency", "operationName", "made_of")
"""What the newest version says of itself that is still true of it when it was tidied."""


@dataclass(frozen=True)
class Change:
    """What a write did: rows added, changed, left as they were, and the version it made."""

    added: int
    changed: int
    same: int
    version: int


class Warehouse:
    """Tables under contract; every write is one atomic commit by the stage that owns the table."""

    def __init__(
        self,
        root: Path,
        engine: Engine,
        currency: str,
        storage: StorageSettings = DEFAULTS,
        remembered: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        self.root = root
        self.engine = engine
        self.currency = currency
        self.storage = storage
        self.remembered = remembered
        self.turn = Turn(engine, root / ".staged" / uuid.uuid4().hex)
        self._least: Mapping[str, int] | None = None
        self._begun_again: set[str] = set()
        self._expressions: dict[tuple[str, ...], ir.Table] = {}

    def folder(self, name: str) -> Path:
        """Return the Delta folder of a table."""
        return self.root / contract(name).name

    def exists(self, name: str) -> bool:
        """Say whether the table has ever been written."""
        return self.version(name) >= 0

    def version(self, name: str) -> int:
        """Return the number of the newest version, -1 when there is none; tidying makes none."""
        return delta.content_version(self.folder(name))

    def newest(self, name: str) -> int:
        """Return the number of the newest commit, those of tidying included, -1 when there is none."""
        return delta.newest(self.folder(name))

    def count(self, name: str) -> int:
        """Return the number of rows from the log, without a scan."""
        return self._state(name).n_rows

    def extents(self, name: str, *columns: str) -> Mapping[str, Extent | None]:
        """Return between which values columns lie, None for one of which the footers of the files do not tell it."""
        return extents(self._state(name).files, columns)

    def table(self, name: str, version: int | None = None) -> ir.Table:
        """Return a version of a table as an expression: pinned, so later writes do not change it."""
        state = self._state(name, version)
        return self._typed(contract(name), f"{name}__v{state.number}", state.files)

    def moved(self, name: str, since: int) -> tuple[ir.Table, ir.Table] | None:
        """Return the rows of the files that went and of those that came after a version.

        Rows that stay may be in both, where a file was written anew. None if the version is unknown or vacuumed.
        """
        files = delta.moved(self.folder(name), since)
        if files is None:
            return None
        key = f"{name}__v{since}_to_v{self.version(name)}"
        gone, come = (
            self._typed(contract(name), f"{key}_{way}", some)
            for way, some in zip(("gone", "come"), files, strict=True)
        )
        return gone, come

    def added(self, name: str, since: int) -> ir.Table | None:
        """Return the rows that came after a version, or None if rows of it were changed or removed since."""
        files = delta.moved(self.folder(name), since)
        if files is None or files[0]:
            return None
        return self._typed(contract(name), f"{name}__v{since}_to_v{self.version(name)}_come", files[1])

    def operations(self, name: str, since: int) -> frozenset[str] | None:
        """Return what was done to a table after a version (`append`, `merge`, `exchange`, ...), None if it is unknown."""
        return delta.operations(self.folder(name), since)

    def about(self, name: str) -> Mapping[str, Any]:
        """Return what the newest version says of itself: its stage, its operation, and what the writer added."""
        return delta.about(self.folder(name))

    def partitions(self, name: str, column: str) -> list[Partition]:
        """Return the files of a table by the months of a day column."""
        return partition_months(delta.read_version(self.folder(name)).files, column)

    def partition(self, name: str, partition: Partition) -> ir.Table:
        """Return the rows of one partition of a table as an expression."""
        return self._typed(contract(name), f"{name}__{uuid.uuid4().hex}", partition.files)

    def scan(self, paths: Sequence[Path | str]) -> ir.Table:
        """Return Parquet files outside the warehouse as an expression of this engine."""
        return self.engine.scan(f"files_{uuid.uuid4().hex}", [str(path) for path in paths])

    def read(self, expression: ir.Expr) -> pa.Table:
        """Run an expression and return its rows."""
        return self.stream(expression).read_all()

    def stream(self, expression: ir.Expr, chunk: int = 100_000) -> pa.RecordBatchReader:
        """Run an expression and return its rows batch by batch."""
        return self.engine.stream(expression.as_table(), chunk)

    def replace(self, name: str, rows: Rows, *, by: Stage, about: Mapping[str, Any] = NOTHING) -> Change:
        """Make `rows` the whole table; earlier versions stay readable until `vacuum`.

        `about` is kept with the version: see the method of this name.
        """
        with Staged(self.root, self.scan, rows) as staged:
            return self._commit(name, staged, "overwrite", by, {"operationName": "replace", **about})

    def rewrite(
        self,
        name: str,
        rows: Mapping[Partition, ir.Table],
        *,
        by: Stage,
        about: Mapping[str, Any] = NOTHING,
        is_whole: bool = False,
    ) -> Change:
        """Write the rows of some partitions anew, in place of the files they had; one commit, all else stays.

        Nothing else stays if the partitions are the whole table.
        """
        promise = self._owned(name, by)
        shaped = [self._shaped(promise, table) for table in rows.values()]
        files = [file for table in shaped for file in self.engine.write(table, self.folder(name))]
        old = [] if is_whole else [file for partition in rows for file in partition.files]
        schema = (shaped or [self._empty(promise)])[0].schema().to_pyarrow()
        self._refuse_mixed(promise, files)
        told = {"stage": by, "currency": self.currency, "operationName": "rewrite", **about}
        mode: Literal["append", "overwrite"] = "overwrite" if is_whole else "append"
        version = delta.commit(self.folder(name), files, schema, mode, told, instead_of=old)
        return Change(_count(files), 0, 0, version)

    def append(self, name: str, rows: Rows, *, by: Stage) -> Change:
        """Add `rows` to the table without looking at what is there."""
        with Staged(self.root, self.scan, rows) as staged:
            return self._commit(name, staged, "append", by, {"operationName": "append"})

    def merge(self, name: str, rows: Rows, *, by: Stage, gone: ir.Table | None = None) -> Change:
        """Bring rows in by the contract's key: new keys are added, changed rows rewritten, equal rows ignored.

        The last of several rows with one key wins. Append-only tables keep the row they have. Rows whose key is in
        `gone` are taken out first; the operation is then called `exchange`. One commit.
        """
        promise = self._owned(name, by)
        with Staged(self.root, self.scan, rows) as staged:
            incoming = self._shaped(promise, staged)
            plan: Delta = split(self, promise, incoming, gone)
            if not plan.n_added and not plan.n_changed and not plan.n_gone:
                return Change(0, 0, plan.n_same, self.version(name))
            mode = "overwrite" if plan.gone else "append"
            folder, n = self.folder(name) / delta.CHANGES, self.count(name)
            beside = written(plan, n, lambda rows: self.engine.write(self._shaped(promise, rows), folder))
            about = {"operationName": "exchange" if plan.n_gone else "merge", **beside}
            done = self._commit(name, plan.rows, mode, by, about)
        return Change(plan.n_added, plan.n_changed, plan.n_same, done.version)

    def delete(self, name: str, predicate: Callable[[ir.Table], ir.BooleanValue], *, by: Stage) -> Change:
        """Delete the rows for which the predicate is true; rows where it is null stay."""
        self._owned(name, by)
        before, rows = self.count(name), self.table(name)
        kept = rows.filter(~predicate(rows).fill_null(False))
        done = self._commit(name, kept, "overwrite", by, {"operationName": "delete"})
        return Change(0, before - self.count(name), self.count(name), done.version)

    def history(self, name: str) -> list[dict[str, Any]]:
        """Return the commits of a table, newest first."""
        return delta.history(self.folder(name))

    def vacuum(self, name: str, keep_days: float = 0) -> int:
        """Remove files that no version of the last days uses and return how many there were; 0: only the newest."""
        return tidy.remove_unused(self.folder(name), keep_days)

    def tidy(self, name: str) -> int:
        """Make one file of many small ones, shorten the log, remove what is older than the days kept; return how many.

        No row changes, and versions within the days kept stay readable.
        """
        folder, promise, storage = self.folder(name), contract(name), self.storage
        small = tidy.small_files(folder) if promise.is_input or promise.is_append_only else []
        if len(small) > storage.small_files:
            rows = self._typed(promise, f"{name}__{uuid.uuid4().hex}", small)
            about = {
                **{k: v for k, v in self.about(name).items() if k in KEPT},
                delta.TIDIED: self.version(name),
            }
            files = self.engine.write(rows, folder)
            schema = rows.schema().to_pyarrow()
            delta.commit(folder, files, schema, "append", about, instead_of=small)
        return tidy.remove_unused(folder, storage.keep_days) + tidy.shorten_log(folder, storage.keep_days)

    def state(self, name: str) -> check.State:
        """Return what is to be remembered of a table, so that `fault` can say what it lost since."""
        return check.state_of(self.folder(name))

    def is_at(self, name: str, version: int, commit: str) -> bool:
        """Say whether the newest commit of a table is a certain one, without looking at its files."""
        return self.newest(name) == version and check.digest(self.folder(name), version) == commit

    def fault(self, name: str, kept: check.State) -> Sentence | None:
        """Say what a table has lost since `state` returned `kept`, None if nothing."""
        return check.fault_of(self.folder(name), kept)

    def confirm(self, name: str, about: Mapping[str, Any]) -> None:
        """Say anew what a table was made of where it came out the same: no row changes, and it is the same version."""
        known, schema = self.about(name), self.table(name).schema().to_pyarrow()
        if not about.items() <= known.items():
            same = {**{k: v for k, v in known.items() if k in KEPT}, delta.TIDIED: self.version(name)}
            delta.commit(self.folder(name), [], schema, "append", {**same, **about})

    def begin_again(self, name: str, aside: Path) -> None:
        """Make a table forget what it was made of, so that all of it is made anew; one that is damaged is moved aside."""
        folder = self.folder(name)
        self._begun_again.add(name)
        try:
            by = contract(name).owner
            if delta.read_version(folder).number >= 0:
                schema = self.table(name).schema().to_pyarrow()
                about = {"stage": by, "currency": self.currency, "operationName": "again"}
                delta.commit(folder, [], schema, "append", about)
        except DamageError:
            if contract(name).is_append_only:
                raise
            aside.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.rename(aside / f"{name}-{uuid.uuid4().hex}")

    def query(self, sql: str, n: int | None = None, hides: Hides | None = None) -> pa.Table:
        """Run one SELECT over every table; its first `n` rows; columns it `hides` hold nothing; `QueryError` for anything else."""
        statement, named = checked(sql)
        files = {name: self._files(name) for name in CONTRACTS if name in named}
        hidden = {t: tuple(c.name for c in contract(t).columns if hides and hides(c)) for t in files}
        return self.engine.query(statement, files, self.storage.query_seconds, hidden, n)

    def close(self) -> None:
        """Release the engine."""
        self.turn.end()
        self.engine.close()

    def _files(self, name: str) -> Sequence[str]:
        return self._state(name).files or [str(blank(self.root, contract(name)))]

    def _state(self, name: str, version: int | None = None) -> delta.Version:
        """Return a version as the log has it; raise `DamageError` where one that was remembered is newer than the newest."""
        state = delta.read_version(self.folder(name), version)
        if version is None and name not in self._begun_again and self._is_behind(name, state.number):
            self._least = None  # another process may have adopted what is there
            if self._is_behind(name, state.number):
                raise damaged(name, check.gone(self.remembered()[name], state.number))
        return state

    def _is_behind(self, name: str, number: int) -> bool:
        if self._least is None:
            self._least = self.remembered()
        return number < self._least.get(name, -1)

    def _typed(self, promise: Table, key: str, files: Sequence[str]) -> ir.Table:
        """Return files as one table with the types of the contract; the same key twice is the same table."""
        if not files:
            return self._empty(promise)
        if (key, *files) not in self._expressions:
            self._expressions[key, *files] = self._declared(promise, self.engine.scan(key, files))
        return self._expressions[key, *files]

    def _declared(self, promise: Table, rows: ir.Table) -> ir.Table:
        declared = [typed(rows, column, kind) for column, kind in promise.schema.items()]
        extra = [rows[column] for column in rows.columns if promise.is_open and column not in promise.schema]
        return rows.select(*declared, *extra)

    def _empty(self, promise: Table) -> ir.Table:
        return self._typed(promise, f"{promise.name}__none", [str(blank(self.root, promise))])

    def _owned(self, name: str, by: Stage) -> Table:
        promise = contract(name)
        if promise.owner != by:
            raise OwnershipError(
                "The stage {stage!r} may not write {table!r}; it belongs to {owner!r}.",
                "Write a table of your own and let the owner read it.",
                stage=by,
                table=name,
                owner=promise.owner,
            )
        return promise

    def _shaped(self, promise: Table, rows: ir.Table) -> ir.Table:
        surplus = [column for column in rows.columns if column not in promise.schema]
        missing = [
            column.name
            for column in promise.columns
            if column.is_required and column.name not in rows.columns
        ]
        if missing or (surplus and not promise.is_open):
            raise ColumnError(
                "Rows for {table!r} miss {missing} and have unknown {surplus}.",
                "The columns are: {columns}.",
                table=promise.name,
                missing=missing,
                surplus=surplus,
                columns=", ".join(promise.schema.names),
            )
        declared = [typed(rows, column, kind) for column, kind in promise.schema.items()]
        return rows.select(*declared, *[rows[column] for column in surplus])

    def _commit(self, name: str, rows: ir.Table, mode: Any, by: Stage, about: Mapping[str, Any]) -> Change:
        shaped = self._shaped(self._owned(name, by), rows)
        folder = self.folder(name)
        files = self.engine.write(shaped, folder)
        self._refuse_mixed(contract(name), files)
        n_rows = _count(files)
        told = {"stage": by, "currency": self.currency, **about}
        version = delta.commit(folder, files, shaped.schema().to_pyarrow(), mode, told)
        return Change(n_rows, 0, 0, version)

    def _refuse_mixed(self, promise: Table, files: Sequence[Path]) -> None:
        """Refuse rows that would add up with money of another currency; their files go."""
        if not promise.amounts or currency.says_only(files, self.currency):
            return
        counted = self.read(currency.mixed(promise, self.scan(files), self.currency))
        try:
            currency.refuse_mixed(promise.name, counted.column(0)[0].as_py(), self.currency)
        except CurrencyError:
            for file in files:
                file.unlink(missing_ok=True)
            raise


def _count(files: Sequence[Path]) -> int:
    with explained():
        return sum(pq.read_metadata(file).num_rows for file in files)


def open_warehouse(
    root: Path, settings: Settings, temporary: Path, remembered: Callable[[], Mapping[str, int]] = dict
) -> Warehouse:
    """Open the warehouse in the folder `root` with the engine the settings name.

    `remembered` tells which version of a table was written last, so that a reader is told of one that is gone.

    Raises `CurrencyError` where its money is in another currency than the settings say.
    """
    if settings.engine == "spark":
        from quanyu.warehouse.engine import Spark

        engine: Engine = Spark(settings.spark)
    else:
        engine = DuckDB(spill(temporary), settings.memory_limit, settings.threads, settings.timezone)
    warehouse = Warehouse(root, engine, settings.currency, settings.storage, remembered)
    written = next(
        (name for name, table in CONTRACTS.items() if table.amounts and warehouse.exists(name)), None
    )
    if written:
        with suppress(DamageError):  # it is told when the table is read
            currency.refuse_other(warehouse.about(written), settings.currency)
    return warehouse
