"""Shared by the tests of contents."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest

from quanyu.tables import contract
from quanyu.workspace import Workspace


@pytest.fixture
def put() -> Callable[[Workspace, str, list[dict[str, Any]]], None]:
    """Make rows the whole of a table."""

    def write(ws: Workspace, name: str, rows: list[dict[str, Any]]) -> None:
        promise = contract(name)
        table = pa.Table.from_pylist(rows, schema=pa.schema(promise.schema.to_pyarrow()))
        ws.warehouse.replace(name, table, by=promise.owner)

    return write
