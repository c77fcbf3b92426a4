"""Contents as the ledger keeps them: versions, authors, the audit log."""

from __future__ import annotations

import datetime as dt

from quanyu.ledger import content_versions, find_content, keep_content, list_contents, list_edits

AT = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)


def test_every_change_is_a_new_version_and_what_says_the_same_is_none(ledger) -> None:
    first = keep_content(ledger, "回访", "mail", {"variants": [{"html": "<p>一</p>"}]}, who="li", at=AT)
    same = keep_content(ledger, "回访", "mail", {"variants": ({"html": "<p>一</p>"},)}, who="wang", at=AT)
    later = AT + dt.timedelta(days=1)
    second = keep_content(
        ledger, "回访", "mail", {"variants": [{"html": "<p>二</p>"}]}, who="wang", at=later, note="warmer"
    )
    keep_content(ledger, "thanks", "sms", {"variants": []}, who="li", at=AT)
    assert same == first and (first.version, second.version, second.author) == (1, 2, "wang")
    assert [(one.content_id, one.version) for one in list_contents(ledger)] == [("thanks", 1), ("回访", 2)]
    assert content_versions(ledger, "回访") == [second, first]
    assert find_content(ledger, "回访") == second and find_content(ledger, "回访", 1) == first
    assert find_content(ledger, "nothing") is None and find_content(ledger, "回访", 3) is None
    edits = list_edits(ledger, record="contents", key="回访")
    assert [(edit.who, edit.before and edit.before["version"], edit.after and edit.after["version"]) for edit in edits] == [
        ("li", None, 1), ("wang", 1, 2),
    ]  # fmt: skip
