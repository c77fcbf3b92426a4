"""What others have left: believed where their notes are here and from this start of the machine, else nobody is written to again."""

from __future__ import annotations

import datetime as dt

import pytest
from filelock import FileLock
from tests.act.campaign.conftest import launched, received

from quanyu import ledger
from quanyu.act.campaign.sending import send_due
from quanyu.act.campaign.sending.journal import Journal, dead_workers, read_notes
from quanyu.act.campaign.sending.worker import folder_of

WHO = "elsewhere-1-abc"


def claimed(ws, campaign, n=5):
    """Let another worker hold some sends, with a lease that has run out."""
    before = ws.now() - dt.timedelta(minutes=10)
    ledger.claim_sends(ws.ledger, campaign.campaign_id, WHO, at=ws.now(), until=before, limit=n)


def unknown(ws, campaign):
    told = {
        (status, reason): n for _, status, reason, n in ledger.count_sends(ws.ledger, campaign.campaign_id)
    }
    return told.get(("failed", "outcome_unknown"), 0), told.get(("pending", ""), 0)


def journal_of(ws):
    folder_of(ws).mkdir(exist_ok=True)
    return Journal(folder_of(ws), WHO)


def test_what_a_worker_on_another_machine_held_is_not_sent_again(shop, sink):
    campaign = launched(shop)
    claimed(shop, campaign)
    send_due(shop)
    assert unknown(shop, campaign) == (5, 0)
    assert len(received(sink)) == len(set(received(sink)))


def test_what_was_held_but_not_begun_goes_out(shop, sink):
    campaign = launched(shop)
    claimed(shop, campaign)
    journal_of(shop).close()
    send_due(shop)
    assert unknown(shop, campaign) == (0, 0)


def test_notes_from_before_the_machine_was_started_anew_are_not_believed(shop, sink):
    campaign = launched(shop)
    claimed(shop, campaign)
    notes = journal_of(shop)
    notes.close()
    notes.file.write_text("m\tanother boot\n", encoding="utf-8")
    assert not read_notes(folder_of(shop), WHO).is_believed
    send_due(shop)
    assert unknown(shop, campaign) == (5, 0)


def test_a_lease_that_has_not_run_out_is_kept(shop, sink):
    campaign = launched(shop)
    later = shop.now() + dt.timedelta(minutes=5)
    ledger.claim_sends(shop.ledger, campaign.campaign_id, WHO, at=shop.now(), until=later, limit=5)
    send_due(shop)
    assert unknown(shop, campaign) == (0, 5)
    assert ledger.find_campaign(shop.ledger, campaign.campaign_id).status == "sending"


def test_a_message_that_the_provider_says_nothing_of_is_not_sent_again(shop, sink):
    campaign = launched(shop)
    taken, silent = sink.answer, iter([True])
    sink.answer = lambda message: None if next(silent, False) else taken(message)
    send_due(shop)
    send_due(shop)
    assert unknown(shop, campaign) == (1, 0)
    assert len(received(sink)) == len(set(received(sink)))


def test_the_lock_of_a_living_worker_keeps_it_from_being_taken_for_dead(tmp_path):
    with FileLock(tmp_path / "one.lock"):
        assert dead_workers(tmp_path) == []
    (tmp_path / "one.lock").touch()
    assert dead_workers(tmp_path) == ["one"]


@pytest.mark.parametrize("line", ["e\tc\t3\t[3]", "b\tc\t3"])
def test_notes_say_how_far_each_message_was(tmp_path, line):
    notes = Journal(tmp_path, WHO)
    notes.begun("c", 3)
    if line[0] == "e":
        notes.ended("c", 3, "[3]")
    notes.close()
    assert read_notes(tmp_path, WHO).states == {
        ("c", 3): ("ended", "[3]") if line[0] == "e" else ("begun", "")
    }
