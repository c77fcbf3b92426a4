"""Workers: everybody who waits gets one message, whatever the provider says, and all is accounted for."""

from __future__ import annotations

import datetime as dt
from collections import Counter

import pytest
from tests.act.campaign.conftest import LI, WANG, brief, launched, put, received, taken
from tests.act.conftest import fill_shop

from quanyu import ledger
from quanyu.act import execute
from quanyu.act.account import STATUSES
from quanyu.act.campaign.campaign import (
    Approval,
    Chosen,
    Draft,
    add_campaign,
    approve_campaign,
    check_campaign,
    launch_campaign,
    pause_campaign,
    resume_campaign,
    show_campaign,
    stop_campaign,
)
from quanyu.act.campaign.sending import send_due
from quanyu.act.campaign.sending.stop import loss
from quanyu.act.channel import Outcome
from quanyu.act.response import Response
from quanyu.act.track import record_responses
from quanyu.errors import CampaignError
from quanyu.text import told


def statuses(ws, campaign):
    course = show_campaign(ws, Chosen(campaign.campaign_id), LI)
    return {status: n for status, n in course.account.by_status.items() if n}


def reasons(ws, campaign):
    return Counter(
        {(status, reason): n for _, status, reason, n in ledger.count_sends(ws.ledger, campaign.campaign_id)}
    )


def test_everybody_who_waits_gets_one_message_and_the_rest_a_reason(shop, sink):
    campaign = launched(shop)
    before = statuses(shop, campaign)
    assert send_due(shop) == before["pending"] > 100
    after = statuses(shop, campaign)
    assert after == {**{k: v for k, v in before.items() if k != "pending"}, "delivered": before["pending"]}
    assert sum(after.values()) == 380
    keys = received(sink)
    assert len(keys) == len(set(keys)) == after["delivered"]
    assert "Dear 王" in sink.file.read_text("utf-8")
    assert ledger.find_campaign(shop.ledger, campaign.campaign_id).status == "done"
    assert send_due(shop) == 0
    assert received(sink) == keys


def test_what_failed_for_a_time_goes_again_and_in_the_end_it_is_said(shop, sink):
    campaign = launched(shop)
    n = statuses(shop, campaign)["pending"]
    tries: Counter[str] = Counter()

    def answer(message):
        tries[message.key] += 1
        place = int(message.key.split(":")[1])
        if place % 3 == 0 and tries[message.key] == 1:
            return Outcome(message.key, "retry", "greylisted")
        if place % 3 == 1:
            return Outcome(message.key, "retry", "timeout")
        return taken(message)

    sink.answer = answer
    clock = [shop.now()]
    ws = type(shop)(shop.root, shop.settings, lambda: clock[0])
    for _ in range(8):
        send_due(ws)
        clock[0] += dt.timedelta(hours=24)
    told = reasons(ws, campaign)
    assert told["delivered", ""] + told["failed", "unreachable"] == n
    assert {tries[key] for key in tries} == {1, 2, 6}
    assert len(received(sink)) == len(set(received(sink))) == told["delivered", ""]
    ws.close()


def test_no_for_good_tries_the_next_channel_and_then_fails_with_the_providers_word(shop, sink):
    gone = {f"u{n}@example.com" for n in (40, 48, 49, 60, 68, 69)}
    sink.answer = lambda message: (
        Outcome(message.key, "permanent", "mailbox_unknown") if message.contact in gone else taken(message)
    )
    agree_to_mail(shop)
    content = {"mail": {"subject": "Hello", "text": "mail"}, "sms": {"text": "sms"}}
    campaign = launched(shop, channels=["mail", "sms"], content=content)
    n = statuses(shop, campaign)["pending"]
    send_due(shop)
    told = reasons(shop, campaign)
    assert told["delivered", ""] + told["failed", "mailbox_unknown"] == n
    by_sms = sum(line.endswith("\tsms") for line in sink.file.read_text("utf-8").splitlines())
    n_back = ledger.count_responses(shop.ledger, campaign.campaign_id)["bounced"]
    assert by_sms + told["failed", "mailbox_unknown"] == n_back > by_sms > 0, (
        "members 40 and 60 have no phone"
    )


def agree_to_mail(ws):
    import ibis

    said = ws.warehouse.table("consents")
    more = said.filter(said.is_granted).mutate(channel=ibis.literal("mail"))
    ws.warehouse.replace("consents", said.union(more.select(said.columns)), by="collect")


def test_a_channel_that_needs_mending_pauses_the_campaign_and_burns_nobody(shop, sink):
    campaign = launched(shop)
    n = statuses(shop, campaign)["pending"]
    sink.answer = lambda message: Outcome(message.key, "configuration", "password", "535 wrong password")
    send_due(shop)
    stopped = ledger.find_campaign(shop.ledger, campaign.campaign_id)
    assert (stopped.status, stopped.note) == ("paused", "535 wrong password")
    assert statuses(shop, campaign)["pending"] == n
    sink.answer = taken
    assert send_due(shop) == 0, "it stays paused"
    resume_campaign(shop, Chosen(campaign.campaign_id), WANG)
    send_due(shop)
    assert len(received(sink)) == n


def test_pausing_in_the_middle_and_going_on_writes_to_nobody_twice(shop, sink):
    campaign = launched(shop)
    n = statuses(shop, campaign)["pending"]

    def pausing(message):
        if len(received(sink)) == 20:
            pause_campaign(shop, Chosen(campaign.campaign_id), LI)
        return taken(message)

    sink.answer = pausing
    from quanyu.act.campaign.sending import line

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(line, "FLUSH", 10)
        send_due(shop)
    assert 20 < len(received(sink)) < n
    assert statuses(shop, campaign)["pending"] == n - len(received(sink))
    sink.answer = taken
    resume_campaign(shop, Chosen(campaign.campaign_id), WANG)
    send_due(shop)
    assert len(received(sink)) == len(set(received(sink))) == n


def test_stopping_lets_everybody_go_who_waits(shop, sink):
    campaign = launched(shop)
    n = statuses(shop, campaign)["pending"]
    stop_campaign(shop, Chosen(campaign.campaign_id, "sold out"), LI)
    assert reasons(shop, campaign)["suppressed", "stopped"] == n
    assert send_due(shop) == 0
    assert received(sink) == []
    with pytest.raises(CampaignError, match="is stopped"):
        resume_campaign(shop, Chosen(campaign.campaign_id), LI)


def test_who_opts_out_after_the_launch_gets_nothing(shop, sink):
    campaign = launched(shop)
    rows = shop.warehouse.read(shop.warehouse.table("messages").order_by("place")).to_pylist()
    from quanyu.ledger import Suppression, add_suppressions
    from quanyu.workspace import pseudonym

    first = rows[:7]
    add_suppressions(shop.ledger, [
        Suppression(f"phone:{pseudonym(shop.secret, 'phone', row['contact'])}", "sms", "opted_out", shop.now()) for row in first
    ])  # fmt: skip
    send_due(shop)
    assert reasons(shop, campaign)["suppressed", "withdrawn"] == 7
    assert not {f"{campaign.campaign_id}:{row['place']}" for row in first} & set(received(sink))


def test_outside_the_open_hours_nothing_leaves_and_in_the_morning_all(make_workspace, sink):
    night = dt.datetime(2026, 11, 20, 14, tzinfo=dt.UTC)  # 22:00 in Shanghai
    ws = fill_shop(make_workspace(now=night), 200)
    campaign = launched(ws)
    n = statuses(ws, campaign)["pending"]
    assert reasons(ws, campaign)["pending", "quiet_hours"] == n
    assert send_due(ws) == 0
    morning = type(ws)(ws.root, ws.settings, lambda: dt.datetime(2026, 11, 21, 1, tzinfo=dt.UTC))
    assert send_due(morning) == n
    morning.close()


def test_a_worker_that_is_late_puts_messages_off_to_the_next_morning(make_workspace, sink):
    noon = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
    ws = fill_shop(make_workspace(now=noon), 200)
    campaign = launched(ws)
    n = statuses(ws, campaign)["pending"]
    late = type(ws)(ws.root, ws.settings, lambda: noon + dt.timedelta(hours=10))
    send_due(late)
    assert received(sink) == []
    assert reasons(late, campaign)["pending", "quiet_hours"] == n
    late.close()


def test_an_order_confirmed_keeps_no_hours_and_needs_no_consent(make_workspace, sink):
    night = dt.datetime(2026, 11, 20, 14, tzinfo=dt.UTC)
    ws = fill_shop(make_workspace(now=night), 200)
    campaign = launched(ws, is_service=True)
    told = statuses(ws, campaign)
    assert told["pending"] == send_due(ws)
    assert set(told) == {"pending", "suppressed"}
    assert {reason for _, reason in reasons(ws, campaign)} <= {"", "no_contact", "shared_contact"}


def test_an_audience_that_is_another_at_launch_is_not_written_to(shop, sink):
    decision = add_campaign(shop, Draft(fields=brief()), LI)
    with pytest.raises(CampaignError, match=r"would reach \d+ people, not 7"):
        approve_campaign(shop, Approval(decision.decision_id, 7), WANG)

    n = check_campaign(shop, decision).n_people
    approve_campaign(shop, Approval(decision.decision_id, n), WANG)
    people = shop.warehouse.table("people")
    shop.warehouse.replace("people", people.filter(people.person_id < "p000300"), by="collect")
    with pytest.raises(CampaignError, match="were acknowledged"):
        launch_campaign(shop, Chosen(decision.decision_id), WANG)
    assert ledger.find_campaign(shop.ledger, decision.decision_id) is None


def test_a_budget_lets_as_many_go_as_it_pays_for_and_keeps_the_arms_alike(shop, sink):
    campaign = launched(shop, budget_amount=5.0, contact_cost_amount={"sms": 0.05})
    told = reasons(shop, campaign)
    assert told["pending", ""] <= 100 < told["pending", ""] + 2
    assert told["suppressed", "over_budget"] > 0
    assert 15 < told["held_out", "control"] < 60


def test_accounting_is_the_sum_of_statuses(shop, sink):
    campaign = launched(shop)
    course = show_campaign(shop, Chosen(campaign.campaign_id), LI)
    assert set(course.account.by_status) == set(STATUSES)
    assert course.account.n_audience == sum(course.account.by_status.values()) == 380


def test_a_campaign_that_comes_back_stops_by_itself(shop, sink):
    campaign = launched(shop)
    sink.answer = lambda message: Outcome(message.key, "permanent", "mailbox_unknown", "550 no such user")
    send_due(shop)
    stopped = ledger.find_campaign(shop.ledger, campaign.campaign_id)
    assert (stopped.status, "came back" in stopped.note) == ("paused", True)
    told = reasons(shop, campaign)
    assert told["failed", "mailbox_unknown"] > 100
    assert ledger.count_responses(shop.ledger, campaign.campaign_id) == {
        "bounced": told["failed", "mailbox_unknown"]
    }


def test_few_that_come_back_stop_nothing_and_are_counted_once(shop, sink):
    """A refusal is a failed send and a bounce: counted twice, this share would have stopped it."""
    campaign = launched(shop)
    n = statuses(shop, campaign)["pending"]
    refused = iter(range(n))
    sink.answer = lambda message: (
        Outcome(message.key, "permanent", "number_invalid") if next(refused) % 13 == 0 else taken(message)
    )
    send_due(shop)
    told = reasons(shop, campaign)
    assert 0.06 < told["failed", "number_invalid"] / n < 0.09
    assert ledger.find_campaign(shop.ledger, campaign.campaign_id).status == "done"


def unsubscribe(ws, campaign, share):
    sends = next(ledger.stream_sends(ws.ledger, campaign_id=campaign.campaign_id, status="delivered"))
    people = sends["person_id"][: round(share * len(sends["person_id"]))]
    keys = [f"{campaign.campaign_id}:1:{person}" for person in people]
    record_responses(ws, "sms", [Response("unsubscribed", key) for key in keys])


@pytest.mark.parametrize(("share", "status"), [(0.03, "sending"), (0.2, "paused")])
def test_a_campaign_that_people_leave_for_stops_before_another_message(shop, sink, share, status):
    campaign = launched(shop)
    sink.answer = lambda message: (
        taken(message)
        if len(received(sink)) < 100
        else Outcome(message.key, "later", "quota", after_seconds=3600)
    )
    send_due(shop)
    unsubscribe(shop, campaign, share)
    later = type(shop)(shop.root, shop.settings, lambda: shop.now() + dt.timedelta(hours=2))
    sink.answer = taken
    send_due(later)
    assert (len(received(sink)) == 100) is (status == "paused")
    after = ledger.find_campaign(shop.ledger, campaign.campaign_id)
    assert after.status == {"sending": "done"}.get(status, status)
    assert ("people unsubscribed" in told(after.note, "en")) is (status == "paused")
    later.close()


def bought(campaign, n_did, n_other_did, variant):
    return {
        "campaign_id": campaign.campaign_id, "channel": "sms", "variant": variant, "other": "control", "metric": "bought",
        "as_of": dt.date(2026, 11, 20), "n": 500, "n_did": n_did, "n_other": 300, "n_other_did": n_other_did, "verdict": "undecided",
    }  # fmt: skip


def test_a_campaign_that_keeps_people_from_buying_stops_before_another_message(shop, sink):
    campaign = launched(shop)
    put(shop, "variants", [bought(campaign, 40, 30, name) for name in "AB"])
    assert loss(shop, campaign.campaign_id) == "", (
        "80 of 1000 against 30 of 300 may be chance: control counts once"
    )
    put(shop, "variants", [bought(campaign, 15, 45, name) for name in "AB"])
    assert send_due(shop) == 0
    assert received(sink) == []
    stopped = ledger.find_campaign(shop.ledger, campaign.campaign_id)
    assert stopped.status == "paused"
    assert told(stopped.note, "en").startswith("30 of 1000 people bought, and 45 of the 300 kept out")


def test_a_message_that_is_taken_for_spam_bars_nobody_and_a_number_that_is_gone_is_barred(shop, sink):
    campaign = launched(shop)
    answers = iter(["spam", "number_invalid"])
    sink.answer = lambda message: (
        Outcome(message.key, "permanent", reason) if (reason := next(answers, "")) else taken(message)
    )
    send_due(shop)
    assert ledger.count_responses(shop.ledger, campaign.campaign_id) == {"bounced": 1, "deferred": 1}
    (barred,) = ledger.list_suppressions(shop.ledger)
    assert (barred.channel, barred.reason) == ("sms", "bounced")


def test_the_next_turn_has_what_became_of_everybody(shop, sink):
    campaign = launched(shop)
    before = execute.waiting(shop)
    send_due(shop)
    n = statuses(shop, campaign)["delivered"]
    assert before and execute.waiting(shop)
    execute.execute(shop, shop.today())
    sent = shop.warehouse.table("deliveries")
    mine = sent.filter(sent.campaign_id == campaign.campaign_id, sent.status == "delivered")
    assert shop.warehouse.read(mine.count())[0][0].as_py() == n


def test_who_takes_back_consent_through_a_file_is_let_go_before_the_next_message(shop, sink):
    import ibis

    campaign = launched(shop)
    n = statuses(shop, campaign)["pending"]
    said = shop.warehouse.table("consents")
    no = said.mutate(
        is_granted=ibis.literal(False), decided_at=ibis.literal(shop.now()).cast("timestamp('UTC')")
    )
    shop.warehouse.replace("consents", said.union(no), by="collect")
    send_due(shop)
    assert received(sink) == []
    assert reasons(shop, campaign)["suppressed", "no_consent"] >= n


def test_above_a_size_somebody_else_than_the_author_approves(make_workspace, sink):
    ws = fill_shop(make_workspace(campaign={"four_eyes_people": 20}), 60)
    decision = add_campaign(ws, Draft(fields=brief()), LI)
    n = check_campaign(ws, decision).n_people
    assert n > 20
    with pytest.raises(CampaignError, match="somebody else has to approve it"):
        approve_campaign(ws, Approval(decision.decision_id, n), LI)
    assert approve_campaign(ws, Approval(decision.decision_id, n), WANG).status == "approved"


def test_what_the_law_forbids_is_not_approved(shop, sink):
    decision = add_campaign(shop, Draft(fields=brief(content={"sms": {"text": "全国第一，最好的茶"}})), LI)
    n = check_campaign(shop, decision).n_people
    with pytest.raises(CampaignError, match="cannot be approved"):
        approve_campaign(shop, Approval(decision.decision_id, n), WANG)
