"""Fixtures of every test: workspaces on both engines, a fixed clock, and the folder of real data."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import quanyu.workspace
from quanyu.workspace import Workspace

NOW = dt.datetime(2026, 11, 20, 4, 0, tzinfo=dt.UTC)
"""The moment at which tests happen: noon in Shanghai."""

CLUSTER = {"master": "local-cluster[2,1,1024]", "shuffle_partitions": 2}

MakeWorkspace = Callable[..., Workspace]

warnings.filterwarnings("ignore", message="PySpark does not yet fully support pandas", category=FutureWarning)


@pytest.fixture
def make_workspace(tmp_path: Path) -> Iterator[MakeWorkspace]:
    """Return a maker of workspaces: `make_workspace(engine="spark", timezone="Europe/London")`."""
    made: list[Workspace] = []

    def make(engine: str = "duckdb", now: dt.datetime = NOW, **settings: object) -> Workspace:
        root = tmp_path / f"shop{len(made)}"
        if engine == "spark":
            pytest.importorskip("pyspark", reason="the extra 'spark' is not installed")
            os.environ["QUANYU_SPARK__MASTER"] = CLUSTER["master"]
            os.environ["QUANYU_SPARK__SHUFFLE_PARTITIONS"] = str(CLUSTER["shuffle_partitions"])
        made.append(quanyu.workspace.create(root, clock=lambda: now, engine=engine, **settings))
        return made[-1]

    yield make
    for workspace in made:
        if workspace.settings.engine == "duckdb":
            workspace.close()
        shutil.rmtree(workspace.root, ignore_errors=True)


@pytest.fixture(params=["duckdb", pytest.param("spark", marks=[pytest.mark.spark, pytest.mark.xdist_group("spark")])])
def workspace(request: pytest.FixtureRequest, make_workspace: MakeWorkspace) -> Workspace:
    """Return an empty workspace on each engine; the Spark one shares a local cluster with two workers."""
    return make_workspace(engine=request.param)


@pytest.fixture(scope="session")
def datasets() -> Path:
    """Return the folder of real data, or skip."""
    folder = os.environ.get("QUANYU_DATASETS", "")
    if not folder or not Path(folder).is_dir():
        pytest.skip("QUANYU_DATASETS names no folder of real data")
    return Path(folder)
