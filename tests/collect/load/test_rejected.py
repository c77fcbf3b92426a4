from __future__ import annotations

import datetime as dt

import pyarrow as pa

from quanyu.collect.load.rejected import masked, rejected
from quanyu.workspace import Workspace


def test_rows_refused_for_one_rule_are_one_line(workspace: Workspace) -> None:
    reasons = [f"n_items is -{n}, at least 0 is allowed" for n in range(1, 8)] + ["order_id is missing"]
    n = len(reasons)
    rows = {
        "source": ["taobao"] * n,
        "file": [f"f{k % 2}.csv" for k in range(n)],
        "line": list(range(1, n + 1)),
        "reason": reasons,
        "content": ["王,13812345678,li@example.com"] * n,
        "rejected_at": [dt.datetime(2026, 7, 1, tzinfo=dt.UTC)] * n,
    }
    workspace.warehouse.replace("rejects", pa.table(rows), by="collect")
    first, second = rejected(workspace, samples=3)
    assert (first.reason, first.n_rows, first.n_files) == ("n_items is …, at least 0 is allowed", 7, 2)
    assert [(line.file, line.line) for line in first.samples] == [("f0.csv", 1), ("f0.csv", 3), ("f0.csv", 5)]
    assert first.samples[0].content == "王,138****5678,l****@example.com"
    assert (second.reason, second.n_rows) == ("order_id is missing", 1)


def test_numbers_that_are_no_phones_stay() -> None:
    assert masked("order 4100000000001832330, +8613812345678") == "order 4100000000001832330, +86138****5678"


def test_every_refused_row_of_a_reason_can_be_listed(workspace: Workspace) -> None:
    n = 250
    rows = {
        "source": ["jd"] * n,
        "file": [f"f{k % 3}.csv" for k in range(n)],
        "line": list(range(n)),
        "reason": [
            f"n_items is -{k}, at least 0 is allowed" if k % 2 else "order_id is missing" for k in range(n)
        ],
        "content": [f"row {k},13812345678" for k in range(n)],
        "rejected_at": [dt.datetime(2026, 7, 1, tzinfo=dt.UTC)] * n,
    }
    workspace.warehouse.replace("rejects", pa.table(rows), by="collect")
    listed = [line for refusal in rejected(workspace) for line in refusal.lines(workspace)]
    assert len(listed) == n == len({line.line for line in listed})
    assert all("138****5678" in line.content for line in listed)
