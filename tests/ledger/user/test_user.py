"""Users as the ledger keeps them: one of a name however it is written, every change on the audit log, no password in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from quanyu.ledger import User, find_user, list_edits, list_users, replay, save_user

AT = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
LI = User("Li Lei", "owner", "$argon2id$hash", True, AT)


def test_a_user_is_found_however_the_name_is_written(ledger) -> None:
    assert not list_users(ledger)
    save_user(ledger, LI, who="root", at=AT)
    save_user(ledger, replace(LI, name="王芳"), who="root", at=AT)
    assert find_user(ledger, " li LEI ") == LI
    assert find_user(ledger, "Ｌi Lei") == LI
    assert find_user(ledger, "lilei") is None
    assert [user.name for user in list_users(ledger)] == ["Li Lei", "王芳"]


def test_every_change_is_on_record_and_no_hash_is(ledger) -> None:
    save_user(ledger, LI, who="root", at=AT)
    changes = (replace(LI, role="viewer"), replace(LI, password_hash="other"), replace(LI, is_active=False))
    for changed in changes:
        save_user(ledger, changed, who="wang", at=AT)
    edits = list_edits(ledger, record="users", key="li lei")
    assert [edit.who for edit in edits] == ["root", "wang", "wang", "wang"]
    assert (state := replay(edits)) and state["is_active"] is False
    assert len({edit.after["password"] for edit in edits}) == 2
    assert "argon2" not in str(edits) and "argon2" not in repr(LI)
