"""How far a column goes is read from footers, and from the rows where a footer does not say."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quanyu.collect.money.currency import unconverted
from quanyu.part.day import as_of
from quanyu.tables import contract
from quanyu.warehouse.extent import Extent, extents
from quanyu.workspace import Workspace

LATE = dt.datetime(2026, 11, 5, 16, 30, tzinfo=dt.UTC)
"""Past midnight in Shanghai."""
EARLY = dt.datetime(1969, 12, 31, tzinfo=dt.UTC)


def orders(*times: dt.datetime | None) -> pa.Table:
    kinds = contract("orders").schema.to_pyarrow()
    fields = pa.schema([kinds.field(name).remove_metadata().with_nullable(True) for name in kinds.names])
    rows = [{"order_id": f"o{n}", "source": "t", "ordered_at": at} for n, at in enumerate(times)]
    return pa.Table.from_pylist([{**dict.fromkeys(fields.names), **row} for row in rows], fields)


def test_the_day_is_that_of_the_newest_row(workspace: Workspace) -> None:
    assert as_of(workspace) == workspace.today()
    workspace.warehouse.append("orders", orders(), by="collect")
    workspace.warehouse.append("orders", orders(None), by="collect")
    assert as_of(workspace) == workspace.today()
    workspace.warehouse.append("orders", orders(LATE, None, LATE - dt.timedelta(days=9)), by="collect")
    workspace.warehouse.append("orders", orders(LATE - dt.timedelta(days=1)), by="collect")
    assert as_of(workspace) == dt.date(2026, 11, 7), "the day after the local one, not after that of UTC"


def test_where_footers_tell_no_row_is_read(make_workspace: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    ws = make_workspace()
    ws.warehouse.append("orders", orders(LATE), by="collect")
    monkeypatch.setattr(ws.warehouse, "read", None)
    assert as_of(ws) == dt.date(2026, 11, 7)
    assert unconverted(ws) == ""


def test_where_footers_do_not_tell_rows_are_read(
    make_workspace: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ws = make_workspace()
    ws.warehouse.append("orders", orders(LATE), by="collect")
    monkeypatch.setattr(ws.warehouse, "extents", lambda _, *columns: dict.fromkeys(columns))
    assert as_of(ws) == dt.date(2026, 11, 7)
    assert unconverted(ws) == ""


@pytest.mark.parametrize(
    ("times", "written", "told"),
    [
        ([LATE], {}, Extent(LATE, LATE)),
        ([LATE, None, EARLY], {"row_group_size": 1}, Extent(EARLY, LATE)),
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
    assert extents([file], ["at", "other"]) == {"at": told, "other": Extent()}


def test_one_file_that_does_not_tell_leaves_it_untold(tmp_path: Path) -> None:
    """Bounds of other files say nothing of its rows; times of another unit are not told either."""
    rows = pa.table({"at": pa.array([LATE], pa.timestamp("us", "UTC"))})
    pq.write_table(rows, tmp_path / "told.parquet")
    pq.write_table(rows, tmp_path / "untold.parquet", write_statistics=False)
    pq.write_table(pa.table({"at": pa.array([LATE], pa.timestamp("ms"))}), tmp_path / "coarse.parquet")
    for other in ("untold", "coarse"):
        for names in (("told", other), (other, "told")):
            assert extents([tmp_path / f"{name}.parquet" for name in names], ["at"]) == {"at": None}
