"""Sources have one valid key each, and a revoked one stays on record."""

from __future__ import annotations

from quanyu.ledger import Source, add_source, find_source, list_edits, list_sources, revoke_source


def source(at, key: str, name: str = "shop", minute: int = 0) -> Source:
    return Source(key, name, "segment", made_by="li", made_at=at(minute))


def test_a_name_has_one_valid_key(ledger, at) -> None:
    assert add_source(ledger, source(at, "k1")) is True
    assert add_source(ledger, source(at, "k2")) is False, "the name is taken"
    assert find_source(ledger, "shop") == source(at, "k1") and find_source(ledger, "app") is None
    gone = revoke_source(ledger, "shop", who="wang", at=at(5))
    assert gone.revoked_at == at(5) and not gone.is_valid
    assert revoke_source(ledger, "shop", who="wang", at=at(6)) is None, "once"
    assert add_source(ledger, source(at, "k3", minute=7)) is True, "the name may have another key now"
    assert [(one.write_key, one.is_valid) for one in list_sources(ledger)] == [("k3", True), ("k1", False)]
    assert [edit.who for edit in list_edits(ledger, record="sources")] == ["li", "wang", "li"]
