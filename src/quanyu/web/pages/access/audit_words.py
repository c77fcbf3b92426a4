"""What lines of the audit log say, in the reader's language."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from quanyu.ledger import Edit
from quanyu.part.action import RECORD, REFUSED, Action
from quanyu.part.role import ROLES
from quanyu.text import Text, told
from quanyu.web.parts.write import writer
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
FIELDS: Mapping[str, Text] = {
    "expires_at": "until",
    "file": "file",
    "is_active": "may sign in",
    "n_people": "people",
    "name": "name",
    "refused_from": "turned away, from",
    "revoked_at": "revoked",
    "role": "role",
    "rule": "rule",
    "signed_in_from": "signed in, from",
    "signed_out": "sessions ended",
    "status": "status",
}
"""What fields of records are called; one that is not here is told by its own name."""
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
        f"{_field(view, name)}: {_value(view, old[name])} → {_value(view, after[name])}"
        if name in old
        else f"{_field(view, name)}: {_value(view, after[name])}"
        for name in changed
    ]
    if "password" in after and after["password"] != old.get("password"):
        told_of.append(view.say("password set"))
    return told_of


def _field(view: View, name: str) -> str:
    return view.say(FIELDS[name]) if name in FIELDS else name


def _value(view: View, value: object) -> str:
    """Return a value as a reader sees it: times in the workspace's zone, roles by their names."""
    if isinstance(value, str) and value in ROLES:
        role: Text = value
        return view.say(role)
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return writer(view)(dt.datetime.fromisoformat(value), "time")
    return writer(view)(value, "flag") if isinstance(value, bool) else _cut(value)


MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?\+\d\d:\d\d")
"""How the ledger keeps a moment."""


def _cut(value: object) -> str:
    text = told(value) if isinstance(value, str) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
