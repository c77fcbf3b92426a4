"""How far a column goes is read from footers, and from the rows where a footer does not say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quanyu.part.day import as_of
from quanyu.tables import contract
from quanyu.warehouse.extent import Extent, extent
from quanyu.workspace import Workspace

LATE = dt.datetime(2026, 11, 5, 16, 30, tzinfo=dt.UTC)
"""Past midnight in Shanghai."""


def orders(*times: dt.datetime | None) -> pa.Table:
    kinds = contract("orders").schema.to_pyarrow()
    fields = pa.schema([kinds.field(name).remove_metadata().with_nullable(True) for name in kinds.names])
    rows = [{"order_id": f"o{n}", "source": "t", "ordered_at": at} for n, at in enumerate(times)]
    return pa.Table.from_pylist([{**dict.fromkeys(fields.names), **row} for row in rows], fields)


def test_the_greatest_value_is_that_of_the_rows(workspace: Workspace) -> None:
    assert workspace.warehouse.greatest("orders", "ordered_at") is None
    assert as_of(workspace) == workspace.today()
    workspace.warehouse.append("orders", orders(), by="collect")
    workspace.warehouse.append("orders", orders(None), by="collect")
    assert workspace.warehouse.greatest("orders", "ordered_at") is None
    workspace.warehouse.append("orders", orders(LATE, None, LATE - dt.timedelta(days=9)), by="collect")
    workspace.warehouse.append("orders", orders(LATE - dt.timedelta(days=1)), by="collect")
    assert workspace.warehouse.greatest("orders", "ordered_at") == LATE
    assert as_of(workspace) == dt.date(2026, 11, 7), "the day after the local one, not after that of UTC"


def test_where_footers_tell_no_row_is_read(make_workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ws = make_workspace()
    ws.warehouse.append("orders", orders(LATE), by="collect")
    monkeypatch.setattr(ws.warehouse, "read", None)
    assert ws.warehouse.greatest("orders", "ordered_at") == LATE


@pytest.mark.parametrize(
    ("times", "written", "told"),
    [
        ([LATE], {}, Extent(LATE, LATE)),
        ([LATE, None], {"row_group_size": 1}, Extent(LATE, LATE)),
        ([None], {}, Extent()),
        ([], {}, Extent()),
        ([LATE], {"write_statistics": False}, None),
    ],
)
def test_a_footer_tells_or_says_that_it_does_not(
    tmp_path: Path, times: list[dt.datetime | None], written: dict[str, Any], told: Extent | None
) -> None:
    file = tmp_path / "part.parquet"
    pq.write_table(pa.table({"at": pa.array(times, pa.timestamp("us", "UTC"))}), file, **written)
    assert extent(str(file), "at") == told
