"""Keys open something until they are revoked or expire; only their hash is kept."""

from __future__ import annotations

import sqlalchemy as sa

from quanyu.ledger import ApiKey, add_key, find_key, list_edits, list_keys, revoke_key

SECRET = "qy_3f9a01c2_of_many_letters"


def key(at, **more) -> ApiKey:
    return ApiKey("3f9a01c2", "dashboard", "viewer", made_by="li", made_at=at(0), **more)


def test_a_key_is_found_by_its_whole_secret(ledger, at) -> None:
    add_key(ledger, key(at), SECRET)
    found = find_key(ledger, SECRET, at=at(1))
    assert found and (found.name, found.role, found.used_at) == ("dashboard", "viewer", at(1))
    for wrong in (
        "",
        "qy_",
        "qy_3f9a01c2",
        "qy_3f9a01c2_",
        SECRET + "x",
        SECRET[3:],
        "qy_00000000_of_many_letters",
    ):
        assert find_key(ledger, wrong, at=at(1)) is None
    (kept,) = list_keys(ledger)
    assert kept.used_at == at(1) and SECRET not in str(vars(kept))
    with ledger.read() as connection:
        assert "of_many_letters" not in str(connection.execute(sa.text("SELECT * FROM api_keys")).all())


def test_a_key_ends(ledger, at) -> None:
    add_key(ledger, key(at, expires_at=at(10)), SECRET)
    assert find_key(ledger, SECRET, at=at(9)) and find_key(ledger, SECRET, at=at(10)) is None
    assert revoke_key(ledger, "3f9a01c2", who="wang", at=at(5)).revoked_at == at(5)
    assert find_key(ledger, SECRET, at=at(9)) is None
    assert revoke_key(ledger, "3f9a01c2", who="wang", at=at(6)).revoked_at == at(5), "once"
    assert revoke_key(ledger, "none", who="wang", at=at(6)) is None
    assert [edit.who for edit in list_edits(ledger, record="keys")] == ["li", "wang"]
