"""Spark is told what files hold: it starts no job for that, and a damaged file is named."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quanyu.errors import QuanyuError
from quanyu.warehouse.fault import explained

pytestmark = pytest.mark.spark


def test_files_with_other_columns_are_read_together_without_a_job(make_workspace, tmp_path: Path) -> None:
    engine = make_workspace(engine="spark").warehouse.engine
    old, new = tmp_path / "old.parquet", tmp_path / "new.parquet"
    pq.write_table(pa.table({"a": [1], "b": ["x"]}), old)
    pq.write_table(pa.table({"b": ["y"], "c": [2.5]}), new)
    tracker = engine.session.sparkContext.statusTracker()
    before = set(tracker.getJobIdsForGroup())
    rows = engine.scan("footer_of_two", [str(old), str(new)])
    assert set(tracker.getJobIdsForGroup()) == before
    found = engine.stream(rows.order_by("b"), 100).read_all().to_pylist()
    assert found == [{"a": 1, "b": "x", "c": None}, {"a": None, "b": "y", "c": 2.5}]


def test_a_damaged_file_is_named(make_workspace, tmp_path: Path) -> None:
    engine = make_workspace(engine="spark").warehouse.engine
    file = tmp_path / "tables" / "orders" / "part-1.parquet"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no parquet at all, but long enough to have a footer")
    with pytest.raises(QuanyuError, match="orders"), explained():
        engine.scan("footer_of_damage", [str(file)])
