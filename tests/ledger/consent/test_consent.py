"""Decisions are recorded in order; a no takes effect with its line, and only a later yes with a proof takes it back."""

from __future__ import annotations

import itertools

import pytest

from quanyu.ledger import (
    ConsentEntry,
    Suppression,
    add_consents,
    add_suppressions,
    count_unmerged,
    list_consents,
    list_suppressions,
    mark_merged,
    refused_since,
    unmerged_consents,
)

FORM = {"form": "2026-11"}


def said(is_granted, moment, *, proof=None, id_key="email:aa", purpose="marketing", channel="mail"):
    return ConsentEntry(id_key, purpose, channel, is_granted, moment, "test", proof=proof or {})


def listed(ledger):
    return [(one.id_key, one.channel, one.reason) for one in list_suppressions(ledger)]


def test_a_no_is_on_the_list_with_its_line_and_only_a_later_proof_takes_it_off(ledger, at):
    add_consents(ledger, [said(False, at(1))])
    assert listed(ledger) == [("email:aa", "mail", "opted_out")]
    add_consents(ledger, [said(True, at(2))])
    assert listed(ledger) == [("email:aa", "mail", "opted_out")]
    add_consents(ledger, [said(True, at(0), proof=FORM)])
    assert listed(ledger) == [("email:aa", "mail", "opted_out")]
    add_consents(ledger, [said(True, at(3), proof=FORM)])
    assert listed(ledger) == []
    assert [one.is_granted for one in list_consents(ledger, id_key="email:aa")] == [True, True, True, False]


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_list_does_not_depend_on_the_order_in_which_words_arrive(ledger, at, order):
    words = [said(False, at(1)), said(True, at(2), proof=FORM), said(False, at(3))]
    for place in order:
        add_consents(ledger, [words[place]])
    assert listed(ledger) == [("email:aa", "mail", "opted_out")]


def test_the_later_of_two_words_at_one_moment_is_the_newer(ledger, at):
    add_consents(ledger, [said(False, at(1)), said(True, at(1), proof=FORM), said(False, at(1))])
    assert listed(ledger) == [("email:aa", "mail", "opted_out")]
    add_consents(ledger, [said(True, at(1), proof=FORM)])
    assert listed(ledger) == []
    assert len({one.decided_at for one in list_consents(ledger)}) == 4


def test_a_bounce_is_no_decision_and_a_yes_does_not_mend_a_mailbox(ledger, at):
    add_suppressions(ledger, [Suppression("email:aa", "mail", "bounced", at(1))])
    assert list_consents(ledger) == []
    add_consents(ledger, [said(False, at(2)), said(True, at(3), proof=FORM)])
    assert listed(ledger) == [("email:aa", "mail", "bounced")]


def test_other_channels_and_purposes_are_left_alone(ledger, at):
    add_consents(ledger, [said(False, at(1), channel="sms"), said(False, at(1), purpose="personalisation")])
    assert listed(ledger) == [("email:aa", "sms", "opted_out")]


def test_the_warehouse_is_told_what_it_does_not_have(ledger, at):
    assert unmerged_consents(ledger) == (0, [])
    add_consents(ledger, [said(False, at(1)), said(True, at(2))])
    serial, entries = unmerged_consents(ledger)
    assert [one.is_granted for one in entries] == [False, True]
    assert count_unmerged(ledger) == 2
    mark_merged(ledger, serial)
    assert (count_unmerged(ledger), unmerged_consents(ledger)[1]) == (0, [])
    add_consents(ledger, [said(False, at(3))])
    later, entries = unmerged_consents(ledger)
    assert later > serial
    assert [one.decided_at for one in entries] == [at(3)]
    mark_merged(ledger, later)
    assert count_unmerged(ledger) == 0


def test_no_entry_is_lost_on_a_sender_that_asks_for_news(ledger, at):
    serial, refused = refused_since(ledger, 0)
    assert refused == set()
    add_consents(ledger, [said(False, at(1))])
    serial, refused = refused_since(ledger, serial)
    assert refused == {("email:aa", "mail")}
    add_consents(ledger, [said(True, at(2), proof=FORM)])
    add_consents(ledger, [said(False, at(3), id_key="email:bb")])
    serial, refused = refused_since(ledger, serial)
    assert refused == {("email:bb", "mail")}
    assert refused_since(ledger, serial) == (serial, set())
