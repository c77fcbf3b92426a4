"""Commits that change no row: many small files made one, what a table was made of said anew or forgotten."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quanyu.errors import DamageError
from quanyu.tables import contract
from quanyu.warehouse.delta import delta, tidy
from quanyu.warehouse.delta.delta import Basis
from quanyu.warehouse.delta.erase import SOME_DAY
from quanyu.warehouse.partition_months import Partition

if TYPE_CHECKING:
    from quanyu.warehouse.open import Warehouse

KEPT = ("stage", "currency", "operationName", "made_of")
"""What the newest version says of itself that is still true of it when it was tidied."""


def compact(warehouse: Warehouse, name: str) -> bool:
    """Make one file of the small ones, if there are more than the settings allow; say whether there were."""
    promise, folder, basis = contract(name), warehouse.folder(name), Basis(warehouse.newest(name))
    small = tidy.small_files(folder) if promise.is_input or promise.is_append_only else []
    if len(small) <= warehouse.storage.small_files:
        return False
    rows = warehouse.partition(name, Partition(SOME_DAY, SOME_DAY, tuple(small)))
    files, schema = warehouse.engine.write(rows, folder), rows.schema().to_pyarrow()
    delta.commit(folder, files, schema, "append", _same(warehouse, name), instead_of=small, basis=basis)
    return True


def confirm(warehouse: Warehouse, name: str, about: Mapping[str, Any], basis: Basis | None = None) -> None:
    """Commit no row: the version stays the same, and says of itself what it said and what is added."""
    promise = contract(name)
    schema = promise.schema.to_pyarrow()
    nothing = {"stage": promise.owner, "currency": warehouse.currency, "operationName": "append"}
    if warehouse.exists(name):
        nothing, schema = _same(warehouse, name), warehouse.table(name).schema().to_pyarrow()
    delta.commit(warehouse.folder(name), [], schema, "append", {**nothing, **about}, basis=basis)


def begin_again(warehouse: Warehouse, name: str, aside: Path) -> None:
    """Forget what a table was made of; move one aside that is damaged and can be made again."""
    folder, by = warehouse.folder(name), contract(name).owner
    try:
        if delta.read_version(folder).number >= 0:
            schema = warehouse.table(name).schema().to_pyarrow()
            about = {"stage": by, "currency": warehouse.currency, "operationName": "again"}
            delta.commit(folder, [], schema, "append", about)
    except DamageError:
        if contract(name).is_append_only:
            raise
        aside.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.rename(aside / f"{name}-{uuid.uuid4().hex}")


def _same(warehouse: Warehouse, name: str) -> dict[str, Any]:
    """Return what a commit says of itself that changes no row."""
    kept = {key: value for key, value in warehouse.about(name).items() if key in KEPT}
    return {**kept, delta.TIDIED: warehouse.version(name)}
