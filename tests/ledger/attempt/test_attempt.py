"""Attempts count before their password is looked at, and apart for name, address and both."""

from __future__ import annotations

import sqlalchemy as sa

from quanyu.ledger import begin_attempt, forget_attempt, mark_good

HOME, AWAY = "192.0.2.7", "198.51.100.9"


def counts(tried) -> tuple[int, int, int, bool]:
    return tried.by_both[0], tried.by_address[0], tried.by_name[0], tried.is_known


def test_failures_are_counted_apart(ledger, at) -> None:
    assert counts(begin_attempt(ledger, "Li", HOME, at(0))) == (0, 0, 0, False)
    assert counts(begin_attempt(ledger, "li", HOME, at(1))) == (1, 1, 1, False)
    assert counts(begin_attempt(ledger, "wang", HOME, at(2))) == (0, 2, 0, False)
    assert counts(begin_attempt(ledger, "li", AWAY, at(3))) == (0, 0, 2, False)
    tried = begin_attempt(ledger, "li", HOME, at(4))
    assert tried.by_both == (2, at(1))
    mark_good(ledger, tried.attempt_id)
    assert counts(begin_attempt(ledger, "li", HOME, at(5))) == (0, 3, 1, True), (
        "it begins anew where it signed in"
    )
    assert counts(begin_attempt(ledger, "li", HOME, at(60 * 25))) == (0, 0, 0, True), "a day later"


def test_what_was_turned_away_does_not_count_and_old_ones_go(ledger, at) -> None:
    forget_attempt(ledger, begin_attempt(ledger, "li", HOME, at(0)).attempt_id)
    assert counts(begin_attempt(ledger, "li", HOME, at(1))) == (0, 0, 0, False)
    begin_attempt(ledger, "my secret password", HOME, at(60 * 24 * 31))
    with ledger.read() as connection:
        rows = connection.execute(sa.text("SELECT name_hash FROM login_attempts")).scalars().all()
    assert len(rows) == 1
    assert "secret" not in rows[0]
