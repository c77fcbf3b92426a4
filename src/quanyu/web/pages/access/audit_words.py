"""What lines of the audit log say, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from quanyu.ledger import Edit
from quanyu.part.action import RECORD, REFUSED, Action
from quanyu.text import Text, told
from quanyu.web.view import View

RECORDS: Mapping[str, Text] = {
    RECORD: "Action",
    REFUSED: "Refused action",
    "campaigns": "Campaigns",
    "decisions": "Decisions",
    "exports": "Exports",
    "identity_log": "Identities",
    "keys": "Keys",
    "segments": "Segments",
    "sessions": "Signing in and out",
    "users": "Users",
}
"""What records are called; one that is not here is told by its own name."""
BY_KEY = (RECORD, REFUSED)
"""Records whose key is an action."""
LONGEST = 120
"""Letters of a value that are shown."""


def record_label(view: View, record: str) -> str:
    """Return what a record is called."""
    return view.say(RECORDS[record]) if record in RECORDS else record


def line_told(view: View, edit: Edit, known: Mapping[str, Action]) -> str:
    """Return what a line says: what an action was, or what changed of a record."""
    after: Mapping[str, Any] = edit.after or {}
    action = known.get(edit.key)
    if edit.record == RECORD:
        try:
            said = view.say(action.said, **after) if action else str(after.get("said", ""))
        except (
            KeyError,
            IndexError,
            ValueError,
        ):  # it was asked for by an earlier program, which took something else
            said = str(after.get("said", ""))
        return _cut(said)
    if edit.record == REFUSED:
        needs: Text = str(after.get("needs", ""))
        label: Text = action.label if action else edit.key
        return view.say("{action} Needs the role {needed}.", action=view.say(label), needed=view.say(needs))
    return "; ".join(_changes(view, edit.before, edit.after))


def _changes(view: View, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> list[str]:
    if after is None:
        return [view.say("removed")]
    old = before or {}
    changed = [name for name in after if after[name] != old.get(name) and name != "password"]
    told_of = [
        f"{name}: {_cut(old[name])} → {_cut(after[name])}" if name in old else f"{name}: {_cut(after[name])}"
        for name in changed
    ]
    if "password" in after and after["password"] != old.get("password"):
        told_of.append(view.say("password set"))
    return told_of


def _cut(value: object) -> str:
    text = told(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
