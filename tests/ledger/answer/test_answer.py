"""What was answered is kept once, on both databases, whoever else asks at the same time."""

from __future__ import annotations

import datetime as dt
import threading

from quanyu.ledger import Ledger, begin_answer, forget_answer, keep_answer

NOW = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


def test_an_answer_is_begun_once_and_kept_for_a_day(ledger: Ledger) -> None:
    assert begin_answer(ledger, "a", "print", at=NOW) is None
    begun = begin_answer(ledger, "a", "print", at=NOW)
    assert begun is not None and begun.answered_at is None
    keep_answer(ledger, "a", 200, "sealed", at=NOW)
    kept = begin_answer(ledger, "a", "other", at=NOW + dt.timedelta(hours=23))
    assert kept is not None and (kept.asked, kept.status, kept.sealed) == ("print", 200, "sealed")
    assert begin_answer(ledger, "a", "other", at=NOW + dt.timedelta(hours=25)) is None


def test_what_was_not_done_may_be_begun_again(ledger: Ledger) -> None:
    assert begin_answer(ledger, "a", "print", at=NOW) is None
    forget_answer(ledger, "a")
    assert begin_answer(ledger, "a", "print", at=NOW) is None


def test_of_many_at_once_one_begins(ledger: Ledger) -> None:
    barrier, begun = threading.Barrier(8), list[bool]()

    def ask() -> None:
        barrier.wait()
        begun.append(begin_answer(ledger, "a", "print", at=NOW) is None)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(begun) == [False] * 7 + [True]
