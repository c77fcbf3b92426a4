"""Keys are made in a role for some days, told once, and revoked."""

from __future__ import annotations

import datetime as dt

import pytest

from quanyu import ledger
from quanyu.errors import AccessError
from quanyu.part.access import api_key
from quanyu.part.action import Caller, perform

LI = Caller("li")


def test_a_key_is_found_by_what_was_told_once(embedded) -> None:
    made = perform(embedded, api_key.ADD_KEY, {"name": "report", "role": "analyst", "days": 90}, LI)
    now = embedded.now()
    found = ledger.find_key(embedded.ledger, made.secret, at=now)
    assert found and (found.role, found.made_by, found.expires_at) == (
        "analyst",
        "li",
        now + dt.timedelta(days=90),
    )
    assert made.secret not in str([vars(edit) for edit in ledger.list_edits(embedded.ledger)])
    perform(embedded, api_key.REVOKE, {"prefix": found.prefix}, LI)
    assert ledger.find_key(embedded.ledger, made.secret, at=now) is None


@pytest.mark.parametrize("given", [{"name": " "}, {"name": "x", "days": -1}, {"name": "x", "days": 99_999}])
def test_what_cannot_be_a_key_is_refused(embedded, given) -> None:
    with pytest.raises(AccessError):
        perform(embedded, api_key.ADD_KEY, {"role": "viewer", **given}, LI)
    with pytest.raises(AccessError, match="no key"):
        perform(embedded, api_key.REVOKE, {"prefix": "none"}, LI)
