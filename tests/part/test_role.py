"""The table of roles: what each includes, and what they may ask for."""

from __future__ import annotations

from typing import get_args

import pytest

from quanyu.errors import AccessError
from quanyu.ledger import list_edits
from quanyu.loop import Judged
from quanyu.part.action import REFUSED, Action, Caller, actions, perform
from quanyu.part.role import ROLES, Role, may

NAMES = get_args(get_args(Role)[0])
NAMED = {
    "owner": {"owner", "marketer", "analyst", "agent", "viewer"},
    "marketer": {"marketer", "analyst", "agent", "viewer"},
    "analyst": {"analyst", "viewer"},
    "agent": {"agent", "viewer"},
    "viewer": {"viewer"},
}


def test_each_role_does_what_those_do_that_it_includes() -> None:
    assert {role: {needed for needed in NAMES if may(role, needed)} for role in NAMES} == NAMED
    assert set(ROLES) == set(NAMES)


def test_every_action_is_refused_to_who_may_not_and_nothing_is_done(make_workspace) -> None:
    ws = make_workspace()
    refused = [(role, action) for action in actions() for role in NAMES if not may(role, action.role)]
    for role, action in refused:
        with pytest.raises(AccessError, match=action.name):
            perform(ws, action, {}, Caller("li", role=role))
    told = [(edit.after["role"], edit.key, edit.who) for edit in list_edits(ws.ledger)]
    assert told == [(role, action.name, "li") for role, action in refused if action.writes]
    assert {edit.record for edit in list_edits(ws.ledger)} == {REFUSED}
    assert {action.name for role, action in refused if role == "marketer"} >= {
        "add_user",
        "run_turn",
        "add_key",
    }
    assert {action.name for role, action in refused if role == "analyst"} >= {"approve", "decline"}


def test_a_program_on_the_machine_is_the_owner_of_its_files(make_workspace) -> None:
    done: list[object] = []
    action = Action(
        "note",
        "Note it.",
        Judged,
        str,
        lambda *words: done.append(words),
        role="owner",
        said="noted {decision}",
    )
    perform(make_workspace(), action, {"decision": "d1"}, Caller("li"))
    assert done
