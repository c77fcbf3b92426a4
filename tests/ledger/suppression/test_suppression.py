"""The list of contacts that must not be written to."""

from __future__ import annotations

import threading

from quanyu.ledger import (
    Suppression,
    add_suppressions,
    drop_suppressions,
    list_suppressions,
    refused_since,
)


def test_a_contact_has_one_line_per_channel_and_reason(ledger, at):
    lines = [
        Suppression("email:aa", "mail", "bounced", at(1), "550 no such user"),
        Suppression("email:aa", "mail", "opted_out", at(2)),
        Suppression("email:aa", "all", "manual", at(3)),
    ]
    assert add_suppressions(ledger, lines) == 3
    assert add_suppressions(ledger, [Suppression("email:aa", "mail", "bounced", at(9), "again")]) == 0
    assert list_suppressions(ledger, channel="mail") == lines[::-1]
    assert list_suppressions(ledger, channel="sms") == lines[2:]
    assert list_suppressions(ledger, id_keys=["email:bb"]) == []
    assert drop_suppressions(ledger, "email:aa", reasons=["bounced"]) == 1
    assert drop_suppressions(ledger, "email:aa", before=at(3)) == 1
    assert list_suppressions(ledger) == lines[2:]


def test_what_is_no_marketing_is_not_stopped_by_a_no_to_marketing(ledger, at):
    reasons = ("opted_out", "complained", "bounced", "manual", "erased")
    add_suppressions(ledger, [Suppression(f"email:{name}", "mail", name, at(1)) for name in reasons])
    assert {key for key, _ in refused_since(ledger, 0)[1]} == {f"email:{name}" for name in reasons}
    sent_anyway = {key for key, _ in refused_since(ledger, 0, is_marketing=False)[1]}
    assert sent_anyway == {"email:bounced", "email:manual", "email:erased"}


def test_a_number_that_was_taken_off_is_never_given_again(ledger, at):
    add_suppressions(ledger, [Suppression("email:aa", "mail", "manual", at(1))])
    serial, _ = refused_since(ledger, 0)
    drop_suppressions(ledger, "email:aa")
    add_suppressions(ledger, [Suppression("email:bb", "mail", "manual", at(2))])
    assert refused_since(ledger, serial)[1] == {("email:bb", "mail")}


def test_who_asks_for_news_misses_nothing_of_a_writer_that_is_slow_to_commit(ledger, at):
    """The later of two writers waits, so that numbers are seen in their order."""
    begun, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with ledger.begin() as connection:
            add_suppressions(connection, [Suppression("email:aa", "mail", "manual", at(1))])
            begun.set()
            go_on.wait(5)

    def quick() -> None:
        add_suppressions(ledger, [Suppression("email:bb", "mail", "manual", at(1))])

    writers = [threading.Thread(target=each) for each in (slow, quick)]
    writers[0].start()
    begun.wait(5)
    writers[1].start()
    writers[1].join(0.1)
    serial, first = refused_since(ledger, 0)
    go_on.set()
    for writer in writers:
        writer.join()
    assert first | refused_since(ledger, serial)[1] == {("email:aa", "mail"), ("email:bb", "mail")}
