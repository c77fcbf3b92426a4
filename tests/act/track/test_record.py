"""What comes back takes effect at once, each kind in its own way."""

from __future__ import annotations

import pytest
from tests.act.track.conftest import after

from quanyu.act.consent import Refusals
from quanyu.act.response import Response
from quanyu.act.track import record_responses
from quanyu.errors import ChannelError
from quanyu.ledger import list_consents, list_responses, list_suppressions
from quanyu.part.told_consent import key_of


def lines(ws):
    return {(one.id_key, one.channel, one.reason) for one in list_suppressions(ws.ledger)}


def test_a_bounce_bars_the_mailbox_and_is_no_opt_out(embedded, launch):
    ws = launch(embedded)
    told = [
        Response("bounced", "c:1:a", contact="a@example.com", at=after(9), detail="550 5.1.1 <a@example.com> unknown"),
        Response("deferred", "c:1:b", at=after(9), detail="452 mailbox full"),
    ]  # fmt: skip
    assert record_responses(ws, "mail", told) == 2
    assert record_responses(ws, "mail", told) == 0, "providers tell the same again"
    key = key_of("email", "a@example.com", ws.secret)
    assert lines(ws) == {(key, "mail", "bounced")}
    assert list_consents(ws.ledger) == []
    (line,) = list_suppressions(ws.ledger)
    assert line.note == "550 5.1.1 <a****@example.com> unknown", "no address stands in a note"
    assert "a@example.com" not in str(list_responses(ws.ledger))


def test_a_complaint_and_an_unsubscribe_stop_the_channel_at_once(embedded, launch):
    ws, refusals = launch(embedded), None
    refusals = Refusals(ws)
    record_responses(
        ws,
        "mail",
        [Response("complained", "c:1:a", at=after(9)), Response("unsubscribed", "c:1:b", at=after(9))],
    )
    refusals.renew()
    assert [refusals.holds(who, "email", f"{who}@example.com", "mail") for who in "abc"] == [
        True, True, False
    ]  # fmt: skip
    assert not refusals.holds("a", "phone", "+8613800000000", "sms")
    assert {(one.person_id, one.source) for one in list_consents(ws.ledger)} == {
        ("a", "complaint"), ("b", "provider")
    }  # fmt: skip


@pytest.mark.parametrize(
    ("said", "is_out"), [("R", True), ("td", True), ("退订", True), ("好的", False), ("", False)]
)
def test_a_reply_by_text_message_is_heard_by_its_number_alone(embedded, launch, said, is_out):
    """The provider passes on a number without its country, and nothing of the message."""
    ws = launch(embedded, channel="sms")
    record_responses(ws, "sms", [Response("replied", contact="13812340001", at=after(60), detail=said)])
    key = key_of("phone", "+8613812340001", ws.secret)
    assert (key, "sms", "opted_out") in lines(ws) if is_out else lines(ws) == set()
    kinds = {one.kind for one in list_responses(ws.ledger)}
    assert kinds == ({"replied", "unsubscribed"} if is_out else {"replied"})


def test_what_concerns_nobody_is_left_out_and_an_unknown_channel_is_an_error(embedded, launch):
    ws = launch(embedded)
    strays = [Response("opened", "c:1:nobody"), Response("opened", "x"), Response("opened")]
    assert record_responses(ws, "mail", strays) == 0
    with pytest.raises(ChannelError, match="There is no channel 'pigeon'"):
        record_responses(ws, "pigeon", [])
