"""What storage does to tables is told with the table and the way out, never as another program's error."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

import quanyu.workspace
from quanyu import ledger
from quanyu.errors import DamageError, QueryError, StorageError
from quanyu.warehouse.fault import meaning

Damage = Callable[[Path], None]


def stores(*names: str) -> pa.Table:
    return pa.table({"store_id": [f"s{n}" for n in range(len(names))], "name": list(names)})


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    """A workspace of one table with three versions, as a load leaves it, closed."""
    ws = quanyu.workspace.create(tmp_path / "shop", threads=1)
    with ws.writing():
        for name in ("a", "b", "c"):
            ws.warehouse.append("stores", pa.table({"store_id": [name], "name": [name]}), by="collect")
            ws.warehouse.append("people", pa.table({"person_id": [name]}), by="collect")
    ws.close()
    return ws.root


def newest(folder: Path, pattern: str) -> Path:
    return sorted(folder.glob(pattern))[-1]


def without_a_file(folder: Path) -> None:
    newest(folder, "*.parquet").unlink()


def with_a_cut_file(folder: Path) -> None:
    file = newest(folder, "*.parquet")
    file.write_bytes(file.read_bytes()[:100])


def with_a_file_of_noise(folder: Path) -> None:
    file = newest(folder, "*.parquet")
    file.write_bytes(b"x" * file.stat().st_size)


def with_an_empty_file(folder: Path) -> None:
    newest(folder, "*.parquet").write_bytes(b"")


def without_the_last_entry(folder: Path) -> None:
    newest(folder, "_delta_log/*.json").unlink()


def without_an_entry_between(folder: Path) -> None:
    (folder / "_delta_log" / f"{1:020}.json").unlink()


def without_the_first_entry(folder: Path) -> None:
    (folder / "_delta_log" / f"{0:020}.json").unlink()


def with_a_cut_entry(folder: Path) -> None:
    entry = newest(folder, "_delta_log/*.json")
    entry.write_bytes(entry.read_bytes()[:-50])


def with_an_empty_entry(folder: Path) -> None:
    newest(folder, "_delta_log/*.json").write_bytes(b"")


def with_an_entry_of_noise(folder: Path) -> None:
    newest(folder, "_delta_log/*.json").write_bytes(b"\xff\xfe{{{")


def without_a_log(folder: Path) -> None:
    shutil.rmtree(folder / "_delta_log")


def without_the_table(folder: Path) -> None:
    shutil.rmtree(folder)


DAMAGES = [
    without_a_file, with_a_cut_file, with_an_empty_file, without_the_last_entry, without_an_entry_between,
    without_the_first_entry, with_a_cut_entry, with_an_empty_entry, with_an_entry_of_noise, without_a_log, without_the_table,
]  # fmt: skip
SEEN_BY_READING = [
    without_a_file, with_a_cut_file, with_a_file_of_noise, with_an_empty_file, with_a_cut_entry, with_an_empty_entry,
    with_an_entry_of_noise, without_the_first_entry, without_the_last_entry, without_an_entry_between, without_a_log,
    without_the_table,
]  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_a_table_lost_is_noticed_before_it_is_written(filled: Path, damage: Damage) -> None:
    damage(filled / "tables" / "stores")
    ws = quanyu.workspace.open(filled)
    with (
        pytest.raises(
            DamageError, match=r"^The table stores is damaged: (?!The table)[\s\S]*Restore tables/stores"
        ),
        ws.writing(),
    ):
        raise AssertionError("nothing may be written")
    ws.close()


@pytest.mark.parametrize("damage", SEEN_BY_READING)
def test_a_reader_of_a_damaged_table_is_told(filled: Path, damage: Damage) -> None:
    damage(filled / "tables" / "stores")
    ws = quanyu.workspace.open(filled)
    with pytest.raises(DamageError, match="table stores is damaged"):
        ws.warehouse.read(ws.warehouse.table("stores"))
    with pytest.raises(DamageError, match="table stores is damaged"):
        ws.warehouse.query("SELECT * FROM stores")
    ws.close()


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_derived_table_is_made_again_whatever_befell_it(filled: Path, damage: Damage) -> None:
    damage(filled / "tables" / "people")
    ws = quanyu.workspace.open(filled)
    with pytest.raises(DamageError, match="quanyu run --again people"), ws.writing():
        pass
    with ws.writing(again=["people"]):
        ws.warehouse.begin_again("people", ws.path("damaged"))
        ws.warehouse.replace("people", pa.table({"person_id": ["new"]}), by="collect")
    with ws.writing():
        assert ws.warehouse.query("SELECT person_id FROM people").column(0).to_pylist() == ["new"]
    ws.close()


def test_a_loss_that_is_accepted_is_not_told_again(filled: Path) -> None:
    without_the_last_entry(filled / "tables" / "stores")
    ws = quanyu.workspace.open(filled)
    ws.adopt()
    with ws.writing():
        assert ws.warehouse.count("stores") == 2
    ws.close()


def test_a_commit_that_a_killed_process_could_not_tell_of_is_no_damage(filled: Path) -> None:
    ws = quanyu.workspace.open(filled)
    ws.warehouse.append("stores", stores("late"), by="collect")
    with ws.writing():
        pass
    assert ledger.list_marks(ws.ledger)["stores"].n_rows == 4
    ws.close()


def test_a_whole_workspace_is_no_damage_and_tidying_neither(filled: Path) -> None:
    ws = quanyu.workspace.open(filled)
    for _ in range(2):
        with ws.writing():
            pass
        assert ws.tidy() == 0
    ws.close()


def test_an_endless_query_is_stopped(tmp_path: Path) -> None:
    ws = quanyu.workspace.create(tmp_path, storage={"query_seconds": 0.5})
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    with pytest.raises(QueryError, match=r"longer than 0\.5 seconds"):
        ws.warehouse.query(endless)
    assert ws.warehouse.query("SELECT 1 AS one").to_pylist() == [{"one": 1}]
    ws.close()


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(28, "No space left on device"), StorageError),
        (PermissionError(13, "Permission denied", "/x/tables/orders/_delta_log"), StorageError),
        (OSError(30, "Read-only file system"), StorageError),
        (RuntimeError("Out of Memory Error: could not allocate block"), StorageError),
        (FileNotFoundError(2, "No such file or directory", "/x/tables/orders/part-1.parquet"), DamageError),
        (ValueError("a fault of the program"), type(None)),
    ],
)
def test_an_error_means_what_it_says(error: BaseException, kind: type) -> None:
    assert isinstance(meaning(error), kind)


def test_a_workspace_that_cannot_be_written_says_so(filled: Path) -> None:
    ws = quanyu.workspace.open(filled)
    (filled / ".quanyu" / "lock").unlink()
    (filled / ".quanyu" / "lock").mkdir()
    with pytest.raises(StorageError, match="refuses"), ws.writing():
        pass
    ws.close()
