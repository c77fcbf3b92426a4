"""What became of everybody: who entered, who is under way, through, left early or kept out, who did not enter, and the messages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from quanyu.act.journey.step import kinds
from quanyu.text import Text
from quanyu.web.pages.journeys.journey_words import reason_told
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import notice
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.table import table
from quanyu.web.parts.write import writer
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.journey import JourneyCourse

STATES: Mapping[str, tuple[Text, str]] = {
    "active": ("Under way", "#2457c5"), "done": ("Through", "#17804f"), "exited": ("Left early", "#e0a458"),
    "held_out": ("Kept out", "#c9d1dc"),
}  # fmt: skip
"""Where somebody who entered may stand, and how that looks; everybody stands in one of them."""


@dataclass(frozen=True)
class Everybody:
    """How many entered, and where they stand; of those who left early or are kept out, by reason."""

    n_enrolled: int
    n_active: int
    n_done: int
    exited: Mapping[str, int]
    held_out: Mapping[str, int]

    @property
    def n_exited(self) -> int:
        """How many left early."""
        return sum(self.exited.values())

    @property
    def n_held_out(self) -> int:
        """How many are kept out."""
        return sum(self.held_out.values())

    @property
    def by_state(self) -> Mapping[str, int]:
        """How many stand in each state, in the order of `STATES`."""
        return {
            "active": self.n_active,
            "done": self.n_done,
            "exited": self.n_exited,
            "held_out": self.n_held_out,
        }


def everybody(courses: Sequence[JourneyCourse]) -> Everybody:
    """Return where everybody stands in some versions of a journey."""
    exited, held_out = Counter[str](), Counter[str]()
    for course in courses:
        exited.update(course.exited)
        held_out.update(course.held_out)
    return Everybody(
        sum(course.n_enrolled for course in courses), sum(course.n_active for course in courses),
        sum(course.n_done for course in courses), exited=exited, held_out=held_out,
    )  # fmt: skip


def people_bar(view: View, people: Everybody) -> Markup:
    """Return everybody as a bar with its legend: a part for each state that anybody is in."""
    counts = people.by_state
    parts = [
        span("", "", style=f"flex-grow:{n};background:{STATES[state][1]}") for state, n in counts.items() if n
    ]
    legend = [
        span("", span("dot", "", style=f"background:{STATES[state][1]}"), view.say(STATES[state][0]), " ", span("n", f"{n:,}"))
        for state, n in counts.items()
    ]  # fmt: skip
    return div("people-bar", *parts, aria_hidden="true") + div("people-legend", *legend)


def account(view: View, course: JourneyCourse) -> None:
    """Place where everybody stands, with the reasons, and whether that adds up."""
    people = everybody([course])
    put(tag("h2", view.say("Everybody who entered")), class_="bar")
    put(people_bar(view, people))
    rows = [("Under way", "", people.n_active), ("Through", "", people.n_done)]
    rows += [("Left early", reason, n) for reason, n in _most(people.exited)]
    rows += [("Kept out", reason, n) for reason, n in _most(people.held_out)]
    listed = tuple((view.say(state), reason_told(view, reason), n) for state, reason, n in rows if n)
    heads = (Head(view.say("State")), Head(view.say("Why")), Head(view.say("People"), "count"))
    if listed:
        put(table(Sheet(view.say("Everybody who entered"), heads, listed), writer(view)))
    said = view.say(
        "Entered {n} = under way {active} + through {done} + left early {exited} + kept out {held_out}.",
        n=f"{people.n_enrolled:,}", **{state: f"{n:,}" for state, n in people.by_state.items()},
    )  # fmt: skip
    put(tag("p", said, class_="note muted", data_name="sum"))
    if sum(people.by_state.values()) != people.n_enrolled:
        put(notice(view.say("The numbers do not add up: tell whoever keeps this system."), level="stop"))


def refusals(view: View, course: JourneyCourse) -> None:
    """Place on how many occasions nobody entered, and why."""
    put(tag("h2", view.say("Why somebody did not enter")), class_="bar")
    if not course.refused:
        put(tag("p", view.say("Whoever could begin it entered."), class_="muted"))
        return
    heads = (Head(view.say("Why")), Head(view.say("Occasions"), "count"))
    rows = tuple((reason_told(view, reason), n) for reason, n in _most(course.refused))
    put(table(Sheet(view.say("Why somebody did not enter"), heads, rows), writer(view)))
    put(tag("p", view.say("Counted over all versions."), class_="note muted"))


def messages(view: View, course: JourneyCourse) -> None:
    """Place what became of the messages, tasks, coupons and points of each step; nothing where no step makes any."""
    rows = tuple(
        (stop.node_id, view.say(status), reason_told(view, reason), n)
        for stop in course.stops
        for status, reason, n in stop.made
    )
    if not any(kinds()[stop.kind].counts for stop in course.stops):
        return
    put(tag("h2", view.say("What the steps made")), class_="bar")
    if not rows:
        put(tag("p", view.say("Nothing yet."), class_="muted"))
        return
    heads = (
        Head(view.say("Step")),
        Head(view.say("State")),
        Head(view.say("Why")),
        Head(view.say("People"), "count"),
    )
    put(table(Sheet(view.say("What the steps made"), heads, rows), writer(view)))


def _most(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
