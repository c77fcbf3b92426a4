from __future__ import annotations

import datetime as dt

import pytest

from quanyu.errors import WorkspaceError
from quanyu.ledger import (
    Tally,
    begin_load,
    fail_interrupted_loads,
    fail_load,
    find_load,
    finish_load,
    list_loads,
)

ORDERS = {"file_name": "订单.csv", "file_hash": "9f2c", "layout": "taobao_orders"}
KEY = {"file_hash": "9f2c", "layout": "taobao_orders"}


def test_a_finished_load_is_found_by_content_and_layout(ledger, at):
    begun = begin_load(ledger, **ORDERS, at=at(0))
    assert begun.status == "running"
    assert find_load(ledger, **KEY) is None
    tally = Tally(3, 2, 1, {"orders": {"added": 2, "version": 0}})
    done = finish_load(ledger, begun.load_id, tally, at=at(1))
    assert find_load(ledger, **KEY) == done
    assert (done.status, done.n_taken, done.changes["orders"]["added"]) == ("done", 2, 2)
    assert (done.started_at, done.finished_at) == (at(0), at(1))
    assert done.started_at.tzinfo is dt.UTC
    assert find_load(ledger, file_hash="9f2c", layout="orders") is None


def test_a_failed_load_is_not_found_and_says_why(ledger, at):
    begun = begin_load(ledger, **ORDERS, at=at(0))
    failed = fail_load(ledger, begun.load_id, "UnreadableFileError: cut off", at=at(1))
    assert failed.error == "UnreadableFileError: cut off"
    assert find_load(ledger, **KEY) is None


def test_a_second_start_fails_the_load_that_never_ended(ledger, at):
    first = begin_load(ledger, **ORDERS, at=at(0))
    other = begin_load(ledger, **ORDERS | {"file_hash": "77aa"}, at=at(0))
    second = begin_load(ledger, **ORDERS, at=at(5))
    states = {load.load_id: (load.status, load.finished_at) for load in list_loads(ledger)}
    assert states == {
        first.load_id: ("failed", at(5)),
        other.load_id: ("running", None),
        second.load_id: ("running", None),
    }
    assert fail_interrupted_loads(ledger, at=at(6)) == 2
    assert "interrupted" in list_loads(ledger, limit=1)[0].error


def test_a_load_ends_once(ledger, at):
    begun = begin_load(ledger, **ORDERS, at=at(0))
    finish_load(ledger, begun.load_id, Tally(), at=at(1))
    with pytest.raises(WorkspaceError, match="is not running"):
        fail_load(ledger, begun.load_id, "late", at=at(2))
    assert find_load(ledger, **KEY) is not None


def test_names_that_are_not_valid_text_are_kept_escaped(ledger, at):
    name = "订单\udcb5\0.csv"
    begun = begin_load(ledger, **ORDERS | {"file_name": name}, at=at(0))
    assert begun.file_name == r"订单\udcb5\x00.csv"
    assert list_loads(ledger)[0] == begun


def test_several_records_share_the_callers_transaction(ledger, at):
    with pytest.raises(RuntimeError, match="killed"), ledger.begin() as connection:
        begun = begin_load(connection, **ORDERS, at=at(0))
        finish_load(connection, begun.load_id, Tally(), at=at(1))
        raise RuntimeError("killed")
    assert list_loads(ledger) == []
