"""Journeys in a browser: one is written by choosing and as text, launched, gone through by people, and read."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pyarrow as pa
import pytest
from tests.browser.conftest import Team
from tests.browser.shop import PLANTED
from tests.browser.test_campaigns import BOTH, move, saying, state
from tests.browser.test_screens import FOUND, look_over
from tests.browser.test_tasks import goto

import quanyu.workspace
from quanyu.act.journey import ACTIONS, JourneyCourse, tick
from quanyu.act.journey.step import kinds
from quanyu.part.action import Caller, perform
from quanyu.tables import contract
from quanyu.text import Language
from quanyu.workspace import Workspace

pytestmark = pytest.mark.browser
Visitor = Callable[..., Any]
Say = Callable[..., str]
N = 12
"""People who do what begins the journey."""


def add_step(page: Any, say: Say, prefix: str, kind: str) -> None:
    """Choose one more step of a kind, and wait until its form stands there."""
    n = page.locator(".step-form").count()
    page.locator(f"label:has([data-name='add-{prefix}'])").first.click()
    page.get_by_role("option", name=say(kinds()[kind].label), exact=True).click()
    page.wait_for_function("n => document.querySelectorAll('.step-form').length > n", arg=n)


def shown(page: Any) -> list[str]:
    """The numbers of the steps as they are drawn."""
    return list(page.locator(".follow .flow-title .number").all_inner_texts())


def follow(page: Any, *numbers: str) -> None:
    """Wait until the flow shows these steps."""
    page.wait_for_function(
        "all => [...document.querySelectorAll('.follow .flow-title .number')].map(e => e.innerText).join() === all",
        arg=",".join(numbers),
    )


def write_by_choosing(page: Any, say: Say, name: str) -> None:
    """Write a journey with the forms; what is not whole yet is told beside it."""
    page.fill("input[data-name=name]", name)
    page.fill("input[data-name=when]", f"did left_{name.replace('-', '_')}")
    add_step(page, say, "", "wait")
    page.fill("input[data-name='wait-1']", "2")
    add_step(page, say, "", "branch")
    page.fill("input[data-name='if-1-2']", "frequency >= 2")
    add_step(page, say, "2.1.", "send")
    follow(page, "1", "2", "2.1.1")
    page.locator("[data-name=faults] a[href='#step-2.1.1']").wait_for()
    page.locator("label:has([data-name='channel-2.1.1-0'])").first.click()
    page.get_by_role("option", name=say("SMS"), exact=True).click()
    page.fill("textarea[data-name='text-2.1.1-0']", "您的购物车还在")
    page.fill("input[data-name='template-2.1.1-0']", "SMS_7")
    page.get_by_text(say("Nothing is wrong with it.")).wait_for()


def change_by_moving(page: Any, say: Say) -> None:
    """Copy, move and remove steps: what is inside of one goes with it."""
    wait, branch = (say(kinds()[kind].label) for kind in ("wait", "branch"))
    page.get_by_role("button", name=say("Copy: {what}", what=f"1 {wait}"), exact=True).click()
    follow(page, "1", "2", "3", "3.1.1")
    page.get_by_role("button", name=say("Move up: {what}", what=f"3 {branch}"), exact=True).click()
    follow(page, "1", "2", "2.1.1", "3")
    page.get_by_role("button", name=say("Remove: {what}", what=f"3 {wait}"), exact=True).click()
    follow(page, "1", "2", "2.1.1")


def begin_with_a_template(here: Any, page: Any, say: Say) -> None:
    """Choose a template, see that all of it is filled in, and go back to an empty form."""
    page.locator("[data-name=templates] summary").click()
    page.locator("[data-name=templates] a[href$='from=abandoned-cart']").click()
    page.wait_for_url("**from=abandoned-cart")
    here.settled()
    page.get_by_text(say("Nothing is wrong with it.")).wait_for()
    assert "did add_to_cart" in page.locator("textarea[data-name=yaml]").input_value()
    look_over(page, "a template")
    here.open("/journeys/new")
    page.get_by_text(say("It is checked as soon as it has a name and a step.")).wait_for()


def write_as_text(page: Any, say: Say) -> None:
    """Change the document: the form follows; what cannot be read is told, and loses nothing."""
    area = page.locator("textarea[data-name=yaml]")
    text = area.input_value()
    assert "2 days" in text
    area.fill(text.replace("2 days", "3 hours") + "- [")
    page.locator("[data-name=misread] .notice.stop").wait_for()
    assert shown(page) == ["1", "2", "2.1.1"]
    area.fill(text.replace("2 days", "3 hours") + f"- exit: {json.dumps(PLANTED)}\n")
    follow(page, "1", "2", "2.1.1", "3")
    page.locator("input[data-name='exit-3']").wait_for()
    assert page.input_value("input[data-name='wait-1']") == "3"


def gone_through(team: Team, name: str) -> JourneyCourse:
    """Let people go through the journey, and leave no event behind: the shop would speak of another day to the tests that follow."""
    clock = [dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)]  # later than the console's own worker looks
    ws = quanyu.workspace.open(team.root, clock=lambda: clock[0])
    try:
        return go_through(ws, name, clock)
    finally:
        ws.warehouse.delete("events", lambda rows: rows.event_id.startswith(f"{name}-"), by="collect")
        ws.close()


def go_through(ws: Workspace, name: str, clock: list[dt.datetime]) -> JourneyCourse:
    """Let people do what begins the journey, and let it go on until some have left it."""
    promise = contract("events")
    rows = [
        {"event_id": f"{name}-{n}", "source": "own", "id_key": f"taobao:buyer{n:05d}", "occurred_at": clock[0],
         "name": f"left_{name.replace('-', '_')}"}
        for n in [*range(N), 77_777]
    ]  # fmt: skip
    ws.warehouse.append(
        "events", pa.Table.from_pylist(rows, pa.schema(promise.schema.to_pyarrow())), by=promise.owner
    )
    tick(ws)
    clock[0] += dt.timedelta(hours=3)
    tick(ws)
    course: JourneyCourse = perform(ws, ACTIONS["show_journey"], {"journey": name}, Caller("li"))
    return course


def everybody_is_accounted_for(page: Any, course: JourneyCourse) -> None:
    """Say that the page tells of everybody as the ledger does, at the top and at the steps."""
    assert course.n_enrolled == N
    counts = [int(text) for text in page.locator(".panel .people-legend .n").all_inner_texts()]
    assert counts == [
        course.n_active,
        course.n_done,
        sum(course.exited.values()),
        sum(course.held_out.values()),
    ]
    assert sum(counts) == N
    assert course.refused == {"unknown_person": 1}
    ways = [int(text) for text in page.locator(".flow-label .flow-n").all_inner_texts()]
    assert ways == [course.stops[1].outcomes.get(way, 0) for way in ("1", "else")]
    assert sum(ways) == N - sum(course.held_out.values())


@BOTH
def test_a_journey_is_written_launched_gone_through_and_read(
    team: Team, visit: Visitor, *, width: int, language: Language
) -> None:
    say, name = saying(language), f"cart-{width}"
    here = visit(team.base, width)
    page = here.sign_in("王芳")
    here.speak(language)
    here.open("/")
    goto(here, "/journeys")
    page.get_by_role("link", name=say("New journey"), exact=True).click()
    page.wait_for_url("**/journeys/new")
    here.settled()
    begin_with_a_template(here, page, say)
    write_by_choosing(page, say, name)
    look_over(page, "/journeys/new")
    change_by_moving(page, say)
    write_as_text(page, say)
    page.locator("[data-name=save]").click()
    page.wait_for_url(f"**/journeys/{name}")
    here.settled()
    move(page, "launch")
    state(page, say("live"))
    here.settled()
    course = gone_through(team, name)
    here.open(f"/journeys/{name}")
    everybody_is_accounted_for(page, course)
    page.fill("input[data-name=person]", "taobao:buyer00003")
    page.keyboard.press("Enter")
    page.locator(".trace .story li").first.wait_for()
    look_over(page, "a journey")
    assert page.evaluate(FOUND) == {"ran": False, "made": 0, "computed": False}
    move(page, "pause", note="stock-taking")
    state(page, say("paused"))
    here.settled()
    move(page, "resume")
    state(page, say("live"))
    here.settled()
    written_anew(here, page, say, name)
    assert here.seen.dialogs == here.seen.errors == here.seen.outside == []


def written_anew(here: Any, page: Any, say: Say, name: str) -> None:
    """Write a new version, and look at both, and at the list."""
    page.locator("[data-move=edit]").click()
    page.wait_for_url("**edit=**")
    here.settled()
    page.fill("input[data-name=goal]", "bought")
    page.get_by_text(say("Nothing is wrong with it.")).wait_for()
    page.locator("[data-name=save]").click()
    page.wait_for_url(f"**/journeys/{name}")
    here.settled()
    state(page, say("draft"))
    page.get_by_role("link", name=say("Version {n}", n=1), exact=True).click()
    page.wait_for_url("**version=1")
    here.settled()
    state(page, say("live"))
    here.open("/journeys")
    assert page.locator(".campaigns li", has_text=name).locator(".people-bar").count() == 1
    look_over(page, "/journeys")


def test_who_only_reads_launches_and_writes_nothing(team: Team, visit: Visitor) -> None:
    ws = quanyu.workspace.open(team.root)
    fields = {"name": "read-only", "when": "did nothing_at_all", "steps": [{"wait": "1 day"}]}
    perform(ws, ACTIONS["add_journey"], {"fields": fields}, Caller("li"))
    ws.close()
    here = visit(team.base)
    page = here.sign_in("zhao", "/journeys/read-only")
    page.locator(".flow").wait_for()
    assert page.locator("[data-move]").count() == 0
    here.open("/journeys")
    assert page.locator("a[href='/journeys/new']").count() == 0
    page.goto(f"{team.base}/journeys/new")
    assert page.locator("[data-name=yaml]").count() == 0
