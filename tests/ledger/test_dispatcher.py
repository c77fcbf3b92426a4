from __future__ import annotations

import datetime as dt

from quanyu.ledger import Claim, Dispatcher, Message, Round, count_messages, deliver_due, post

MINUTE = dt.timedelta(minutes=1)
COURIER = Dispatcher("sms", Claim("one", lease=5 * MINUTE, limit=2), retry=(MINUTE,))


def put(ledger, at, *keys):
    with ledger.begin() as connection:
        post(connection, [Message("sms", key, {}) for key in keys], at=at)


def test_letters_arrive_and_failures_are_tried_again_then_given_up(ledger, at):
    put(ledger, at(0), "a", "bad", "c")
    arrived = []

    def deliver(message):
        if message.key == "bad":
            raise ConnectionError("no answer")
        arrived.append(message.key)

    assert deliver_due(ledger, COURIER, deliver, lambda: at(0)) == Round(2, 1, 0)
    assert deliver_due(ledger, COURIER, deliver, lambda: at(0)) == Round(0, 0, 0)
    assert deliver_due(ledger, COURIER, deliver, lambda: at(1)) == Round(0, 0, 1)
    assert arrived == ["a", "c"]
    assert count_messages(ledger) == {"waiting": 0, "claimed": 0, "delivered": 2, "dead": 1}


def test_letters_that_waited_beyond_their_lease_are_left_to_the_next_claim(ledger, at):
    put(ledger, at(0), "slow", "next")
    minutes = iter([0, 0, 6, 6, 6, 6, 6, 6])
    arrived = []
    dispatcher = Dispatcher("sms", Claim("one", lease=5 * MINUTE))
    made = deliver_due(
        ledger, dispatcher, lambda message: arrived.append(message.key), lambda: at(next(minutes))
    )
    assert arrived == ["slow", "next"]
    assert made == Round(2, 0, 0)
