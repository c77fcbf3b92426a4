"""Segments from turn to turn: who is in, who came and went, what fails alone, and what may be sent to."""

from __future__ import annotations

import datetime as dt
import random
import shutil
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pytest
from tests.rule.brute import Crowd, everybody
from tests.rule.crowd import Draw, save
from tests.rule.test_people import rule

from quanyu import ledger
from quanyu.errors import QuanyuError, SegmentError
from quanyu.part.action import Caller, perform
from quanyu.part.segment_state import require_fresh
from quanyu.rule import parse, population
from quanyu.tables import contract
from quanyu.text import told
from quanyu.understand.segment import ACTIONS, overlaps, read_drafts, renewed, segment_states
from quanyu.understand.segment.segment_step import segments
from quanyu.workspace import Workspace

NOON = dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC)
DAY = dt.date(2026, 11, 20)
MIDNIGHT = dt.datetime(2026, 11, 19, 16, tzinfo=dt.UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
ME = Caller("li")
IDENTITY_LOG = pa.schema(contract("identity_log").schema.to_pyarrow())


def define(ws: Workspace, **rules: str) -> None:
    for name, text in rules.items():
        ledger.save_segment(ws.ledger, name, text, "", who="li", at=ws.now())


def held(ws: Workspace) -> dict[str, set[str]]:
    rows = ws.warehouse.read(ws.warehouse.table("segment_members")).to_pylist()
    names = {row["segment_id"] for row in rows}
    return {name: {row["person_id"] for row in rows if row["segment_id"] == name} for name in names}


def rows_of(ws: Workspace, table: str) -> list[dict[str, Any]]:
    return ws.warehouse.read(ws.warehouse.table(table)).to_pylist()


def traits(ws: Workspace, day: dt.date, n_bought: dict[str, int]) -> None:
    """Write people with a trait and nothing else."""
    names = list(n_bought)
    ws.warehouse.replace("people", pa.table({"person_id": names}), by="collect")
    portraits = pa.table(
        {"person_id": names, "as_of": [day] * len(names), "n_bought": list(n_bought.values())}
    )
    ws.warehouse.replace("portraits", portraits, by="understand")


def test_members_are_those_of_the_rules_turn_after_turn(workspace: Workspace) -> None:
    ws, chance = workspace, random.Random(11)
    define(ws, **{f"s{n}": rule(chance, 1) for n in range(4)}, both="in segment s0 and not in segment s1")
    trees = {one.segment_id: parse(one.rule) for one in ledger.list_segments(ws.ledger)}
    entered: dict[tuple[str, str], dt.date] = {}
    for seed, day in ((21, DAY), (22, DAY + dt.timedelta(days=1))):
        moment = MIDNIGHT + (day - DAY)
        draw = Draw(seed, 20, moment, SHANGHAI)
        save(ws, draw, without=("segment_members",))
        segments(ws, day)
        crowd = Crowd(draw.people, moment, SHANGHAI, ws.secret)
        whom = {name: set(everybody(crowd, tree)) for name, tree in trees.items() if name != "both"}
        whom["both"] = whom["s0"] - whom["s1"]
        assert held(ws) == {name: people for name, people in whom.items() if people}
        entered = {
            (name, who): entered.get((name, who), day) for name, people in whom.items() for who in people
        }
        assert {
            (row["segment_id"], row["person_id"]): row["as_of"] for row in rows_of(ws, "segment_members")
        } == entered
    sizes = {row["segment_id"]: row for row in rows_of(ws, "segment_sizes") if row["as_of"] == day}
    assert {name: row["n_people"] for name, row in sizes.items()} == {
        name: len(people) for name, people in whom.items()
    }
    changes = rows_of(ws, "segment_changes")
    for name, row in sizes.items():
        today = [one["change"] for one in changes if one["segment_id"] == name and one["as_of"] == day]
        assert (row["n_entered"], row["n_left"]) == (today.count("entered"), today.count("left"))
    before = sum((one["change"] == "entered") - (one["change"] == "left") for one in changes)
    assert before == sum(map(len, whom.values())), "entries less exits are the members"


def test_one_that_fails_keeps_its_members_and_stops_no_other(embedded: Workspace) -> None:
    ws = embedded
    define(
        ws,
        good="n_bought >= 2",
        gone="n_bought >= 1",
        on_gone="in segment gone",
        chained="in segment on_gone or n_bought = 9",
    )
    traits(ws, DAY, {"p1": 1, "p2": 2})
    segments(ws, DAY)
    assert held(ws) == {
        "good": {"p2"},
        "gone": {"p1", "p2"},
        "on_gone": {"p1", "p2"},
        "chained": {"p1", "p2"},
    }
    define(ws, gone="n_baught >= 1", lost="in segment nowhere", broken="n_bought >=")
    traits(ws, DAY, {"p1": 3, "p2": 1})
    notes = segments(ws, DAY)["notes"]
    assert held(ws) == {
        "good": {"p1"},
        "gone": {"p1", "p2"},
        "on_gone": {"p1", "p2"},
        "chained": {"p1", "p2"},
    }
    states = {one.segment.segment_id: one.state for one in segment_states(ws)}
    assert states == {
        "good": "fresh",
        **dict.fromkeys(("gone", "on_gone", "chained", "lost", "broken"), "failed"),
    }
    assert len(notes) == 5 and any("n_baught" in note for note in notes)
    with pytest.raises(SegmentError, match="failed"):
        require_fresh(ws, ["on_gone"], DAY)
    require_fresh(ws, ["good"], DAY)
    with pytest.raises(SegmentError, match="not those of 2026-11-21"):
        require_fresh(ws, ["good"], DAY + dt.timedelta(days=1))
    with pytest.raises(SegmentError, match="no segment 'goood'"):
        require_fresh(ws, ["goood"], DAY)


def test_who_was_merged_or_dropped_has_not_left(embedded: Workspace) -> None:
    ws = embedded
    define(ws, some="n_bought >= 1", other="n_bought >= 1")
    traits(ws, DAY, {"p1": 1, "p2": 1, "p3": 1})
    segments(ws, DAY)
    traits(ws, DAY, {"p2": 1, "p3": 0})
    perform(ws, ACTIONS["drop_segment"], {"name": "other"}, ME)
    segments(ws, DAY)
    left = [
        (row["segment_id"], row["person_id"])
        for row in rows_of(ws, "segment_changes")
        if row["change"] == "left"
    ]
    assert held(ws) == {"some": {"p2"}} and left == [("some", "p3")]


def test_a_membership_moves_with_whom_its_person_was_merged_into(workspace: Workspace) -> None:
    ws = workspace
    define(ws, some="n_bought >= 1")
    traits(ws, DAY, {"p1": 1, "p2": 0, "p3": 1, "p4": 0, "p5": 1})
    segments(ws, DAY)
    (first,) = {row["entered_at"] for row in rows_of(ws, "segment_members")}
    at = NOON + dt.timedelta(hours=1)
    chain = [("p1", "p2", at), ("p3", "px", at), ("px", "p4", at + dt.timedelta(hours=1))]
    entries = [
        {"log_id": f"l{n}", "decided_at": when, "action": "merge", "person_id": was, "other_id": now}
        for n, (was, now, when) in enumerate(chain)
    ]
    ws.warehouse.append("identity_log", pa.Table.from_pylist(entries, IDENTITY_LOG), by="collect")
    later = DAY + dt.timedelta(days=1)
    traits(ws, later, {"p2": 1, "p4": 1, "p5": 1, "p6": 1})
    segments(ws, later)
    since = {row["person_id"]: row["entered_at"] == first for row in rows_of(ws, "segment_members")}
    assert since == {"p2": True, "p4": True, "p5": True, "p6": False}
    told = {
        (row["person_id"], row["change"]) for row in rows_of(ws, "segment_changes") if row["as_of"] == later
    }
    assert told == {("p6", "entered")}


def test_the_list_tells_how_many_came_or_went(embedded: Workspace) -> None:
    define(embedded, buyers="n_bought >= 1", later="n_bought >= 2")
    for n, day in enumerate((DAY, DAY + dt.timedelta(days=1))):
        traits(embedded, day, {"p1": 1, "p2": n, "p3": n})
        segments(embedded, day)
    define(embedded, new="n_bought >= 9")
    told = {one.segment.segment_id: (one.change, len(one.sizes)) for one in segment_states(embedded)}
    assert told == {"buyers": (2, 2), "later": (0, 2), "new": (None, 0)}


def test_actions_define_explain_and_drop(embedded: Workspace) -> None:
    ws = embedded
    traits(ws, DAY, {f"p{n}": n % 4 for n in range(80)})
    made = perform(ws, ACTIONS["add_segment"], {"name": "buyers", "rule": "n_bought>=1;"}, ME)
    assert (made.rule, made.version) == ("n_bought >= 1", 1)
    event = {"event_id": "e", "source": "s", "id_key": "k:1", "name": "product_view", "occurred_at": NOON}
    ws.warehouse.replace("events", pa.Table.from_pylist([event]), by="collect")
    assert (
        perform(ws, ACTIONS["add_segment"], {"name": "to come", "rule": "did quiz_answered"}, ME).version == 1
    )
    perform(ws, ACTIONS["add_segment"], {"name": "few", "rule": "in segment buyers and n_bought <= 1"}, ME)
    segments(ws, DAY)
    pair = next(pair for pair in overlaps(ws) if pair.first == "few")
    assert (pair.second, pair.n_both, pair.share, round(pair.jaccard, 6)) == (
        "buyers",
        20,
        1.0,
        round(20 / 60, 6),
    )
    shown = perform(ws, ACTIONS["show_segment"], {"name": "few"}, ME)
    assert (shown.state, [size.n_people for size in shown.sizes]) == ("fresh", [20])
    why = perform(ws, ACTIONS["explain_segment"], {"name": "few", "person_id": "p2"}, ME)
    assert not why.is_in and [(one.condition, one.is_met) for one in why.answers] == [
        ("in segment buyers", True),
        ("n_bought <= 1", False),
    ]
    for name, text, said in (
        ("x", "in segment buyer", "Did you mean 'buyers'"),
        ("buyers", "in segment few", "wait for each other"),
        ("a;b", "n_bought >= 1", "cannot be the name"),
        ("x", "n_bought > many", "not a number"),
        ("x", "did product_vew >= 2 times", "Did you mean product_view"),
    ):
        with pytest.raises(QuanyuError) as caught:
            perform(ws, ACTIONS["add_segment"], {"name": name, "rule": text}, ME)
        assert said in told(caught.value, "en")
    with pytest.raises(SegmentError, match="is named by few"):
        perform(ws, ACTIONS["drop_segment"], {"name": "buyers"}, ME)
    with pytest.raises(SegmentError, match="no person"):
        perform(ws, ACTIONS["explain_segment"], {"name": "few", "person_id": "nobody"}, ME)


def test_a_file_defines_segments_in_any_order_all_or_none(embedded: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "segments.yaml"
    text = """
best: in segment lapsing and bought >= 3 times
lapsing:
  rule: bought >= 1 times and not bought in last 90 days
  description: To win back
"""

    def defined(content: str) -> list[str]:
        file.write_text(content, encoding="utf-8")
        given = {"segments": [vars(draft) for draft in read_drafts(file)]}
        made = perform(embedded, ACTIONS["add_segments"], given, Caller("test"))
        return [f"{one.segment_id} {one.version} {one.description}".strip() for one in made]

    assert defined(text) == ["best 1", "lapsing 1 To win back"]
    assert defined(text + "other: bought >= 9 times\n")[-1] == "other 1"
    wrongs = {
        "worse: bought >= 2 times\nbad: in segment nobody\n": "nobody",
        "worse: bought >= 2 times\nlapsing: in segment best\n": "best",
        "worse: bought >= 2 times\nbad: [1]\n": "has no rule",
        "worse: {rule: bought >= 2 times, owner: me}\n": "owner",
        "worse: bought >= 2 times\n'a/b': bought >= 2 times\n": "cannot be the name",
        "- worse\n": "holds no segments",
        "worse: [1\nx: y\n": "Mend line",
    }
    for content, wrong in wrongs.items():
        with pytest.raises(QuanyuError, match=wrong):
            defined(content)
    assert [one.segment_id for one in ledger.list_segments(embedded.ledger)] == ["best", "lapsing", "other"]


def test_a_day_asks_only_whom_something_touched(embedded: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of forty people two are touched: one was there, the other's last visit left the window."""
    ws, asked = embedded, list[tuple[list[str], int]]()
    define(
        ws,
        some="visited in last 30 days",
        both="in segment some and n_bought >= 1",
        often="visited >= 2 times",
    )
    traits(ws, DAY, {f"p{n}": n % 2 for n in range(40)})
    keys = {"id_key": [f"k:{n}" for n in range(40)], "person_id": [f"p{n}" for n in range(40)]}
    ws.warehouse.replace("identities", pa.table(keys | {"kind": ["k"] * 40}), by="collect")
    visits = [{"event_id": f"e{n}", "source": "s", "id_key": f"k:{n}", "name": "page_view",
               "occurred_at": NOON - dt.timedelta(days=31 if n == 3 else 5)} for n in range(40)]  # fmt: skip
    visits[3]["occurred_at"] = MIDNIGHT - dt.timedelta(days=30)
    ws.warehouse.append("events", pa.Table.from_pylist(visits), by="collect")

    def spied(trees: Any, asking: Any, given: Any = None) -> Any:
        asked.append(
            (sorted(trees), ws.warehouse.count("people") if given else _n(ws, asking.look("people")))
        )
        return population(trees, asking, given)

    monkeypatch.setattr(renewed, "population", spied)
    segments(ws, DAY)
    assert held(ws)["some"] == {f"p{n}" for n in range(40)}
    new = visits[7] | {"event_id": "new", "occurred_at": NOON}
    ws.warehouse.append("events", pa.Table.from_pylist([new]), by="collect")
    segments(ws, DAY + dt.timedelta(days=1))
    assert asked == [(["both", "often", "some"], 40), (["often", "some"], 2), (["both"], 40)]
    assert held(ws)["some"] == {f"p{n}" for n in range(40)} - {"p3"} and held(ws)["often"] == {"p7"}
    sizes = {row["segment_id"]: row["n_people"] for row in rows_of(ws, "segment_sizes") if row["as_of"] > DAY}
    assert sizes == {"some": 39, "often": 1, "both": len(held(ws)["both"])}, "nobody is counted twice"
    define(ws, often="visited >= 3 times")
    segments(ws, DAY + dt.timedelta(days=1))
    assert asked[3:] == [(["both", "often", "some"], 40)], "another rule asks everybody"


def test_without_what_was_kept_members_are_compared_all_the_same(embedded: Workspace) -> None:
    define(embedded, some="n_bought >= 1", Some="n_bought >= 2")
    traits(embedded, DAY, {"p1": 1, "p2": 2})
    segments(embedded, DAY)
    shutil.rmtree(embedded.path("kept"))
    traits(embedded, DAY, {"p1": 2, "p2": 0})
    segments(embedded, DAY)
    changes = [
        (row["segment_id"], row["person_id"], row["change"]) for row in rows_of(embedded, "segment_changes")
    ]
    first = [("Some", "p2", "entered"), ("some", "p1", "entered"), ("some", "p2", "entered")]
    then = [("Some", "p1", "entered"), ("Some", "p2", "left"), ("some", "p2", "left")]
    assert sorted(changes) == sorted([*first, *then])


def _n(ws: Workspace, rows: Any) -> int:
    return ws.warehouse.read(rows.count())[0][0].as_py()
