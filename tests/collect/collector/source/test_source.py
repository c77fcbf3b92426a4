"""Sources are added by their kind, set up by snippets that hold their key, and revoked."""

from __future__ import annotations

import pytest

from quanyu import ledger
from quanyu.collect.collector.source import ADD_SOURCE, REVOKE_SOURCE, snippets
from quanyu.collect.collector.wire import wires
from quanyu.errors import AccessError
from quanyu.part.action import Caller, perform


def test_each_kind_has_snippets_with_address_and_key(embedded) -> None:
    for kind in wires():
        made = perform(embedded, ADD_SOURCE, {"name": f"shop-{kind}", "kind": kind}, Caller("li"))
        listed = snippets(embedded, made)
        assert listed and all(made.write_key in one.code and "127.0.0.1:8082" in one.code for one in listed)
        assert not any("{" + word + "}" in one.code for one in listed for word in ("key", "url", "host"))
    assert len(ledger.list_sources(embedded.ledger)) == len(wires())


def test_what_is_no_source_is_refused_in_words(embedded) -> None:
    for given, words in (
        ({"name": "a b", "kind": "browser"}, "letters, digits"),
        ({"name": "", "kind": "browser"}, "letters, digits"),
        ({"name": "shop", "kind": "segmen"}, "Did you mean 'segment'"),
    ):
        with pytest.raises(AccessError, match=words):
            perform(embedded, ADD_SOURCE, given, Caller("li"))
    perform(embedded, ADD_SOURCE, {"name": "shop", "kind": "browser"}, Caller("li"))
    with pytest.raises(AccessError, match="quanyu source revoke shop"):
        perform(embedded, ADD_SOURCE, {"name": "shop", "kind": "segment"}, Caller("li"))
    assert perform(embedded, REVOKE_SOURCE, {"name": "shop"}, Caller("li")).revoked_at is not None
    with pytest.raises(AccessError, match="no source 'shop'"):
        perform(embedded, REVOKE_SOURCE, {"name": "shop"}, Caller("li"))
    with pytest.raises(AccessError, match="needs the role"):
        perform(embedded, ADD_SOURCE, {"name": "x", "kind": "browser"}, Caller("wang", role="marketer"))
