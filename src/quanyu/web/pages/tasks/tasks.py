"""Tasks for staff: what is to be done for whom until when, and a button for whoever has done it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from nicegui import ui

from quanyu.act.task import ACTIONS
from quanyu.text import Text
from quanyu.web.page import Page
from quanyu.web.parts.button import button
from quanyu.web.parts.decision import Question, ask
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import empty, lead
from quanyu.web.parts.write import writer
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.ledger.task import Task

MOST = 100
"""Tasks that are shown at once."""


def tasks(view: View) -> None:
    """Draw the tasks that are open, those due first."""
    put(tag("h1", view.say("Tasks")), class_="head")
    who = view.query.get("who", "")
    listed: list[Task] = view.perform(ACTIONS["list_staff_tasks"], {"who": who})
    if not listed:
        empty(
            view,
            "Nothing to do",
            "A journey gives tasks to staff by its step task: call somebody, pack a sample. They stand here until somebody has "
            "done them.",
        )
        return
    now = view.ws.now()
    n_late = sum(one.due_at is not None and one.due_at < now for one in listed)
    lead(
        view.say("{n} tasks are open, {late} of them late.", n=f"{len(listed):,}", late=f"{n_late:,}"),
        view.say("Those due first stand first."),
    )
    with ui.element("section").classes("panel"):
        if who:
            put(tag("a", view.say("Tasks of everybody"), href="/tasks", class_="plain"))
        with ui.element("ul").classes("users"):
            for one in listed[:MOST]:
                _line(view, one)


def _line(view: View, one: Task) -> None:
    write, now = writer(view), view.ws.now()
    person = tag("a", one.person_id, href=f"/people/{one.person_id}", class_="code")
    due = view.say("until {time}", time=write(one.due_at, "time")) if one.due_at else ""
    is_late = one.due_at is not None and one.due_at < now
    late = span("mark warning", view.say("late")) if is_late else ""
    journey = tag("a", one.journey_id, href=f"/journeys/{quote(one.journey_id)}")
    with ui.element("li") as line:
        line.props["data-task"] = str(one.task_id)
        put(
            div("", tag("strong", one.what), " ", late)
            + div("muted", person, " · ", *([one.entity, " · "] if one.entity else []), journey)
        )
        whose = tag("a", one.who, href=view.link("/tasks", who=one.who)) if one.who else ""
        put(div("", whose, " ", span("muted", due)))
        with ui.element("div").classes("choices"):
            _closing(view, one, "done", "Done", "plain strong")
            _closing(view, one, "cancelled", "Not needed", "plain")


def _closing(view: View, one: Task, status: str, word: Text, look: str) -> None:
    def act(typed: dict[str, Any]) -> None:
        view.perform(ACTIONS["close_staff_task"], {"task_id": one.task_id, "status": status, **typed})

    title = view.say("{what}: {name}?", what=view.say(word), name=one.what)
    question = Question(
        title,
        view.say("It is off the list, with your name."),
        view.say(word),
        {"note": view.say("What came of it")},
    )
    made = button(view.say(word), partial(ask, view, question, act), title=title, class_=look)
    made.props["data-close"] = f"{status}-{one.task_id}"


PAGE = Page(
    "/tasks",
    "Tasks",
    tasks,
    "Customers",
    "Tasks",
    "M5 6h2v2H5zM10 7h9M5 11h2v2H5zM10 12h9M5 16h2v2H5zM10 17h9",
    9,
    roles=("agent",),
)
