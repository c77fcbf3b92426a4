"""Gates: each stops whom it should, in the declared order; service messages pass those that are about advertising."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.act.conftest import fill_shop, person, put

from quanyu.act.gate import REASONS, Ask, gated
from quanyu.ledger import Campaign, Suppression, add_suppressions, freeze
from quanyu.workspace import pseudonym


def reason_of(ws, who, **ask):
    rows = ws.warehouse.table("people").filter(lambda people: people.person_id == who).select("person_id")
    (row,) = ws.warehouse.read(
        gated(ws, rows, Ask(**{"channels": ("sms",), "at": ws.now()} | ask))
    ).to_pylist()
    return row["reason"]


@pytest.fixture
def ws(embedded):
    """Everybody agreed to SMS; nobody is held out."""
    return fill_shop(embedded, 40)


GOOD = person(8)


def complaint(ws, days, **changes):
    at = ws.now() - dt.timedelta(days=days)
    put(ws, "feedback", [
        {"feedback_id": "1", "source": "test", "kind": "ticket", "id_key": "member:8", "said_at": at} | changes
    ])  # fmt: skip


def test_a_complaint_stops_marketing_for_a_while_and_a_good_review_does_not(ws):
    for days, changes, reason in (
        (3, {}, "open_complaint"),
        (31, {}, None),
        (3, {"kind": "review", "score": 1.0}, "open_complaint"),
        (3, {"kind": "review", "score": 5.0}, None),
        (3, {"kind": "social"}, None),
    ):
        complaint(ws, days, **changes)
        assert reason_of(ws, GOOD) == reason, (days, changes)
        assert reason_of(ws, GOOD, is_marketing=False) is None


def messages(ws, *days_ago, campaign="other"):
    put(ws, "deliveries", [
        {"send_id": f"{campaign}:{n}", "campaign_id": campaign, "step": "1", "arm": "treated", "person_id": GOOD,
         "channel": "mail", "status": "delivered", "sent_at": ws.now() - dt.timedelta(days=days)}
        for n, days in enumerate(days_ago)
    ])  # fmt: skip


def test_caps_count_every_channel_by_days_of_the_shop(ws):
    messages(ws, 0.01)
    assert reason_of(ws, GOOD) == "frequency_cap"
    messages(ws, 1, 2)
    assert reason_of(ws, GOOD) is None
    messages(ws, 1, 2, 3)
    assert reason_of(ws, GOOD) == "frequency_cap"
    messages(ws, 1, 2, 7)
    assert reason_of(ws, GOOD) is None, "eight days ago, today included"
    assert reason_of(ws, GOOD, is_marketing=False) is None


def test_no_cap_is_no_cap(make_workspace):
    ws = fill_shop(make_workspace(gates={"caps": []}), 40)
    messages(ws, 0.01, 0.02, 0.03, 1, 2, 3)
    assert reason_of(ws, GOOD) is None
    with pytest.raises(Exception, match="at least 1 message"):
        make_workspace(gates={"caps": [[0, 1]]})


def test_rest_is_asked_after_the_caps(ws):
    messages(ws, 5)
    assert reason_of(ws, GOOD) is None
    assert reason_of(ws, GOOD, rest_days=14) == "contacted_recently"


@pytest.mark.parametrize(
    ("reason", "service"),
    [("opted_out", None), ("complained", None), ("bounced", "suppressed"), ("manual", "suppressed")],
)
def test_a_suppressed_contact_gets_nothing_and_a_no_to_marketing_still_gets_its_orders(ws, reason, service):
    (row,) = ws.warehouse.read(ws.warehouse.table("people").filter(lambda t: t.person_id == GOOD)).to_pylist()
    key = f"phone:{pseudonym(ws.secret, 'phone', row['phone'])}"
    put(ws, "identities", [
        {"id_key": key, "kind": "phone", "person_id": GOOD}, {"id_key": "member:8", "kind": "member", "person_id": GOOD}
    ])  # fmt: skip
    add_suppressions(ws.ledger, [Suppression(key, "sms", reason, ws.now())])
    assert reason_of(ws, GOOD) == "suppressed"
    assert reason_of(ws, GOOD, is_marketing=False) == service


def test_every_gate_has_words(ws):
    assert all(REASONS.values())


def test_a_service_message_counts_for_nothing(ws):
    made = Campaign("order", "order", "Order", "message", "sms", status="done", design={"brief": {"is_service": True}},
                    frozen_at=ws.now())  # fmt: skip
    with ws.ledger.begin() as connection:
        freeze(connection, made, [])
    messages(ws, 0.01, 0.02, campaign="order")
    assert reason_of(ws, GOOD, rest_days=14) is None
    messages(ws, 0.01, campaign="other")
    assert reason_of(ws, GOOD) == "frequency_cap"
