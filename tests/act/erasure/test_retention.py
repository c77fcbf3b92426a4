"""Rows older than they may be kept go from the table and its earlier versions; proofs stay for three years."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.act.conftest import put

import quanyu
from quanyu.act.erasure import EXPIRE
from quanyu.errors import SettingError
from quanyu.part.action import Caller, perform

CALLER = Caller("li")


def test_what_is_older_goes_by_the_days_of_the_shop(make_workspace) -> None:
    ws = make_workspace(retention={"days": {"events": 30, "spend": 30, "touches": 9}})
    begins = dt.datetime(2026, 10, 20, 16, tzinfo=dt.UTC)  # midnight in Shanghai, thirty days ago
    moments = [begins - dt.timedelta(microseconds=1), begins, ws.now()]
    put(ws, "events", [
        {"event_id": str(n), "source": "t", "name": "page_view", "occurred_at": at, "properties": f"mark-{n}"}
        for n, at in enumerate(moments)
    ])  # fmt: skip
    put(ws, "spend", [
        {"source": "t", "spent_on": day, "platform": "x", "channel": "x", "cost_amount": 1}
        for day in (dt.date(2026, 10, 20), dt.date(2026, 10, 21))
    ])  # fmt: skip
    told = perform(ws, EXPIRE, {}, CALLER)
    assert (dict(told.tables), told.is_done) == ({"events": 1, "spend": 1}, False)
    assert ws.warehouse.count("events") == 3
    told = perform(ws, EXPIRE, {"is_meant": True}, CALLER)
    assert (dict(told.tables), told.is_done) == ({"events": 1, "spend": 1}, True)
    left = ws.warehouse.read(ws.warehouse.table("events").order_by("event_id")).to_pylist()
    assert [row["event_id"] for row in left] == ["1", "2"]
    assert len(list((ws.root / "tables/events").glob("*.parquet"))) == 1
    assert dict(perform(ws, EXPIRE, {"is_meant": True}, CALLER).tables) == {"events": 0, "spend": 0}


@pytest.mark.parametrize(
    ("days", "said"), [({"people": 9}, "people"), ({"messages": 365}, "1096"), ({"events": 0}, "events")]
)
def test_what_cannot_be_meant_is_refused(make_workspace, days, said) -> None:
    with pytest.raises(SettingError, match=said):
        quanyu.open(make_workspace(retention={"days": days}).root)
