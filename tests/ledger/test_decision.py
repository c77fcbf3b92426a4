from __future__ import annotations

import datetime as dt

import pytest

from quanyu.errors import DecisionError
from quanyu.ledger import (
    OWN,
    Proposal,
    decide,
    find_decision,
    list_decisions,
    list_edits,
    mark_blocked,
    mark_done,
    mark_measured,
    propose,
    withdraw,
)

DAY = dt.date(2026, 11, 11)


def proposal(key, kind="budget"):
    return Proposal(key, kind, DAY, {"total": 100}, {"gain": [1, 2, 3]})


def test_a_proposal_is_recorded_once_and_supersedes_what_nobody_decided(ledger, at):
    assert propose(ledger, proposal("a"), at=at(0))
    assert not propose(ledger, proposal("a"), at=at(1))
    assert propose(ledger, proposal("x", "audience"), at=at(2))
    assert propose(ledger, proposal("b"), at=at(3))
    states = {one.decision_id: one.status for one in list_decisions(ledger)}
    assert states == {"a": "superseded", "b": "proposed", "x": "proposed"}
    assert [one.decision_id for one in list_decisions(ledger, kind="budget")] == ["b", "a"]
    assert find_decision(ledger, "b").expected == {"gain": [1, 2, 3]}


def test_what_a_person_proposes_and_what_turns_propose_wait_beside_each_other(ledger, at):
    mine = Proposal("mine", "budget", DAY, {"total": 90, OWN: True})
    propose(ledger, proposal("a"), at=at(0))
    propose(ledger, mine, at=at(1))
    propose(ledger, proposal("b"), at=at(2))
    states = {decision.decision_id: decision.status for decision in list_decisions(ledger)}
    assert states == {"a": "superseded", "b": "proposed", "mine": "proposed"}
    assert withdraw(ledger, "budget") == 1
    assert find_decision(ledger, "mine").status == "proposed" and find_decision(ledger, "mine").is_own


def test_a_decision_is_taken_once_and_leaves_an_audit_line(ledger, at):
    propose(ledger, proposal("a"), at=at(0))
    taken = decide(ledger, "a", "approved", who="wang", at=at(5), note="go")
    assert (taken.status, taken.decided_by, taken.note, taken.decided_at) == ("approved", "wang", "go", at(5))
    with pytest.raises(DecisionError, match="approved already"):
        decide(ledger, "a", "approved", who="li", at=at(6))
    with pytest.raises(DecisionError, match="no decision 'z'"):
        decide(ledger, "z", "declined", who="li", at=at(6))
    (edit,) = list_edits(ledger, record="decisions")
    assert (edit.who, edit.before, edit.after) == (
        "wang",
        {"status": "proposed"},
        {"status": "approved", "note": "go"},
    )


def test_an_approval_can_be_taken_back_until_it_is_done(ledger, at):
    for name in ("a", "b"):
        propose(ledger, proposal(name), at=at(0))
        decide(ledger, name, "approved", who="wang", at=at(1))
    mark_blocked(ledger, "a", "its trait is gone")
    assert find_decision(ledger, "a").measured == {"reason": "its trait is gone"}
    assert decide(ledger, "a", "declined", who="li", at=at(2)).status == "declined"
    with pytest.raises(DecisionError, match="declined already"), ledger.begin() as connection:
        mark_done(connection, "a", at=at(3))
    with ledger.begin() as connection:
        mark_done(connection, "b", at=at(3))
    with pytest.raises(DecisionError, match="done already"):
        decide(ledger, "b", "declined", who="li", at=at(4))
    mark_blocked(ledger, "b", "too late")
    assert find_decision(ledger, "b").measured == {}


def test_an_approved_proposal_is_not_superseded(ledger, at):
    propose(ledger, proposal("a"), at=at(0))
    decide(ledger, "a", "approved", who="wang", at=at(1))
    propose(ledger, proposal("b"), at=at(2))
    assert find_decision(ledger, "a").status == "approved"


def test_a_measurement_replaces_the_one_before(ledger, at):
    propose(ledger, proposal("a"), at=at(0))
    decide(ledger, "a", "approved", who="wang", at=at(1))
    with ledger.begin() as connection:
        assert mark_done(connection, "a", at=at(2)).status == "done"
    assert mark_measured(ledger, "a", {"gain": 2.5}, at=at(3))
    assert not mark_measured(ledger, "a", {"gain": 2.5}, at=at(4))
    assert mark_measured(ledger, "a", {"gain": 2.75}, at=at(5))
    found = find_decision(ledger, "a")
    assert (found.status, found.measured, found.measured_at) == ("measured", {"gain": 2.75}, at(5))


def test_pages_go_on_where_the_last_one_ended_whatever_is_proposed_meanwhile(ledger, at):
    own = [Proposal(key, "budget", DAY, {OWN: True}) for key in "dbace"]
    for n, mine in enumerate(own):
        propose(ledger, mine, at=at(n // 2))
    propose(ledger, proposal("old"), at=at(3))
    propose(ledger, proposal("new"), at=at(4))
    everything = [one.decision_id for one in list_decisions(ledger, is_current=True)]
    assert everything == ["new", "e", "a", "c", "b", "d"], "the newest first, ties by their id"
    pages, after = [], ""
    while page := list_decisions(ledger, is_current=True, after=after, limit=3):
        pages += [one.decision_id for one in page]
        after = pages[-1]
        propose(ledger, Proposal(f"later than {after}", "budget", DAY, {OWN: True}), at=at(9))
    assert pages == everything
    with pytest.raises(DecisionError, match="no decision 'nobody'"):
        list_decisions(ledger, after="nobody")
