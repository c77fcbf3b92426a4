"""Tidying changes no row, keeps the versions of the days kept, and leaves few files."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pyarrow as pa
import pytest

from quanyu.settings import Settings
from quanyu.warehouse import Warehouse, open_warehouse
from quanyu.warehouse.delta import delta

N = 60


def warehouse_at(root: Path, **storage: float) -> Warehouse:
    return open_warehouse(root / "tables", Settings(storage=storage, threads=1), root / "tmp")


def stores(n: int) -> pa.Table:
    return pa.table({"store_id": [f"{n:02}"]})


def numbers(warehouse: Warehouse, version: int | None = None) -> list[int]:
    rows = warehouse.read(warehouse.table("stores", version).store_id)
    return sorted(map(int, rows.column(0).to_pylist()))


def age(folder: Path, days: float) -> None:
    """Let all that lies in a table's folder be older."""
    then = time.time() - days * 86400
    for file in folder.rglob("*"):
        os.utime(file, (then, then))


def test_many_appends_leave_few_files_and_a_short_log(tmp_path: Path) -> None:
    warehouse = warehouse_at(tmp_path, keep_days=0, small_files=5)
    for n in range(N):
        warehouse.append("stores", stores(n), by="collect")
        warehouse.tidy("stores")
        assert warehouse.count("stores") == n + 1
    folder = warehouse.folder("stores")
    assert numbers(warehouse) == list(range(N))
    assert len(list(folder.glob("*.parquet"))) <= 6
    assert len(list((folder / "_delta_log").iterdir())) <= 60
    warehouse.close()
    again = warehouse_at(tmp_path)
    assert numbers(again) == list(range(N))
    assert again.about("stores")["stage"] == "collect"
    again.close()


def test_versions_of_the_days_kept_stay_readable_and_older_ones_go(tmp_path: Path) -> None:
    warehouse = warehouse_at(tmp_path, keep_days=3, small_files=5)
    for n in range(3):
        warehouse.replace("stores", stores(n), by="collect")
    folder = warehouse.folder("stores")
    age(folder, days=4)
    warehouse.replace("stores", stores(3), by="collect")
    warehouse.replace("stores", stores(4), by="collect")
    assert warehouse.tidy("stores") == 2, "what was replaced four days ago"
    assert [numbers(warehouse, version) for version in (2, 3, 4)] == [[2], [3], [4]]
    age(folder, days=4)
    assert warehouse.tidy("stores") == 2
    assert numbers(warehouse) == [4]
    warehouse.close()


def test_a_file_that_is_being_written_is_left_and_one_of_a_killed_writer_goes(tmp_path: Path) -> None:
    warehouse = warehouse_at(tmp_path)
    warehouse.append("stores", stores(0), by="collect")
    folder = warehouse.folder("stores")
    (folder / "part-new.parquet").write_bytes(b"half")
    assert warehouse.tidy("stores") == 0
    age(folder, days=1)
    assert warehouse.tidy("stores") == 1
    assert numbers(warehouse) == [0]
    warehouse.close()


@pytest.mark.parametrize("tidied_at", range(1, 8))
def test_what_came_since_a_version_is_the_same_when_it_was_tidied(tmp_path: Path, tidied_at: int) -> None:
    """The rows of a version, less those that went, with those that came, are the rows of now."""
    warehouse = warehouse_at(tmp_path, small_files=1)
    before = {}
    for n in range(8):
        if n == 6:
            warehouse.delete("stores", lambda rows: rows.store_id == "02", by="collect")
        else:
            warehouse.append("stores", stores(n), by="collect")
        if n == tidied_at:
            content = warehouse.version("stores")
            warehouse.tidy("stores")
            assert warehouse.version("stores") == content, (
                "tidying makes no version that anyone has to follow"
            )
        before[warehouse.version("stores")] = numbers(warehouse)
    for version, held in before.items():
        gone, come = (
            [int(key) for key in warehouse.read(rows.store_id).column(0).to_pylist()]
            for rows in warehouse.moved("stores", version) or ()
        )
        left = list(held)
        for number in gone:
            left.remove(number) if number in left else come.remove(number)
        assert sorted(left + come) == numbers(warehouse), version
    warehouse.close()


def test_a_log_that_was_shortened_still_gives_the_versions_of_the_days_kept(tmp_path: Path) -> None:
    warehouse = warehouse_at(tmp_path, keep_days=3, small_files=1000)
    folder = warehouse.folder("stores")
    for n in range(30):
        warehouse.append("stores", stores(n), by="collect")
    warehouse.tidy("stores")
    age(folder, days=4)
    for n in range(30, 60):
        warehouse.append("stores", stores(n), by="collect")
    warehouse.tidy("stores")
    delta._read.cache_clear()
    kept = sorted((folder / "_delta_log").glob("*.json"))
    assert kept[0].name == f"{29:020}.json", "from the checkpoint before the first day kept"
    assert numbers(warehouse, 40) == list(range(41))
    assert numbers(warehouse) == list(range(60))
    warehouse.close()
