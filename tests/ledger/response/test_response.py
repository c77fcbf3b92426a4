"""Reactions are recorded as they came, once, and handed on until the warehouse has them."""

from __future__ import annotations

from quanyu.ledger import (
    ResponseEntry,
    add_responses,
    count_unmirrored,
    list_responses,
    mark_mirrored,
    touched_responses,
)


def click(send, at, link="https://shop.example/a"):
    return ResponseEntry("clicked", at, "mail", send_id=send, person_id="p", campaign_id="c", link=link)


def touched(ledger):
    new, every = {}, []
    for fresh, entries in touched_responses(ledger):
        new |= fresh
        every += entries
    return new, every


def test_what_is_told_twice_is_one_line_and_two_links_at_one_moment_are_two(ledger, at):
    assert len(add_responses(ledger, [click("c:1:p", at(1)), click("c:1:p", at(1))])) == 1
    assert add_responses(ledger, [click("c:1:p", at(1))]) == []
    assert len(add_responses(ledger, [click("c:1:p", at(1), "https://shop.example/b")])) == 1
    assert len({one.at for one in list_responses(ledger, send_id="c:1:p")}) == 2
    assert list_responses(ledger, person_id="q") == []


def test_a_new_reaction_brings_the_earlier_ones_of_its_send_to_be_judged_again(ledger, at):
    add_responses(ledger, [click("c:1:p", at(1)), click("c:1:q", at(1))])
    new, _ = touched(ledger)
    mark_mirrored(ledger, list(new))
    assert (count_unmirrored(ledger), touched(ledger)) == (0, ({}, []))
    add_responses(ledger, [click("c:1:p", at(2)), ResponseEntry("replied", at(2), "sms", id_key="phone:aa")])
    new, every = touched(ledger)
    assert [(one.send_id, one.at) for one in new.values()] == [("c:1:p", at(2)), ("", at(2))]
    assert [(one.send_id, one.at) for one in every] == [("c:1:p", at(1)), ("c:1:p", at(2)), ("", at(2))]
    assert count_unmirrored(ledger) == 2
