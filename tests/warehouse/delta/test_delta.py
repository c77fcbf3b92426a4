"""A killed writer leaves the last version; another Delta engine reads the same tables."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest

from quanyu.settings import Settings
from quanyu.warehouse import Warehouse, open_warehouse
from quanyu.warehouse.delta import delta

WRITER = """
import sys, datetime as dt, pyarrow as pa
from pathlib import Path
from quanyu.settings import Settings
from quanyu.warehouse import open_warehouse
root = Path(sys.argv[1])
warehouse = open_warehouse(root / "tables", Settings(), root / "tmp-writer")
day = dt.date(2024, 1, 1)
print("ready", flush=True)
for turn in range(1, 1000):
    n = 20_000
    rows = pa.table({"store_id": [f"s{i}" for i in range(n)], "name": [str(turn)] * n})
    warehouse.replace("stores", rows, by="collect")
    print(turn, flush=True)
"""


def open_at(root: Path) -> Warehouse:
    return open_warehouse(root / "tables", Settings(), root / "tmp")


@pytest.fixture
def tmp_path_plain() -> Iterator[Path]:
    """A folder with a plain name: delta-rs, through which Polars reads, decodes an odd one and finds nothing there."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def test_kill_leaves_a_whole_version(tmp_path: Path) -> None:
    for wait in (0.0, 0.05, 0.13):
        writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE)
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"ready\n"
        writer.stdout.readline()
        time.sleep(wait)
        writer.send_signal(signal.SIGKILL)
        writer.wait()
        writer.stdout.close()
        warehouse = open_at(tmp_path)
        names = warehouse.read(
            warehouse.table("stores").group_by("name").agg(n=lambda t: t.count())
        ).to_pylist()
        assert len(names) == 1, "a version is written whole or not at all"
        assert names[0]["n"] == 20_000
        warehouse.close()
    warehouse = open_at(tmp_path)
    warehouse.vacuum("stores")
    assert len(list(warehouse.folder("stores").glob("*.parquet"))) == 1, (
        "what a killed writer left is removed"
    )
    warehouse.close()


def test_polars_reads_the_same_table(tmp_path_plain: Path) -> None:
    warehouse = open_at(tmp_path_plain)
    warehouse.replace("stores", pa.table({"store_id": ["s1", "s2"], "city": ["杭州", None]}), by="collect")
    seen = pl.read_delta(str(warehouse.folder("stores"))).select("store_id", "city").rows()
    assert sorted(seen, key=str) == [("s1", "杭州"), ("s2", None)]
    assert [entry["stage"] for entry in warehouse.history("stores")] == ["collect"]
    warehouse.close()


def test_commits_of_one_moment_are_all_seen_and_a_log_that_rests_is_listed_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clock of a folder stands still here: what came within a moment of the last change is looked for anew."""
    log = tmp_path / "_delta_log"
    log.mkdir()
    listings, listed = [], os.listdir

    def listdir(path: str) -> list[str]:
        listings.append(path)
        return listed(path)

    monkeypatch.setattr(os, "listdir", listdir)

    def seen(rested: int) -> int:
        moment = time.time_ns() - rested
        os.utime(log, ns=(moment, moment))
        return max(delta.logged(tmp_path)[0])

    for number in range(3):
        (log / f"{number:020}.json").touch()
        assert seen(0) == number
    (log / f"{3:020}.json").touch()
    listings.clear()
    assert seen(5 * delta.SETTLED) == 3
    for _ in range(3):
        delta.logged(tmp_path)
    assert len(listings) == 1
    for moment in range(300):
        seen((10 + moment) * delta.SETTLED)
    assert len(delta._known(log)) == 1, "only the last listing is kept"
