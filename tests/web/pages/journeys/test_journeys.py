"""The form of a journey and its document are one: what stands in one stands in the other, and what is wrong is told at its step."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from nicegui import Client, ui

from quanyu.act.journey import ACTIONS, Passage
from quanyu.act.journey.document import Plan, plan_of
from quanyu.act.journey.step import kinds
from quanyu.errors import JourneyError, QuanyuError
from quanyu.part.action import Caller, perform
from quanyu.web.cache import Cache
from quanyu.web.pages.journeys.editor.fields import FORMS
from quanyu.web.pages.journeys.editor.hand import At
from quanyu.web.pages.journeys.editor.written import FIELDS, Written, begun, checked, document_in, keep, lean
from quanyu.web.pages.journeys.journey_flow import written_flow
from quanyu.web.pages.journeys.journey_steps import BLANK, blank, copied, numbered, parts, prepared
from quanyu.web.pages.journeys.journey_trace import entry_numbers
from quanyu.web.pages.journeys.journey_words import again_told, time_told
from quanyu.web.view import View
from quanyu.workspace import Workspace

SAID = {"text": "hello", "template": "T"}
STEPS: list[Any] = [
    {"wait": "1 hour"},
    {"branch": [{"if": "frequency >= 3", "then": [{"send": {"channel": "sms", "content": SAID}}]}, {"else": []}]},
    {"wait_for": {"what": "bought", "within": "2 days", "then": [{"exit": "x"}], "else": [
        {"split": {"A": {"share": 0.3, "steps": [{"wait": "1 day"}]}, "B": {"steps": [{"wait_until": {"time": "09:00"}}]}}},
    ]}},
]  # fmt: skip
CART: dict[str, Any] = {"name": "cart", "when": "did add_to_cart", "steps": STEPS}
YAML = """
name: cart
when: did add_to_cart
goal: bought
steps:
- wait_until: {time: 10:00, on: [mon, tue]}
- exit: no
"""


@pytest.fixture
def view(make_workspace: Callable[..., Workspace]) -> View:
    ws = make_workspace()
    return View(ws, Cache(ws), "en", "/journeys", {})


def add(view: View, document: dict[str, Any]) -> None:
    perform(view.ws, ACTIONS["add_journey"], {"fields": document}, Caller("wang"))


def test_steps_are_numbered_as_a_journey_numbers_them(view: View) -> None:
    plan = plan_of(view.ws, CART)
    assert [number for number, _ in numbered(prepared(copied(STEPS)))] == sorted(
        plan.nodes, key=list(plan.nodes).index
    )


def test_what_is_left_out_is_what_would_stand_there_anyway() -> None:
    plan = Plan("x", ())
    for name, value in FIELDS.items():
        assert value is None or getattr(plan, name) == value
    assert set(FIELDS) == set(Plan.__dataclass_fields__) - {"nodes"}


def test_a_kept_journey_comes_back_as_it_was_written(view: View) -> None:
    add(view, CART)
    written = begun(view, "cart")
    assert written.document == CART
    assert document_in(written.text) == CART


def test_a_pasted_document_stands_in_the_form() -> None:
    written = Written()
    written.take(document_in(YAML))
    assert written.begins == "when"
    assert written.document["goal"] == "bought"
    assert written.steps == [{"wait_until": {"time": "10:00", "on": ["mon", "tue"]}}, {"exit": "no"}]


@pytest.mark.parametrize("text", ["5", "steps: 5", "a: [", "a: &a [*a]", "steps: {a: 1}", ""])
def test_a_text_that_is_no_journey_is_refused(text: str) -> None:
    with pytest.raises(JourneyError):
        document_in(text)


def test_a_text_that_says_twice_by_one_name_is_two_steps() -> None:
    """An anchor makes one list of two: a change of one must not change the other."""
    document = lean(
        document_in(
            "name: x\nsteps: [{wait_for: {what: bought, within: 1 day, then: &a [{wait: 1 day}], else: *a}}]"
        )
    )
    then, otherwise = parts(document["steps"][0])
    then.steps.append(blank("exit"))
    assert len(otherwise.steps) == 1


def test_every_kind_has_a_form_that_shows_what_a_new_step_says(view: View) -> None:
    class Hand:
        def __init__(self) -> None:
            self.view, self.labels = view, list[str]()

        async def changed(self) -> None:
            return None

        async def redraw(self, focus: str = "") -> None:
            return None

        def nested(self, label: str, part: Any, number: str) -> None:
            self.labels.append(part.outcome)

    assert set(FORMS) == set(BLANK) == set(kinds()), "a kind without a form is written as text: give it one"
    inside = {}
    with Client(ui.page(""), request=None):
        for word in kinds():
            hand = Hand()
            assert FORMS[word](hand, At(blank(word), "1"))
            inside[word] = hand.labels
    assert {word: labels for word, labels in inside.items() if labels} == {
        "branch": ["1", "else"], "split": ["A", "B"], "wait_for": ["then", "else"],
    }  # fmt: skip


def test_what_is_wrong_is_told_at_its_step_and_drawn_there(view: View) -> None:
    document = lean({**copied(CART), "when": ""})
    document["steps"][1]["branch"][0]["then"].append({"wait": "soon"})
    document["steps"].append("nonsense")
    told = checked(view, document, "when")
    assert [number for number, _ in told.faults()] == ["", "2.1.2", "4"]
    drawn = written_flow(view, document, told.read)
    assert drawn.count("flow-box stop") == 2
    assert checked(view, CART, "when").error is None


@pytest.mark.parametrize("step", [
    5, {}, {"wait": None}, {"x": 1}, {"split": {"A": {"share": "a"}, "B": None}}, {"split": {"A": {"steps": 5}, "B": {}}},
    {"branch": [{"if": "", "then": []}]}, {"branch": 5}, {"branch": [5]},
    {"wait_for": {"what": "bought", "within": "1 day", "then": 5}},
    {"wait_until": {"time": "09:00", "on": 5}}, {"send": {"content": 5}}, {"send": {"channels": 5, "content": {}}}, {"exit": ""},
])  # fmt: skip
def test_no_document_breaks_the_form(view: View, step: Any) -> None:
    """Whatever is pasted is drawn, and refused with a reason by the form and by the action alike."""
    with pytest.raises(QuanyuError):
        plan_of(view.ws, {"name": "x", "steps": [copied(step)]})
    document = lean({"name": "x", "steps": [copied(step)]})
    assert written_flow(view, document, checked(view, document).read)


def test_a_name_that_is_taken_makes_no_version_of_another_journey(view: View) -> None:
    add(view, CART)
    written = Written()
    written.take(copied(CART))
    with pytest.raises(JourneyError, match="already"):
        keep(view, written)


def test_what_somebody_else_wrote_meanwhile_is_not_written_over(view: View) -> None:
    add(view, CART)
    written = begun(view, "cart")
    add(view, CART | {"goal": "bought"})
    with pytest.raises(JourneyError, match="wang has written version 1 meanwhile"):
        keep(view, written)


def test_a_new_version_keeps_the_name_and_says_what_begins_it(view: View) -> None:
    add(view, CART)
    perform(view.ws, ACTIONS["launch_journey"], {"journey": "cart"}, Caller("wang"))
    written = begun(view, "cart")
    written.put("name", "other")
    with pytest.raises(JourneyError, match="version of cart"):
        keep(view, written)
    written.put("name", "cart")
    written.put("when", "")
    with pytest.raises(JourneyError, match="begins"):
        keep(view, written)
    written.put("when", "bought")
    assert keep(view, written).version == 2


def test_entries_are_counted_from_a_persons_first() -> None:
    at = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
    told = [(41, "entered"), (41, "next"), (0, "not_entered"), (57, "entered")]
    assert entry_numbers([Passage(at, entry, "", outcome) for entry, outcome in told]) == {41: 1, 57: 2}


def test_when_somebody_may_enter_again_is_said_in_words(view: View) -> None:
    assert [again_told(view, again) for again in ("never", "36 hours")] == [
        "Never again",
        "Again after 1.5 days",
    ]


def test_a_time_is_told_in_its_largest_unit(view: View) -> None:
    said = [time_told(view, seconds) for seconds in (86_400, 172_800, 5400, 60, 1_209_600, 30)]
    assert said == ["1 day", "2 days", "1.5 hours", "1 minute", "2 weeks", "0.5 minutes"]
