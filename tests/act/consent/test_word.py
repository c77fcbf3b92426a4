"""What staff record for somebody takes effect at once, and never more than the person said."""

from __future__ import annotations

import pytest
from tests.act.conftest import put

from quanyu import ledger
from quanyu.act.consent import ACTIONS, Refusals, consented
from quanyu.errors import ActionError, ChannelError
from quanyu.part.action import Caller, perform
from quanyu.workspace import Workspace

TELL = ACTIONS["record_consent"]
CALLER = Caller("li")


def agreed(ws: Workspace) -> list[str]:
    return sorted(ws.warehouse.read(consented(ws, "mail", ws.now()))["person_id"].to_pylist())


def test_a_word_on_the_telephone_brings_back_only_with_its_proof(embedded) -> None:
    ws = embedded
    put(ws, "people", [{"person_id": "a", "n_identifiers": 1}])
    put(ws, "identities", [{"id_key": "member:1", "kind": "member", "person_id": "a"}])
    perform(ws, TELL, {"who": "a", "channel": "mail", "is_granted": False}, CALLER)
    refusals = Refusals(ws)
    assert refusals.holds("a", "email", "a@example.com", "mail")
    for given in (
        {"who": "a", "channel": "mail", "is_granted": True},
        {"who": "a", "channel": "mail", "is_granted": True, "proof": " "},
    ):
        with pytest.raises(ActionError, match="needs a proof"):
            perform(ws, TELL, given, CALLER)
    assert agreed(ws) == []
    perform(
        ws,
        TELL,
        {"who": "a", "channel": "mail", "is_granted": True, "proof": "call of 20 November, 12:00"},
        CALLER,
    )
    assert agreed(ws) == ["a"]
    assert not Refusals(ws).holds("a", "email", "a@example.com", "mail")
    with pytest.raises(ChannelError):
        perform(ws, TELL, {"who": "a", "channel": "pigeon", "is_granted": False}, CALLER)
    with pytest.raises(ActionError, match="purpose"):
        perform(ws, TELL, {"who": "a", "channel": "mail", "is_granted": False, "purpose": "fun"}, CALLER)
    assert [one.source for one in ledger.list_consents(ws.ledger, person_id="a")] == ["staff li"] * 2


def test_what_is_barred_by_hand_is_lifted_by_hand_and_a_no_is_not(command, shop) -> None:
    def said(*words: str) -> str:
        answer = command("people", *words)
        assert answer.code == 0, answer
        return answer.out

    assert "on the list: 1" in said("bar", "phone:aa", "--channel", "sms", "--note", "wrong number")
    assert "on the list: 0" in said("bar", "phone:aa", "--channel", "sms")
    assert "Recorded" in said("consent", "phone:aa", "sms", "--no")
    assert "off the list: 1" in said("bar", "phone:aa", "--lift")
    assert "off the list: 0" in said("bar", "phone:aa", "--lift")
    assert command("people", "consent", "phone:aa", "sms", "--yes").code != 0
