"""A journey drawn: its steps as boxes, the ways between them, and how many people wait, went on and left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from markupsafe import Markup

from quanyu.act.journey.step import kinds
from quanyu.errors import QuanyuError
from quanyu.text import Text, message_and_hint
from quanyu.web.pages.journeys.journey_steps import Read, kind_of, parts, read_step
from quanyu.web.pages.journeys.journey_words import begins_told, step_told, way_told
from quanyu.web.parts.flow import Box, Way, flow
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.journey import JourneyCourse
    from quanyu.act.journey.course import Stop


@dataclass(frozen=True)
class Drawing:
    """What is told at the steps: who is there, or (while it is written) what is wrong; `is_linked` leads to the form of each."""

    stops: Mapping[str, Stop] = field(default_factory=dict)
    read: Mapping[str, Read] = field(default_factory=dict)
    is_linked: bool = False


def course_flow(view: View, course: JourneyCourse) -> Markup:
    """Return the flow of a version with everybody in it."""
    document = course.journey.document
    n = sum(course.held_out.values())
    kept_out = [("", view.say("{n} kept out", n=f"{n:,}"))] if n else []
    entered = ("note", view.say("{n} entered", n=f"{course.n_enrolled:,}"))
    begin = Box("", view.say("Begins"), begins_told(view, document), [entered, *kept_out])
    end = Box("", view.say("Through"), "", [("note", view.say("{n} people", n=f"{course.n_done:,}"))])
    drawing = Drawing({stop.node_id: stop for stop in course.stops})
    return drawn(view, document["steps"], drawing, begin, end)


def written_flow(view: View, document: Mapping[str, Any], read: Mapping[str, Read]) -> Markup:
    """Return the flow of a journey that is being written; each box leads to its form."""
    begin, end = Box("", view.say("Begins"), begins_told(view, document)), Box("", view.say("Through"))
    steps = document.get("steps")
    return drawn(
        view, steps if isinstance(steps, list) else [], Drawing(read=read, is_linked=True), begin, end
    )


def drawn(view: View, steps: Sequence[Any], drawing: Drawing, begin: Box, end: Box) -> Markup:
    """Return steps between where they begin and where they end."""
    boxes = _boxes(view, steps, drawing, "")
    is_over = any(box.is_over for box in boxes)
    return flow([begin, *boxes, *([] if is_over else [end])], view.say("The journey, step by step"))


def _boxes(view: View, steps: Sequence[Any], drawing: Drawing, prefix: str) -> list[Box]:
    return [_box(view, step, drawing, f"{prefix}{place}") for place, step in enumerate(steps, start=1)]


def _box(view: View, step: Any, drawing: Drawing, number: str) -> Box:
    word, known = kind_of(step), kinds()
    read = drawing.read.get(number) or read_step(None, step)
    stop = drawing.stops.get(number)
    title = view.say(known[word].label) if word in known else word or "?"
    text = step_told(view, word, read.given) if read.error is None else ""
    return Box(
        number, title, text, _marks(view, stop, read),
        [
            Way(
                way_told(view, word, part.outcome, read.given),
                _boxes(view, part.steps, drawing, f"{number}.{part.outcome}."),
                f"{stop.outcomes.get(part.outcome, 0):,}" if stop else "",
            )
            for part in parts(step)
        ],
        n=f"{sum(stop.outcomes.values()):,}" if stop else "",
        address=f"#step-{number}" if drawing.is_linked else "",
        is_end=word in known and bool(known[word].ends),
    )  # fmt: skip


def _marks(view: View, stop: Stop | None, read: Read) -> list[tuple[str, str]]:
    if read.error is not None:
        error = read.error
        said = (
            message_and_hint(error, view.language)[0]
            if isinstance(error, QuanyuError)
            else type(error).__name__
        )
        return [("stop", said)]
    if stop is None:
        return []
    marks = [("note", view.say("{n} wait here", n=f"{stop.n_waiting:,}"))] if stop.n_waiting else []
    if stop.kind != "send":
        return [*marks, *(("", f"{view.say(state)} {n:,}") for state, n in _by_state(stop).items())]
    told = _by_state(stop)
    sent, queued = told["delivered"], told["pending"]
    marks += [("", view.say("{n} sent", n=f"{sent:,}"))] if stop.made else []
    return [*marks, ("", view.say("{n} to leave", n=f"{queued:,}"))] if queued else marks


def _by_state(stop: Stop) -> Counter[Text]:
    states = Counter[Text]()
    for state, _, n in stop.made:
        states[state] += n
    return states
