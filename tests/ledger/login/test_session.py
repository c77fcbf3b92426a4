"""Sessions end by time, by idleness, by signing out and with their user; the ledger holds no token."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
import sqlalchemy as sa

from quanyu.ledger import (
    User,
    begin_session,
    end_session,
    end_sessions,
    find_session,
    find_user,
    list_edits,
    save_user,
    see_session,
)

IDLE, DAY = dt.timedelta(hours=12), dt.timedelta(days=1)


@pytest.fixture
def li(ledger, at) -> User:
    user = User("Li", "marketer", "hash", True, at(0))
    save_user(ledger, user, who="root", at=at(0))
    begin_session(ledger, "token", "li", address="192.0.2.7", at=at(0), expires_at=at(0) + DAY)
    return user


def test_a_session_tells_the_name_and_role_of_now(ledger, li, at) -> None:
    session = find_session(ledger, "token", at=at(1), idle=IDLE)
    assert session and (session.name, session.role) == ("Li", "marketer")
    assert find_user(ledger, "li").seen_at == at(0)
    save_user(ledger, replace(li, role="viewer"), who="root", at=at(1))
    assert find_session(ledger, "token", at=at(1), idle=IDLE).role == "viewer"
    assert find_session(ledger, "other", at=at(1), idle=IDLE) is None
    see_session(ledger, session, at(600))
    assert find_user(ledger, "li").seen_at == at(600)
    assert find_session(ledger, "token", at=at(800), idle=IDLE), "it was seen at minute 600"
    assert find_session(ledger, "token", at=at(600 + 720), idle=IDLE) is None, "idle"
    see_session(ledger, session, at(1430))
    assert find_session(ledger, "token", at=at(1440), idle=IDLE) is None, "over"


def test_a_session_ends_with_its_user_or_when_it_is_ended(ledger, li, at) -> None:
    begin_session(ledger, "second", "li", address="192.0.2.8", at=at(0), expires_at=at(0) + DAY)
    save_user(ledger, replace(li, is_active=False), who="root", at=at(1))
    assert find_session(ledger, "token", at=at(1), idle=IDLE) is None
    save_user(ledger, li, who="root", at=at(1))
    end_session(ledger, find_session(ledger, "token", at=at(1), idle=IDLE), at=at(1))
    assert find_session(ledger, "token", at=at(1), idle=IDLE) is None
    assert find_session(ledger, "second", at=at(1), idle=IDLE)
    assert end_sessions(ledger, "LI", who="wang", at=at(2)) == 1
    assert find_session(ledger, "second", at=at(2), idle=IDLE) is None
    told = [(edit.who, edit.after) for edit in list_edits(ledger, record="sessions")]
    assert told == [
        ("li", {"signed_in_from": "192.0.2.7"}),
        ("li", {"signed_in_from": "192.0.2.8"}),
        ("Li", {"signed_out": 1}),
        ("wang", {"signed_out": 1}),
    ]


def test_no_token_is_kept_and_what_is_over_is_forgotten(ledger, li, at) -> None:
    begin_session(ledger, "later", "li", address="", at=at(1441), expires_at=at(2000))
    with ledger.read() as connection:
        rows = connection.execute(sa.text("SELECT token_hash FROM sessions")).scalars().all()
    assert len(rows) == 1
    assert "later" not in rows[0]
