"""A table can be read from a version on and rewritten in partitions, on both engines."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quanyu.warehouse.engine.duckdb import STEADY, DuckDB
from quanyu.warehouse.partition_months import Partition, halves, partition_months, touched
from quanyu.warehouse.portable import local_time
from quanyu.workspace import Workspace


def days(*on: dt.date) -> pa.Table:
    n = len(on)
    return pa.table({"session_id": [str(day) for day in on], "visited_on": list(on), "n_events": [1] * n})


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(f"2026-{text}")


def test_what_was_added_since_a_version(workspace: Workspace) -> None:
    warehouse = workspace.warehouse
    assert warehouse.added("visit_days", -1) is None
    first = warehouse.append("visit_days", days(day("01-05")), by="understand").version
    second = warehouse.append("visit_days", days(day("02-05")), by="understand").version
    new = warehouse.added("visit_days", first)
    assert new is not None
    assert warehouse.read(new)["visited_on"].to_pylist() == [day("02-05")]
    nothing = warehouse.added("visit_days", second)
    assert nothing is not None and warehouse.read(nothing).num_rows == 0
    assert warehouse.added("visit_days", 99) is None
    warehouse.delete("visit_days", lambda t: t.visited_on == day("01-05"), by="understand")
    assert warehouse.added("visit_days", second) is None, "rows of that version are gone"


def test_what_went_and_came_since_a_version(workspace: Workspace) -> None:
    warehouse = workspace.warehouse
    warehouse.append("visit_days", days(day("01-05"), day("01-06")), by="understand")
    since = warehouse.append("visit_days", days(day("02-05")), by="understand").version
    (january, _) = warehouse.partitions("visit_days", "visited_on")
    rows = {january: warehouse.scan(january.files).filter(lambda t: t.visited_on == day("01-06"))}
    warehouse.rewrite("visit_days", rows, by="understand")
    moved = warehouse.moved("visit_days", since)
    assert moved is not None
    gone, come = (sorted(warehouse.read(one)["visited_on"].to_pylist()) for one in moved)
    assert (gone, come) == ([day("01-05"), day("01-06")], [day("01-06")]), "February stays and is not read"
    assert warehouse.moved("visit_days", -1) is None and warehouse.moved("visit_days", 99) is None
    warehouse.vacuum("visit_days")
    assert warehouse.moved("visit_days", since) is None, "what that version held cannot be read any more"


def test_a_part_is_rewritten_and_the_others_stay(workspace: Workspace) -> None:
    warehouse = workspace.warehouse
    for month in ("01", "02", "03"):
        about = {"made_of": {"month": month}}
        rows = warehouse.table("visit_days")
        warehouse.append("visit_days", days(day(f"{month}-05"), day(f"{month}-20")), by="understand")
        assert warehouse.read(rows).num_rows < warehouse.count("visit_days"), "pinned"
    known = warehouse.partitions("visit_days", "visited_on")
    assert [(partition.low, partition.high) for partition in known] == [
        (day("01-01"), day("01-31")), (day("02-01"), day("02-28")), (day("03-01"), day("03-31")),
    ]  # fmt: skip
    february = known[1]
    kept = warehouse.partition("visit_days", february)
    kept = kept.filter(kept.visited_on == day("02-20"))
    warehouse.rewrite("visit_days", {february: kept}, by="understand", about=about)
    assert warehouse.about("visit_days")["made_of"] == {"month": "03"}
    assert warehouse.about("visit_days")["stage"] == "understand"
    left = warehouse.read(warehouse.table("visit_days"))["visited_on"].to_pylist()
    assert sorted(left) == [day("01-05"), day("01-20"), day("02-20"), day("03-05"), day("03-20")]
    after = warehouse.partitions("visit_days", "visited_on")
    assert (after[0], after[2]) == (known[0], known[2])
    warehouse.rewrite("visit_days", {}, by="understand", is_whole=True)
    assert warehouse.count("visit_days") == 0


def test_days_find_their_parts() -> None:
    january, march = (
        Partition(day("01-01"), day("01-31"), ("a",)),
        Partition(day("03-01"), day("03-31"), ("b",)),
    )
    found = touched([january, march], [day("03-05"), day("02-02"), day("04-09"), day("05-01")])
    assert found == [march, Partition(day("02-01"), day("02-28")), Partition(day("04-01"), day("05-31"))]
    assert halves(day("01-09"), day("03-02")) == [
        Partition(day("01-01"), day("02-28")),
        Partition(day("03-01"), day("03-31")),
    ]
    assert halves(day("03-01"), day("03-02")) == [Partition(day("03-01"), day("03-31"))]


def test_files_that_share_a_month_or_say_nothing_are_one_part(tmp_path: Path) -> None:
    for name, on in {"a": ("01-05", "02-01"), "b": ("02-28", "04-01"), "c": ("06-01", "06-02")}.items():
        pq.write_table(days(*map(day, on)), tmp_path / name)
    files = [str(tmp_path / name) for name in "cab"]
    assert [(partition.low, partition.high, len(partition.files)) for partition in partition_months(files, "visited_on")] == [
        (day("01-01"), day("04-30"), 2), (day("06-01"), day("06-30"), 1),
    ]  # fmt: skip
    pq.write_table(days(day("01-05")), tmp_path / "d", write_statistics=False)
    pq.write_table(days(day("01-05")).slice(0, 0), tmp_path / "e")
    whole = partition_months([*files, str(tmp_path / "d"), str(tmp_path / "e")], "visited_on")
    assert [len(partition.files) for partition in whole] == [4]


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Asia/Kolkata", "Europe/London", "America/Phoenix", "UTC"])
def test_local_time_is_the_calendar_s_in_steady_zones_too(tmp_path: Path, zone: str) -> None:
    engine = DuckDB(tmp_path, zone=zone)
    moments = [
        dt.datetime(1985, 1, 1, tzinfo=dt.UTC) + dt.timedelta(days=37 * i, hours=i, microseconds=i)
        for i in range(800)
    ]
    moments += [edge + dt.timedelta(microseconds=i) for edge in STEADY for i in (-1, 0, 1)]
    file = tmp_path / "moments.parquet"
    pq.write_table(pa.table({"at": pa.array([*moments, None], pa.timestamp("us", "UTC"))}), file)
    rows = engine.scan("moments", [str(file)])
    found = engine.stream(rows.select("at", local=local_time(rows["at"], zone)), 1000).read_all().to_pylist()
    assert len(found) == len(moments) + 1
    for row in found:
        wanted = row["at"] and row["at"].astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        assert row["local"] == wanted
    engine.close()
