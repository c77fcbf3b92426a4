from __future__ import annotations

import pytest

from quanyu.ledger import (
    Campaign,
    count_sends,
    count_states,
    decisions_stamp,
    find_campaign,
    freeze,
    list_campaigns,
    mark_exported,
    stream_sends,
)

STATES = ("pending", "pending", "held_out", "suppressed")


def rows(campaign, n, at):
    return [
        {
            "campaign_id": campaign, "step": "1", "person_id": f"p{i:07d}", "arm": "treated", "channel": "sms",
            "status": STATES[i % 4], "reason": "" if i % 4 < 2 else "why", "why": "", "changed_at": at,
        }
        for i in range(n)
    ]  # fmt: skip


def campaign(key, at):
    return Campaign(key, f"d-{key}", "Win back", "list", "sms", "frozen", {"control_share": 0.2}, at)


def test_an_audience_is_frozen_once_and_exported_in_one_statement(ledger, at):
    with ledger.begin() as connection:
        assert (
            freeze(connection, campaign("c", at(0)), [rows("c", 100, at(0)), rows("c", 130, at(0))[100:]])
            == 130
        )
    before = decisions_stamp(ledger)
    with ledger.begin() as connection:
        assert freeze(connection, campaign("c", at(0)), [rows("c", 500, at(0))]) == 0
    assert decisions_stamp(ledger) == before
    counted = {(status, reason): n for _, status, reason, n in count_sends(ledger, "c")}
    assert counted == {("pending", ""): 66, ("held_out", "why"): 32, ("suppressed", "why"): 32}
    with ledger.begin() as connection:
        assert mark_exported(connection, "c", step="1", at=at(9)) == 66
        assert mark_exported(connection, "c", step="1", at=at(10)) == 0
    counted = {status: n for _, status, _, n in count_sends(ledger, "c")}
    assert counted == {"delivered": 66, "held_out": 32, "suppressed": 32}
    assert decisions_stamp(ledger) != before
    assert [one.status for one in list_campaigns(ledger, decision_id="d-c")] == ["exported"]
    assert find_campaign(ledger, "nobody") is None


def test_a_freeze_that_fails_leaves_nothing(ledger, at):
    def broken():
        yield rows("c", 10, at(0))
        raise RuntimeError("the disk is gone")

    with pytest.raises(RuntimeError), ledger.begin() as connection:
        freeze(connection, campaign("c", at(0)), broken())
    assert find_campaign(ledger, "c") is None
    assert list(stream_sends(ledger)) == []


def test_sends_come_back_in_batches_by_campaign_and_status(ledger, at):
    with ledger.begin() as connection:
        freeze(connection, campaign("c", at(0)), [rows("c", 120, at(0))])
        freeze(connection, campaign("d", at(0)), [rows("d", 40, at(0))])
    (found,) = stream_sends(ledger, campaign_id="c", status="pending")
    assert len(found["person_id"]) == 60
    assert (found["person_id"][0], found["campaign_id"][0]) == ("p0000000", "c")
    assert sum(len(batch["step"]) for batch in stream_sends(ledger)) == 160
    assert count_states(ledger)["d"] == {"pending": 20, "held_out": 10, "suppressed": 10}
