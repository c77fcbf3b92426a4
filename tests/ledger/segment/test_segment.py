"""Segments as the ledger keeps them: versions, owners, states, and the audit log."""

from __future__ import annotations

import datetime as dt

from quanyu.ledger import (
    Worked,
    drop_segment,
    list_edits,
    list_segments,
    mark_segments,
    save_segment,
)

AT = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 20)


def test_a_changed_rule_is_a_new_version_of_the_same_owner(ledger) -> None:
    first = save_segment(ledger, "贵宾", "frequency >= 5", "", who="li", at=AT)
    same = save_segment(ledger, "贵宾", "frequency >= 5", "best", who="wang", at=AT)
    second = save_segment(ledger, "贵宾", "frequency >= 6", "best", who="wang", at=AT + dt.timedelta(days=1))
    assert [(one.version, one.owner, one.description) for one in (first, same, second)] == [
        (1, "li", ""),
        (1, "li", "best"),
        (2, "li", "best"),
    ]
    edits = list_edits(ledger, record="segments", key="贵宾")
    assert [(edit.who, edit.before and edit.before["rule"], edit.after["rule"]) for edit in edits] == [
        ("li", None, "frequency >= 5"),
        ("wang", "frequency >= 5", "frequency >= 5"),
        ("wang", "frequency >= 5", "frequency >= 6"),
    ]


def test_states_follow_the_day_the_version_and_who_is_who(ledger) -> None:
    save_segment(ledger, "vip", "frequency >= 5", "", who="li", at=AT)
    save_segment(ledger, "odd", "frequency >= 5", "", who="li", at=AT)

    def states(day: dt.date = DAY, identity: int = 3) -> dict[str, str]:
        return {one.segment_id: one.state(day, identity) for one in list_segments(ledger)}

    assert states() == {"vip": "new", "odd": "new"}
    worked = [Worked("vip", 1, 40), Worked("odd", 1, fault="no such trait")]
    mark_segments(ledger, worked, as_of=DAY, identity_version=3, at=AT)
    assert states() == {"vip": "fresh", "odd": "failed"}
    assert states(DAY + dt.timedelta(days=1))["vip"] == states(identity=4)["vip"] == "stale"
    save_segment(ledger, "vip", "frequency >= 6", "", who="li", at=AT)
    assert states()["vip"] == "stale"
    mark_segments(ledger, [Worked("vip", 1, 40)], as_of=DAY, identity_version=3, at=AT)
    assert states()["vip"] == "stale", "what was worked out was the version before"
    mark_segments(ledger, [Worked("vip", 2, 0, "broken")], as_of=DAY, identity_version=3, at=AT)
    failed = next(one for one in list_segments(ledger) if one.segment_id == "vip")
    assert (failed.state(DAY, 3), failed.n_people, failed.good_on) == ("failed", 40, "2026-11-20")
    mark_segments(ledger, [Worked("vip", 2, 7)], as_of=DAY, identity_version=3, at=AT)
    assert states()["vip"] == "fresh"


def test_a_dropped_segment_is_gone_and_on_record(ledger) -> None:
    save_segment(ledger, "vip", "frequency >= 5", "", who="li", at=AT)
    assert drop_segment(ledger, "vip", who="wang", at=AT) and not drop_segment(
        ledger, "vip", who="wang", at=AT
    )
    assert list_segments(ledger) == []
    assert list_edits(ledger, record="segments")[-1].after is None
