"""Users are added and changed by owners; there is always an owner; a change ends sessions; no password is kept or told."""

from __future__ import annotations

import datetime as dt

import pytest

from quanyu import ledger
from quanyu.errors import AccessError, ActionError
from quanyu.part.access import user
from quanyu.part.action import Caller, perform

PASSWORD = "four words of mine"
ROOT, LI = Caller("root"), Caller("li", role="owner")


@pytest.fixture
def ws(make_workspace):
    made = make_workspace()
    perform(made, user.ADD, {"name": "li", "role": "owner", "password": PASSWORD}, ROOT)
    perform(made, user.ADD, {"name": "王芳", "role": "marketer", "password": PASSWORD}, LI)
    return made


def test_users_are_added_once_and_the_first_is_an_owner(make_workspace, ws) -> None:
    with pytest.raises(AccessError, match="first user has to be an owner"):
        perform(make_workspace(), user.ADD, {"name": "li", "role": "viewer", "password": PASSWORD}, ROOT)
    with pytest.raises(AccessError, match="already"):
        perform(ws, user.ADD, {"name": "LI", "role": "viewer", "password": PASSWORD}, LI)
    for name in ("", " ", "a\nb", "x" * 65, "--help"):
        with pytest.raises(AccessError, match="cannot be the name"):
            perform(ws, user.ADD, {"name": name, "role": "viewer", "password": PASSWORD}, LI)
    with pytest.raises(ActionError, match="boss"):
        perform(ws, user.ADD, {"name": "zhao", "role": "boss", "password": PASSWORD}, LI)
    assert [one.name for one in ledger.list_users(ws.ledger)] == ["li", "王芳"]


@pytest.mark.parametrize(
    ("action", "given"),
    [(user.PLACE, {"name": "li", "role": "marketer"}), (user.ACTIVATE, {"name": "li", "is_active": False})],
)
def test_the_last_owner_stays(ws, action, given) -> None:
    with pytest.raises(AccessError, match="last owner"):
        perform(ws, action, given, LI)
    perform(ws, user.PLACE, {"name": "王芳", "role": "owner"}, LI)
    perform(ws, action, given, LI)


@pytest.mark.parametrize(
    ("action", "given"),
    [
        (user.PLACE, {"name": "王芳", "role": "viewer"}),
        (user.ACTIVATE, {"name": "王芳", "is_active": False}),
        (user.RESET, {"name": "王芳", "password": "other words of mine"}),
    ],
)
def test_a_change_ends_the_sessions_of_a_user(ws, action, given) -> None:
    now, more = ws.now(), {"address": "", "at": ws.now(), "expires_at": ws.now() + dt.timedelta(days=1)}
    for name in ("li", "王芳"):
        ledger.begin_session(ws.ledger, name, name, **more)
    perform(ws, action, given, LI)
    there = [
        ledger.find_session(ws.ledger, name, at=now, idle=dt.timedelta(hours=1)) for name in ("li", "王芳")
    ]
    assert [bool(one) for one in there] == [True, False]


def test_one_s_own_password_needs_the_old_one(ws) -> None:
    wang = Caller("王芳", role="marketer")
    with pytest.raises(AccessError, match="old password"):
        perform(ws, user.RENEW, {"old": "four other words", "new": "other words of mine"}, wang)
    perform(ws, user.RENEW, {"old": PASSWORD, "new": "other words of mine"}, wang)
    with pytest.raises(AccessError, match="old password"):
        perform(ws, user.RENEW, {"old": PASSWORD, "new": "words of mine again"}, wang)


def test_an_unknown_user_is_answered_with_the_nearest(ws) -> None:
    perform(ws, user.ADD, {"name": "zhaomin", "role": "viewer", "password": PASSWORD}, LI)
    with pytest.raises(AccessError, match="Did you mean 'zhaomin'"):
        perform(ws, user.PLACE, {"name": "zhoamin", "role": "viewer"}, LI)


def test_no_password_is_kept_or_told(ws) -> None:
    perform(ws, user.RESET, {"name": "王芳", "password": "other words of mine"}, LI)
    with pytest.raises(ActionError) as refused:
        perform(ws, user.RESET, {"name": "王芳", "password": 1234567890}, LI)
    assert "1234567890" not in str(refused.value)
    told = str([(edit.before, edit.after) for edit in ledger.list_edits(ws.ledger)])
    assert "gave 王芳 another password" in told
    assert "words of mine" not in told and "argon2" not in told
    assert b"words of mine" not in ws.path("ledger.db").read_bytes()
