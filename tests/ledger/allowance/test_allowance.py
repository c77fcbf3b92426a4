"""What is allowed in a stretch is given out once, however many ask."""

from __future__ import annotations

import threading

from quanyu.ledger import take_allowance


def test_what_is_left_of_a_stretch_is_given_and_the_next_begins_anew(ledger):
    assert [take_allowance(ledger, "mail qq", 7, wanted=4, limit=10) for _ in range(4)] == [4, 4, 2, 0]
    assert take_allowance(ledger, "mail gmail", 7, wanted=4, limit=10) == 4
    assert take_allowance(ledger, "mail qq", 8, wanted=4, limit=10) == 4
    assert take_allowance(ledger, "mail qq", 7, wanted=4, limit=10) == 0, "that stretch is over"


def test_many_at_once_get_no_more_than_there_is(ledger):
    got = []
    threads = [
        threading.Thread(
            target=lambda: got.extend(take_allowance(ledger, "sms", 1, wanted=3, limit=40) for _ in range(5))
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(got) == 40
