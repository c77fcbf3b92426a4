"""Write a journey or a new version of one: forms, the flow that follows, the document, and what is wrong, each beside the other."""

from __future__ import annotations

from markupsafe import Markup
from nicegui import run, ui

from quanyu.act.journey.template import templates
from quanyu.errors import JourneyError, QuanyuError
from quanyu.text import message_and_hint
from quanyu.web.page import Page
from quanyu.web.pages.journeys.editor.entry import ending, entry, titled
from quanyu.web.pages.journeys.editor.steps import Steps
from quanyu.web.pages.journeys.editor.written import Checked, Written, begun, checked, document_in, keep
from quanyu.web.pages.journeys.journey_flow import written_flow
from quanyu.web.pages.journeys.journey_steps import copied
from quanyu.web.pages.journeys.journey_words import journey_address
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import fault, notice, report
from quanyu.web.view import View


def journey_editor(view: View) -> int | None:
    """Draw the form of a new journey, or of a new version of the one that the address names; 404 where there is none."""
    edited, chosen = view.query.get("edit"), view.query.get("from")
    back = journey_address(edited) if edited else "/journeys"
    put(tag("a", "← ", edited or view.say("Journeys"), href=back, class_="plain"), class_="back")
    try:
        written = begun(view, edited, chosen)
    except JourneyError as error:
        fault(view, error)
        return 404
    before = written.before
    title = (
        view.say("New journey")
        if before is None
        else view.say("A new version of {name}", name=before.journey_id)
    )
    put(tag("h1", title), class_="head")
    if before is not None:
        said = view.say(
            "Whoever is under way stays in their version; nobody is written to again because of an edit."
        )
        put(tag("p", said, class_="muted leading"))
    else:
        _templates(view, chosen)
    _Editor(view, written).place()
    return None


def _templates(view: View, chosen: str | None) -> None:
    """Offer the journeys that there are to begin with, the one that was `chosen` marked."""
    listed = (
        tag(
            "li",
            tag(
                "a", one.title[view.language], href=f"/journeys/new?from={one.name}",
                aria_current="true" if one.name == chosen else None,
            ),
            tag("div", one.about[view.language], class_="muted"),
        )
        for one in templates()
    )  # fmt: skip
    told = tag("summary", view.say("Begin with a template"))
    put(
        tag("details", told, tag("ul", *listed, class_="links apart"), data_name="templates"),
        "section",
        "panel",
    )


class _Editor:
    """The form and what stands beside it: one look at a time, and once more where something changed meanwhile."""

    def __init__(self, view: View, written: Written) -> None:
        self.view, self.written = view, written
        self.is_looking, self.is_late = False, False

    def place(self) -> None:
        """Place the form at the left, the flow at the right, the document below."""
        view = self.view
        with ui.element("div").classes("panels builder"):
            with ui.element("section").classes("panel w6"), ui.element("div").classes("stacked"):
                self.entry = ui.element("div").classes("stacked")
                titled(self, "2", "Steps")
                self.steps = Steps(view, self.written, self.changed)
                titled(self, "3", "When it ends early, and how it is measured")
                self.ending = ui.element("div").classes("stacked")
            with ui.element("section").classes("panel w6 follow").props("tabindex=0") as follow:
                follow.props["aria-label"] = view.say("As it goes")
                with ui.element("div").classes("bar"):
                    put(tag("h2", view.say("As it goes")))
                    with ui.element("div").classes("tools"):
                        button(view.say("Save as a draft"), self._save, class_="plain strong").props(
                            "data-name=save"
                        )
                self.refused = ui.element("div").props("role=status")
                self.said = ui.element("div").props("role=status data-name=faults")
                self.flow = ui.element("div")
        with ui.element("section").classes("panel"):
            self._document()
        self._draw()
        ui.timer(0.01, self.changed, once=True)

    def _draw(self) -> None:
        self._draw_around()
        self.steps.draw()

    def _draw_around(self) -> None:
        self.entry.clear()
        with self.entry:
            entry(self, self.written, self._draw_around)
        self.ending.clear()
        with self.ending:
            ending(self, self.written)

    def _document(self) -> None:
        view = self.view
        put(tag("h2", view.say("As a document")), class_="bar")
        hint = view.say(
            "The same journey as YAML: what is changed here stands in the form, and the other way round. A text can be pasted."
        )
        put(tag("p", hint, class_="note muted"))
        self.misread = ui.element("div").props("role=status data-name=misread")
        self.text = ui.textarea(view.say("Journey as YAML"), value=self.written.text)
        self.text.props("outlined dense autogrow debounce=500 spellcheck=false data-name=yaml").classes(
            "wide template"
        )
        self.text.on_value_change(self._typed)

    async def _typed(self) -> None:
        """Take what was typed into the document."""
        if self.text.value == self.written.text:
            return
        self.misread.clear()
        try:
            self.written.take(document_in(str(self.text.value or "")))
        except JourneyError as error:
            with self.misread:
                fault(self.view, error)
            return
        self._draw()
        await self._look_on()

    async def changed(self, *_: object) -> None:
        """Write the document anew, and look at it."""
        self.misread.clear()
        self.text.value = self.written.text
        await self._look_on()

    async def _look_on(self) -> None:
        if self.is_looking:
            self.is_late = True
            return
        self.is_looking = True
        try:
            while True:
                self.is_late = False
                await self._look()
                if not self.is_late:
                    break
        finally:
            self.is_looking = False

    async def _look(self) -> None:
        view, document = self.view, copied(self.written.document)
        try:
            told = await run.io_bound(checked, view, document, self.written.begins)
        except Exception as error:
            report(error)
            told = Checked({}, error)
        if told is None:
            return
        self.flow.clear()
        with self.flow:
            put(written_flow(view, document, told.read))
        self.said.clear()
        with self.said:
            put(self._faults(told, is_begun=bool(document["name"] or document["steps"])))

    def _faults(self, told: Checked, *, is_begun: bool) -> Markup:
        view = self.view
        if not is_begun:
            return tag(
                "p", view.say("It is checked as soon as it has a name and a step."), class_="note muted"
            )
        lines = []
        for number, error in told.faults():
            said, hint = (
                message_and_hint(error, view.language)
                if isinstance(error, QuanyuError)
                else (type(error).__name__, "")
            )
            at = (
                tag("a", view.say("Step {number}", number=number), ": ", href=f"#step-{number}")
                if number
                else ""
            )
            lines.append(tag("li", at, said, " ", tag("span", hint, class_="muted")))
        if not lines:
            return notice(view.say("Nothing is wrong with it."))
        return tag("div", tag("strong", view.say("What is wrong")), tag("ul", *lines), class_="notice stop")

    async def _save(self) -> None:
        self.refused.clear()
        try:
            kept = await run.io_bound(keep, self.view, self.written)
        except Exception as error:
            report(error)
            with self.refused:
                fault(self.view, error)
            return
        if kept is not None:
            ui.navigate.to(journey_address(kept.journey_id))


PAGE = Page("/journeys/new", "New journey", journey_editor, "Marketing", roles=("marketer",))
