"""Actions are one door: what they take is checked, what changes something leaves a line of the audit log."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import quanyu
from quanyu.errors import ActionError
from quanyu.ledger import list_edits
from quanyu.loop import Judged
from quanyu.part.action import RECORD, Action, Caller, action_named, actions, perform

SOURCE = Path(quanyu.__file__).parent
WHO = Caller("tester")


def test_every_action_of_the_source_is_found() -> None:
    stated = {
        node.value.args[0].value
        for file in SOURCE.rglob("*.py")
        for node in ast.parse(file.read_text("utf-8")).body
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and isinstance(node.value.func, ast.Name)
        and node.value.func.id == "Action"
    }
    assert {action.name for action in actions()} == stated
    assert all(bool(action.said) == action.writes for action in actions())


@pytest.mark.parametrize("writes", [True, False])
def test_what_writes_leaves_a_line_and_what_reads_leaves_none(make_workspace, writes) -> None:
    ws, done = make_workspace(), []
    action = Action(
        "note", "Note it.", Judged, str, lambda _ws, given, caller: done.append((given, caller.who)),
        writes=writes, said="noted {decision}" if writes else "",
    )  # fmt: skip
    perform(ws, action, {"decision": "d1", "note": "yes"}, WHO)
    assert done == [(Judged("d1", "yes"), "tester")]
    lines = [edit for edit in list_edits(ws.ledger) if edit.record == RECORD]
    expected = [("tester", "note", {"said": "noted d1", "decision": "d1", "note": "yes"})]
    assert [(edit.who, edit.key, edit.after) for edit in lines] == (expected if writes else [])


@pytest.mark.parametrize("given", [{"decision": "d1", "nots": ""}, {}, {"decision": ["d1"]}])
def test_what_an_action_does_not_take_is_refused_before_it_does_anything(make_workspace, given) -> None:
    ws, done = make_workspace(), []
    action = Action(
        "note", "Note it.", Judged, str, lambda *words: done.append(words), said="noted {decision}"
    )
    with pytest.raises(ActionError, match="note"):
        perform(ws, action, given, WHO)
    assert not done and not [edit for edit in list_edits(ws.ledger) if edit.record == RECORD]


def test_an_action_that_fails_leaves_no_line(make_workspace) -> None:
    ws = make_workspace()
    with pytest.raises(Exception, match="none"):
        perform(ws, action_named("approve"), {"decision": "none"}, WHO)
    assert not [edit for edit in list_edits(ws.ledger) if edit.record == RECORD]


def test_an_unknown_action_is_answered_with_those_there_are() -> None:
    with pytest.raises(ActionError, match=r"approve, .*, decline"):
        action_named("aprove")
