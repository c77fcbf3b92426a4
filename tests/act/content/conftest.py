"""Shared by the tests of contents."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pyarrow as pa
import pytest

from quanyu.tables import contract
from quanyu.workspace import Workspace, create

NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


@pytest.fixture
def put() -> Callable[[Workspace, str, list[dict[str, Any]]], None]:
    """Make rows the whole of a table."""

    def write(ws: Workspace, name: str, rows: list[dict[str, Any]]) -> None:
        promise = contract(name)
        table = pa.Table.from_pylist(rows, schema=pa.schema(promise.schema.to_pyarrow()))
        ws.warehouse.replace(name, table, by=promise.owner)

    return write


@pytest.fixture(scope="package")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Return a workspace without any rows, one for all tests that only read."""
    made = create(tmp_path_factory.mktemp("bare") / "shop", clock=lambda: NOW)
    yield made
    made.close()
