"""A workspace works wherever it lies, and reads its own files even where a neighbour's name fits its own as a pattern."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import unicodedata
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.conftest import CLUSTER

import quanyu.workspace
from quanyu.errors import WorkspaceError
from quanyu.warehouse.engine import literal
from quanyu.workspace import Workspace

NAMES = (
    "plain", "a b", "店", "50%", "x%20y", "a%2Fb", "a#b", "a?b", "a{b", "{a,b}", "a[b]", "[!a]", "a*b", "**", "it's", 'q"q',
    "back\\slash", "new\nline", "tab\t", unicodedata.normalize("NFD", "é"), unicodedata.normalize("NFC", "é"), "a;b", "a&b",
    "a:b", "s3:", "file:", "<a>", "`a`", "$HOME", "x=y", "-a", "~a", " ", "trailing ", "😀",
)  # fmt: skip


def stores(*names: str) -> pa.Table:
    return pa.table({"store_id": [f"s{n}" for n in range(len(names))], "name": list(names)})


def seen(ws: Workspace) -> tuple[list[str], list[str]]:
    """Return the names of the stores as the engine reads them, and as a query does."""
    rows = ws.warehouse.read(ws.warehouse.table("stores").name)
    queried = ws.warehouse.query("SELECT name FROM stores ORDER BY name")
    return sorted(rows.column(0).to_pylist()), queried.column(0).to_pylist()


@pytest.mark.parametrize("name", NAMES)
def test_a_workspace_works_in_a_folder_of_any_name(name: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        _lives_in(Path(folder), name)


def _lives_in(base: Path, name: str) -> None:
    ws = quanyu.workspace.create(base / name)
    assert ws.ledger.url
    for city in ("杭州", "上海"):
        ws.warehouse.append("stores", stores(city), by="collect")
    assert seen(ws) == (["上海", "杭州"], ["上海", "杭州"])
    ws.warehouse.merge("stores", stores("苏州"), by="collect")
    assert ws.warehouse.vacuum("stores") == 2
    ws.close()
    again = quanyu.workspace.open(base / name)
    assert seen(again) == (["苏州"], ["苏州"])
    assert (again.root / ".quanyu" / "ledger.db").is_file()
    assert [path.name for path in base.iterdir()] == [name], "nothing beside the workspace"
    again.close()


@pytest.mark.parametrize(
    ("name", "neighbour"), [("a[b]", "ab"), ("a*", "ab"), ("a?", "ab"), ("per%20cent", "per cent")]
)
def test_a_neighbour_whose_name_fits_is_not_read(tmp_path: Path, name: str, neighbour: str) -> None:
    ws = quanyu.workspace.create(tmp_path / name)
    ws.warehouse.append("stores", stores("own"), by="collect")
    ws.ledger.close()
    shutil.copytree(tmp_path / name, tmp_path / neighbour)
    for file in (tmp_path / neighbour / "tables" / "stores").glob("*.parquet"):
        pq.write_table(stores("neighbour's"), file)
    shutil.rmtree(tmp_path / neighbour / ".quanyu")
    assert seen(ws) == (["own"], ["own"])
    again = quanyu.workspace.open(tmp_path / name)
    assert again.ledger.url == ws.ledger.url
    assert not (tmp_path / neighbour / ".quanyu").exists()


@pytest.mark.spark
def test_spark_reads_many_files_of_an_odd_folder_once_where_no_locale_is_set(tmp_path: Path) -> None:
    code = """if True:
    import sys, pyarrow as pa, quanyu.workspace
    ws = quanyu.workspace.create(sys.argv[1], engine="spark")
    for name in ("a", "b", "c"):
        ws.warehouse.append("stores", pa.table({"store_id": [name], "name": [name]}), by="collect")
    print(ws.warehouse.read(ws.warehouse.table("stores").count()).column(0)[0].as_py(), end="")
    """
    words = [sys.executable, "-W", "ignore", "-X", "utf8", "-c", code, str(tmp_path / "店[é]")]
    spoken = {**CLUSTER, "LC_ALL": "C", "QUANYU_SPARK__MASTER": "local[1]"}
    done = subprocess.run(words, env={**os.environ, **spoken}, capture_output=True, text=True, check=False)
    assert done.stdout == "3", done.stderr[-2000:]


@pytest.mark.parametrize(
    "place", ["s3://bucket/shop", "gs://bucket/shop", "file:///tmp/shop", "http://localhost/shop", "abfss:/x"]
)
def test_an_address_is_no_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    monkeypatch.chdir(tmp_path)
    for door in (quanyu.workspace.create, quanyu.workspace.open):
        with pytest.raises(WorkspaceError, match="is an address"):
            door(place)
    assert not list(tmp_path.iterdir())


def test_a_backslash_beside_a_wildcard_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="backslash"):
        quanyu.workspace.create(tmp_path / "a\\b[1]")


def test_a_path_is_written_as_a_pattern_that_it_alone_fits() -> None:
    assert literal.file("a[1]*?'.csv") == "'a[[]1][*][?]''.csv'"
