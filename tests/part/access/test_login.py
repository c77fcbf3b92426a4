"""Signing in: one answer to whatever is wrong, waits that grow and hinder nobody else, hashes brought up to date."""

from __future__ import annotations

import datetime as dt

import argon2
import pytest

from quanyu import ledger
from quanyu.errors import AccessError
from quanyu.part.access import password, user
from quanyu.part.access.login import WaitError, sign_in
from quanyu.part.action import Caller, perform
from quanyu.workspace import Workspace

PASSWORD, DAY = "four words of mine", dt.timedelta(days=1)
HOME, AWAY = "192.0.2.7", "198.51.100.9"


class Clock:
    """A clock that is put forward by hand."""

    def __init__(self, now: dt.datetime) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += dt.timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC))


@pytest.fixture
def ws(make_workspace, clock) -> Workspace:
    made = make_workspace()
    made = Workspace(made.root, made.settings, clock)
    for name in ("li", "wang"):
        perform(made, user.ADD, {"name": name, "role": "owner", "password": PASSWORD}, Caller("root"))
    yield made
    made.close()


def fail(ws: Workspace, name: str, address: str = HOME) -> AccessError:
    with pytest.raises(AccessError) as refused:
        sign_in(ws, name, "four words of others", address=address, valid=DAY)
    return refused.value


def enter(ws: Workspace, name: str, address: str = HOME) -> str:
    return sign_in(ws, name, PASSWORD, address=address, valid=DAY)[1]


def test_a_name_and_its_password_become_a_session(ws) -> None:
    session = ledger.find_session(ws.ledger, enter(ws, " LI "), at=ws.now(), idle=DAY)
    assert session and (session.name, session.role, session.expires_at) == ("li", "owner", ws.now() + DAY)
    assert enter(ws, "li") != enter(ws, "li")


def test_whatever_is_wrong_has_the_same_answer_and_the_same_work(ws, monkeypatch) -> None:
    verified = []

    class Counted(argon2.PasswordHasher):
        def verify(self, *given):
            verified.append(given[0][:9])
            return super().verify(*given)

    monkeypatch.setattr(password, "HASHER", Counted(time_cost=1, memory_cost=8, parallelism=1))
    perform(ws, user.ACTIVATE, {"name": "wang", "is_active": False}, Caller("root"))
    lines = len(ledger.list_edits(ws.ledger))
    told = {str(fail(ws, name)) for name in ("li", "nobody", "")}
    with pytest.raises(AccessError) as refused:
        enter(ws, "wang")
    assert told == {str(refused.value)}
    assert verified == ["$argon2id"] * 4
    refusals = ledger.list_edits(ws.ledger)[lines:]
    assert [(edit.key, edit.after) for edit in refusals] == [
        (name, {"refused_from": HOME}) for name in ("li", "-", "-", "wang")
    ]


def test_guessing_takes_longer_each_time(ws, clock) -> None:
    waits = []
    for _ in range(5):
        assert "wrong" in str(fail(ws, "li"))
    for _ in range(12):
        waited = fail(ws, "li")
        assert isinstance(waited, WaitError), "too soon, whatever the password"
        with pytest.raises(WaitError):
            enter(ws, "li")
        waits.append(waited.seconds)
        clock.pass_(waited.seconds)
        assert "wrong" in str(fail(ws, "li"))
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]
    clock.pass_(900)
    enter(ws, "li")
    assert "wrong" in str(fail(ws, "li")), "it begins anew"


def test_a_guesser_locks_nobody_out(ws, clock) -> None:
    enter(ws, "li", HOME)
    for n in range(40):
        fail(ws, "li", AWAY)
        fail(ws, "li", f"203.0.113.{n}")
    enter(ws, "li", HOME)
    with pytest.raises(WaitError) as waited:
        enter(ws, "li", "192.0.2.200")
    assert waited.value.seconds <= 10, "not even where the name was never seen"
    clock.pass_(10)
    enter(ws, "li", "192.0.2.200")
    enter(ws, "wang", HOME)


def test_colleagues_at_one_address_do_not_hinder_each_other(ws, clock) -> None:
    enter(ws, "li", HOME)
    for n in range(30):
        fail(ws, f"guess{n}", HOME)
    enter(ws, "li", HOME)
    with pytest.raises(WaitError):
        enter(ws, "wang", HOME)
    enter(ws, "wang", AWAY)


def test_a_network_of_version_6_is_one_address(ws) -> None:
    for n in range(5):
        fail(ws, "li", f"2001:db8:1:2::{n:x}")
    assert isinstance(fail(ws, "li", "2001:db8:1:2:ffff::1"), WaitError)
    assert not isinstance(fail(ws, "li", "2001:db8:1:3::1"), WaitError)


def test_a_hash_is_made_anew_with_the_parameters_of_today(ws, monkeypatch) -> None:
    stronger = argon2.PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
    monkeypatch.setattr(password, "HASHER", stronger)
    token = enter(ws, "li")
    kept = ledger.find_user(ws.ledger, "li").password_hash
    assert not stronger.check_needs_rehash(kept) and stronger.verify(kept, PASSWORD)
    assert ledger.find_session(ws.ledger, token, at=ws.now(), idle=DAY)
