"""Findings lead to the files they are in, and stand in the order in which to see to them."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from quanyu.collect.quality import Finding, worst_first
from quanyu.collect.quality.origin import files_of, missing_by_source
from quanyu.workspace import Workspace


def finding(table: str, column: str, check: str, n_bad: int, severity: str, *sources: str) -> Finding:
    examples = tuple({"source": source, "order_id": "1"} for source in sources)
    return Finding(table, column, check, 100, n_bad, n_bad / 100, 0.0, severity, examples)  # type: ignore[arg-type]


FILES = {
    ("orders", "jd"): ("jd-2.csv", "jd-1.csv"),
    ("orders", "own"): ("own.csv",),
    ("spend", "jd"): ("ads.csv",),
}


def test_a_finding_leads_to_the_files_of_the_sources_of_its_examples() -> None:
    assert files_of(finding("orders", "id_key", "completeness", 9, "warning", "jd"), FILES) == (
        "jd-2.csv",
        "jd-1.csv",
    )
    assert set(files_of(finding("orders", "paid_at", "freshness", 0, "warning"), FILES)) == {
        "jd-1.csv",
        "jd-2.csv",
        "own.csv",
    }
    assert files_of(finding("events", "name", "validity", 1, "warning", "jd"), FILES) == ()


def test_what_most_figures_need_comes_first() -> None:
    far = finding("orders", "paid_amount", "outliers", 60, "warning")
    nobody = finding("orders", "id_key", "completeness", 30, "warning")
    feedback = finding("feedback", "id_key", "completeness", 45, "warning")
    crossed = finding("items", "name", "completeness", 1, "stop")
    small = finding("orders", "order_id", "completeness", 90, "note")
    assert worst_first([small, far, feedback, nobody, crossed]) == [crossed, nobody, feedback, far, small]


def test_missing_values_are_counted_by_source(workspace: Workspace) -> None:
    keys = pa.array([None, None, "user:1", None], pa.string())
    at = [dt.datetime(2026, 7, 1, tzinfo=dt.UTC)] * 4
    rows = {
        "source": ["jd", "jd", "jd", "own"], "order_id": ["1", "2", "3", "4"], "id_key": keys,
        "ordered_at": at, "status": ["paid"] * 4,
    }  # fmt: skip
    workspace.warehouse.replace("orders", pa.table(rows), by="collect")
    nobody = finding("orders", "id_key", "completeness", 3, "warning")
    assert missing_by_source(workspace, nobody) == {"jd": 2, "own": 1}
    assert missing_by_source(workspace, finding("orders", "id_key", "outliers", 3, "warning")) == {}
