"""Who may be written to, counted and told of one person: the same words as a launch goes by, and every proof with its source."""

from __future__ import annotations

import datetime as dt

import pytest
from tests.act.conftest import put

from quanyu.act.consent import ACTIONS, consented, suppressed
from quanyu.part.action import Caller, perform
from quanyu.tables.text.phone import number
from quanyu.workspace import Workspace, pseudonym

LI = Caller("li")
PHONE = "13812345678"


@pytest.fixture
def shop(embedded: Workspace) -> Workspace:
    """Six people: one of each state that SMS can have, and one without a telephone."""
    ws = embedded
    key = f"phone:{pseudonym(ws.secret, 'phone', number(PHONE, ws.settings.home) or '')}"
    people = [
        {"person_id": name, "n_identifiers": 1, "phone": None if name == "none" else f"+8613800000{n:03d}",
         "is_personalised": name != "off"}
        for n, name in enumerate(("may", "none", "off", "silent", "barred", "no"))
    ]  # fmt: skip
    put(ws, "people", people)
    put(ws, "identities", [
        *({"id_key": f"member:{one['person_id']}", "kind": "member", "person_id": one["person_id"]} for one in people),
        {"id_key": key, "kind": "phone", "person_id": "may"},
    ])  # fmt: skip
    put(ws, "consents", [
        {"id_key": f"member:{name}", "purpose": "marketing", "channel": "sms", "is_granted": True, "source": "members",
         "decided_at": dt.datetime(2025, 1, 1, tzinfo=dt.UTC), "proof": "form 17" if name == "may" else None}
        for name in ("may", "none", "off", "barred", "no")
    ])  # fmt: skip
    perform(ws, ACTIONS["bar_contact"], {"who": "barred", "channel": "sms", "note": "wrong number"}, LI)
    perform(ws, ACTIONS["record_consent"], {"who": "no", "channel": "sms", "is_granted": False}, LI)
    return ws


def test_every_person_stands_in_one_state_of_a_channel(shop: Workspace) -> None:
    told = perform(shop, ACTIONS["count_reachable"], {}, LI)
    expected = dict.fromkeys(
        ("", "no_contact", "manual", "opted_out", "personalisation_off", "no_consent"), 1
    )
    assert told.by_channel["sms"] == expected
    assert {sum(states.values()) for states in told.by_channel.values()} == {6}
    agreed = set(shop.warehouse.read(consented(shop, "sms", shop.now()))["person_id"].to_pylist())
    closed = set(shop.warehouse.read(suppressed(shop, "sms"))["person_id"].to_pylist())
    assert len(agreed - closed - {"none", "off"}) == told.by_channel["sms"][""]


def test_somebody_is_found_by_what_is_at_hand_with_their_proofs(shop: Workspace) -> None:
    def standing(who: str) -> list:  # type: ignore[type-arg]
        return perform(shop, ACTIONS["show_consent"], {"who": who}, LI)  # type: ignore[no-any-return]

    for who in ("member:may", f" {PHONE} "):
        (found,) = standing(who)
        assert (found.person_id, found.states["sms"]) == ("may", "")
        assert [(one.source, one.proof) for one in found.told] == [("members", "form 17")]
    (no,) = standing("no")
    assert [(one.is_granted, one.source) for one in no.told] == [(False, "staff li"), (True, "members")]
    assert [(one.reason, one.channel) for one in no.suppressions] == [("opted_out", "sms")]
    perform(shop, ACTIONS["record_consent"],
            {"who": "no", "channel": "sms", "is_granted": True, "proof": "call of 20 November"}, LI)  # fmt: skip
    (yes,) = standing("no")
    assert yes.states["sms"] == ""
    assert yes.told[0].proof == "said: call of 20 November"
    assert yes.suppressions == ()
    assert standing("nobody@example.com") == standing("") == []
    perform(shop, ACTIONS["bar_contact"], {"who": "wechat_openid:oX", "channel": "wechat"}, LI)
    (loose,) = standing("wechat_openid:oX")
    assert (loose.person_id, loose.states, len(loose.suppressions)) == ("", {}, 1)
