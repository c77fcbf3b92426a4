"""Open a warehouse: a folder of Delta tables under contracts, and one engine that reads and writes them."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal

import ibis.expr.types as ir
import pyarrow as pa

from quanyu.errors import ColumnError, DamageError, OvertakenError, OwnershipError
from quanyu.settings import Settings
from quanyu.settings.frame import StorageSettings
from quanyu.tables import CONTRACTS, Hides, Stage, Table, contract
from quanyu.text import Sentence
from quanyu.warehouse import currency
from quanyu.warehouse.delta import Basis, check, delta, tidy, upkeep
from quanyu.warehouse.engine import DuckDB, Engine, checked
from quanyu.warehouse.extent import Extent, extents
from quanyu.warehouse.fault import damaged
from quanyu.warehouse.merge import Change, again, count_rows, deleted, merged, rewritten
from quanyu.warehouse.partition_months import Partition, partition_months
from quanyu.warehouse.spare import blank, spill
from quanyu.warehouse.staged import Rows, Staged, typed
from quanyu.warehouse.turn import Turn

NOTHING: Mapping[str, Any] = MappingProxyType({})
DEFAULTS = StorageSettings()


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
        self._pinned: dict[str, int] = {}
        self._expressions: dict[tuple[str, ...], ir.Table] = {}

    def folder(self, name: str) -> Path:
        """Return the Delta folder of a table."""
        return self.root / contract(name).name

    def exists(self, name: str) -> bool:
        """Say whether the table has ever been written."""
        return self.version(name) >= 0

    def version(self, name: str) -> int:
        """Return the number of the newest version, -1 when there is none; tidying makes none."""
        return delta.content_version(self.folder(name), self._pinned.get(name))

    def pin(self, names: Iterable[str]) -> None:
        """Read tables from now on as they are now, whatever other processes write, until `unpin` or a write of one's own."""
        for name in names:
            self._pinned.setdefault(name, self.newest(name))

    def unpin(self) -> None:
        """Read the newest version of every table again."""
        self._pinned.clear()

    def position(self, name: str, log: str) -> int:
        """Return up to which place a log was brought into the table (`merge` with a `Basis`), 0 if nothing of it was."""
        return delta.position(self.folder(name), log)

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
        files = delta.moved(self.folder(name), since, self._pinned.get(name))
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
        files = delta.moved(self.folder(name), since, self._pinned.get(name))
        if files is None or files[0]:
            return None
        return self._typed(contract(name), f"{name}__v{since}_to_v{self.version(name)}_come", files[1])

    def operations(self, name: str, since: int) -> frozenset[str] | None:
        """Return what was done to a table after a version (`append`, `merge`, `exchange`, ...), None if it is unknown."""
        return delta.operations(self.folder(name), since, self._pinned.get(name))

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

    def replace(
        self,
        name: str,
        rows: Rows,
        *,
        by: Stage,
        about: Mapping[str, Any] = NOTHING,
        basis: Basis | None = None,
    ) -> Change:
        """Make `rows` the whole table; earlier versions stay readable until `vacuum`.

        `about` is kept with the version: see the method of this name. Raises `OvertakenError` if the table is not at its
        `basis` any more.
        """
        with Staged(self.root, self.scan, rows) as staged:
            told = {"operationName": "replace", **about}
            return self.commit(name, staged, "overwrite", by=by, about=told, basis=basis)

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
        self._owned(name, by)
        return rewritten(self, name, rows, about=about, is_whole=is_whole)

    def append(self, name: str, rows: Rows, *, by: Stage) -> Change:
        """Add `rows` to the table without looking at what is there."""
        with Staged(self.root, self.scan, rows) as staged:
            return self.commit(name, staged, "append", by=by, about={"operationName": "append"})

    def merge(
        self,
        name: str,
        rows: Rows,
        *,
        by: Stage,
        gone: ir.Table | None = None,
        basis: Basis | None = None,
    ) -> Change:
        """Bring rows in by the contract's key: new keys are added, changed rows rewritten, equal rows ignored.

        The last of several rows with one key wins. Append-only tables keep the row they have. Rows whose key is in
        `gone` are taken out first; the operation is then called `exchange`. One commit, which a `basis` with the position of a
        log always makes. Where another process wrote meanwhile it begins anew, or raises `OvertakenError` if there is a `basis`.
        """
        promise = self._owned(name, by)
        with Staged(self.root, self.scan, rows) as staged:
            incoming = self.shaped(promise, staged)
            if basis:
                return merged(self, promise, incoming, gone, basis)
            return again(lambda: merged(self, promise, incoming, gone, Basis(self.newest(name))))

    def delete(self, name: str, predicate: Callable[[ir.Table], ir.BooleanValue], *, by: Stage) -> Change:
        """Delete the rows for which the predicate is true; rows where it is null stay."""
        self._owned(name, by)
        return deleted(self, name, predicate)

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
        self.compact(name)
        folder, storage = self.folder(name), self.storage
        return tidy.remove_unused(folder, storage.keep_days, is_written=True) + tidy.shorten_log(
            folder, storage.keep_days
        )

    def compact(self, name: str) -> bool:
        """Make one file of many small ones, if there are more than the settings allow; say whether there were."""
        return upkeep.compact(self, name)

    def is_scattered(self, name: str) -> bool:
        """Say whether a table has more small files than the settings allow."""
        return len(tidy.small_files(self.folder(name))) > self.storage.small_files

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
        if not about.items() <= self.about(name).items():
            upkeep.confirm(self, name, about)

    def begin_again(self, name: str, aside: Path) -> None:
        """Make a table forget what it was made of, so that all of it is made anew; one that is damaged is moved aside."""
        self._begun_again.add(name)
        upkeep.begin_again(self, name, aside)

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
        pinned = self._pinned.get(name) if version is None else None
        if pinned == -1:
            return delta.NOTHING
        state = delta.read_version(self.folder(name), version if pinned is None else pinned)
        if (
            version is None
            and pinned is None
            and name not in self._begun_again
            and self._is_behind(name, state.number)
        ):
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

    def shaped(self, promise: Table, rows: ir.Table) -> ir.Table:
        """Return rows with the columns of a contract and their types; raise `ColumnError` where they do not fit."""
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

    def commit(
        self,
        name: str,
        rows: ir.Table,
        mode: Literal["append", "overwrite"],
        *,
        by: Stage,
        about: Mapping[str, Any],
        basis: Basis | None = None,
    ) -> Change:
        """Write rows and commit them, beside those that are there or in their place."""
        shaped = self.shaped(self._owned(name, by), rows)
        folder = self.folder(name)
        files = self.engine.write(shaped, folder)
        currency.refuse_files(self, name, files)
        n_rows = count_rows(files)
        told = {"stage": by, "currency": self.currency, **about}
        schema = shaped.schema().to_pyarrow()
        try:
            version = delta.commit(folder, files, schema, mode, told, basis=basis)
        except OvertakenError:
            for file in files:
                file.unlink(missing_ok=True)
            raise
        self._pinned.pop(name, None)
        return Change(n_rows, 0, 0, version)


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
