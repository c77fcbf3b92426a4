from __future__ import annotations

import pytest

from quanyu.errors import WorkspaceError
from quanyu.ledger import (
    StepPlan,
    begin_step,
    fail_interrupted_steps,
    fail_step,
    finish_step,
    last_good,
    list_runs,
)

RFM = StepPlan("rfm", "aa11", inputs={"orders": 4}, turn="t-1")


def test_the_last_good_run_tells_what_can_be_skipped(ledger, at):
    assert last_good(ledger, "rfm") is None
    first = begin_step(ledger, RFM, at=at(0))
    good = finish_step(ledger, first.run_id, {"rfm": 0}, {"n_people": 4338}, at=at(1))
    second = begin_step(ledger, StepPlan("rfm", "bb22", turn="t-2"), at=at(2))
    fail_step(ledger, second.run_id, "MethodError: empty", at=at(3))
    found = last_good(ledger, "rfm")
    assert found == good
    assert (found.fingerprint, found.inputs, found.outputs) == ("aa11", {"orders": 4}, {"rfm": 0})
    assert found.summary == {"n_people": 4338}
    assert found.finished_at == at(1)


def test_runs_are_listed_by_step_and_turn_newest_first(ledger, at):
    for number, (step, turn) in enumerate([("identity", "t-1"), ("rfm", "t-1"), ("rfm", "t-2")]):
        run = begin_step(ledger, StepPlan(step, "f", turn=turn), at=at(number))
        finish_step(ledger, run.run_id, {}, at=at(number))
    assert [run.turn for run in list_runs(ledger, step="rfm")] == ["t-2", "t-1"]
    assert [run.step for run in list_runs(ledger, turn="t-1")] == ["rfm", "identity"]
    assert len(list_runs(ledger, limit=2)) == 2


def test_a_step_that_never_ended_is_failed_by_the_next_start(ledger, at):
    begin_step(ledger, RFM, at=at(0))
    begin_step(ledger, StepPlan("identity", "x"), at=at(0))
    begin_step(ledger, RFM, at=at(9))
    assert [(run.step, run.status) for run in list_runs(ledger)] == [
        ("rfm", "running"),
        ("identity", "running"),
        ("rfm", "failed"),
    ]
    assert fail_interrupted_steps(ledger, at=at(10)) == 2
    with pytest.raises(WorkspaceError, match="is not running"):
        finish_step(ledger, list_runs(ledger)[0].run_id, {}, at=at(11))
