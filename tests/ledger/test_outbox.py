from __future__ import annotations

import datetime as dt

import pytest

from quanyu.ledger import Claim, Message, claim, count_messages, mark_delivered, mark_failed, post

ONE, TWO = Claim("one"), Claim("two")


def put(ledger, *keys, at, topic="sms", due_at=None):
    with ledger.begin() as connection:
        return post(connection, [Message(topic, key, {"to": key}, due_at) for key in keys], at=at)


def keys(messages):
    return [message.key for message in messages]


def test_a_key_is_posted_once(ledger, at):
    assert put(ledger, "a", "b", "a", at=at(0)) == 2
    assert put(ledger, "b", "c", at=at(1)) == 1
    assert put(ledger, "a", at=at(1), topic="mail") == 1
    assert put(ledger, at=at(1)) == 0
    assert count_messages(ledger, topic="sms") == {"waiting": 3, "claimed": 0, "delivered": 0, "dead": 0}
    assert sum(count_messages(ledger).values()) == 4


def test_a_letter_is_posted_with_its_cause_or_not_at_all(ledger, at):
    with pytest.raises(RuntimeError), ledger.begin() as connection:
        post(connection, [Message("sms", "a", {})], at=at(0))
        raise RuntimeError("the cause failed")
    assert sum(count_messages(ledger).values()) == 0


def test_couriers_take_different_letters_that_are_due_oldest_first(ledger, at):
    put(ledger, "late", at=at(0), due_at=at(60))
    put(ledger, "b", at=at(2))
    put(ledger, "a", at=at(1))
    first = claim(ledger, "sms", Claim("one", limit=1), at=at(3))
    assert keys(first) == ["a"]
    assert first[0].payload == {"to": "a"}
    assert (first[0].n_attempts, first[0].claimed_until) == (1, at(8))
    assert keys(claim(ledger, "sms", TWO, at=at(3))) == ["b"]
    assert claim(ledger, "sms", TWO, at=at(3)) == []
    assert keys(claim(ledger, "sms", Claim("three", dt.timedelta(hours=9)), at=at(60))) == ["a", "b", "late"]


def test_letters_of_a_dead_courier_are_taken_over_when_the_lease_ends(ledger, at):
    put(ledger, "a", at=at(0))
    (mine,) = claim(ledger, "sms", ONE, at=at(0))
    assert claim(ledger, "sms", TWO, at=at(4)) == []
    (theirs,) = claim(ledger, "sms", TWO, at=at(5))
    assert theirs.n_attempts == 2
    assert not mark_failed(ledger, mine, "late", who="one", retry_at=at(6))
    assert mark_delivered(ledger, [mine.message_id], at=at(6)) == 1
    assert mark_delivered(ledger, [theirs.message_id], at=at(7)) == 0
    assert claim(ledger, "sms", ONE, at=at(99)) == []


def test_a_failed_letter_waits_for_its_next_time_or_is_given_up(ledger, at):
    put(ledger, "a", at=at(0))
    (message,) = claim(ledger, "sms", ONE, at=at(0))
    assert mark_failed(ledger, message, "timeout", who="one", retry_at=at(10))
    assert claim(ledger, "sms", ONE, at=at(9)) == []
    (again,) = claim(ledger, "sms", ONE, at=at(10))
    assert again.n_attempts == 2
    assert mark_failed(ledger, again, "timeout", who="one", retry_at=None)
    assert count_messages(ledger) == {"waiting": 0, "claimed": 0, "delivered": 0, "dead": 1}
    assert claim(ledger, "sms", ONE, at=at(999)) == []


def test_many_letters_are_posted_in_few_statements(ledger, at):
    assert put(ledger, *(f"k{number}" for number in range(5000)), at=at(0)) == 5000
    assert put(ledger, *(f"k{number}" for number in range(4000, 6000)), at=at(0)) == 1000
