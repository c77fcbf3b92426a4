"""A new campaign: its form, and beside it whom it reaches and what it would do while it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from nicegui import run, ui

from quanyu import ledger
from quanyu.act.campaign import ACTIONS
from quanyu.errors import CampaignError
from quanyu.web.page import Page
from quanyu.web.pages.campaigns.campaign_check import shown_check
from quanyu.web.pages.campaigns.campaign_form import sections
from quanyu.web.pages.campaigns.campaign_typed import Typed
from quanyu.web.pages.campaigns.campaign_words import campaign_address
from quanyu.web.parts.button import button
from quanyu.web.parts.campaign import read_reach, shown_reach
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import fault, not_run, nothing_loaded, report
from quanyu.web.parts.waiting import spinner
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.act.campaign import Check
    from quanyu.ledger import Decision

T = TypeVar("T")


def new_campaign(view: View) -> None:
    """Draw the form of a new campaign, begun with the segment or the rule that the address holds."""
    put(tag("a", "← ", view.say("Campaigns"), href="/campaigns", class_="plain"), class_="back")
    put(tag("h1", view.say("New campaign")), class_="head")
    if not view.ws.warehouse.count("people"):
        (not_run if view.ws.warehouse.count("orders") else nothing_loaded)(view)
        return
    segments = [segment.segment_id for segment in ledger.list_segments(view.ws.ledger)]
    given = view.query.get("segment", "")
    typed = Typed(segment=given if given in segments else "", rule=view.query.get("rule", ""))
    with ui.element("div").classes("panels builder"):
        with ui.element("section").classes("panel w6"):
            form = ui.element("div").classes("stacked")
        with ui.element("section").classes("panel w6"):
            outlook = _Outlook(view, typed)
    with form:
        outlook.size = sections(view, typed, outlook.changed, ledger.list_contents(view.ws.ledger), segments)
        _saving(view, typed)
    ui.timer(0.01, outlook.changed, once=True)


class _Outlook:
    """What stands beside the form: one look at a time, and once more where something changed meanwhile."""

    def __init__(self, view: View, typed: Typed) -> None:
        self.view, self.typed = view, typed
        self.is_looking, self.is_late = False, False
        self.size: ui.element | None = None
        put(tag("h2", view.say("If it were launched now")), class_="bar")
        self.check = ui.element("div").classes("said").props("role=status data-name=check")

    async def changed(self, *_: object) -> None:
        """Look anew; while somebody looks, remember that it is late."""
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
        view, typed = self.view, self.typed
        if self.size is None:
            return
        if not typed.whom:
            self._say(self.size, view.say("Choose a segment, or write a condition."))
            self._say(
                self.check,
                view.say("It is checked as soon as it says whom, what, through which channel and when."),
            )
            return
        await self._ask(self.size, lambda: view.ask(read_reach, typed.whom, view.caller), shown_reach)
        if not typed.is_begun:
            self._say(
                self.check,
                view.say("It is checked as soon as it says whom, what, through which channel and when."),
            )
            return
        if not self.check.default_slot.children:
            with self.check:
                spinner(view)
        await self._ask(self.check, self._tried, _shown)

    async def _ask(self, place: ui.element, read: Callable[[], T], draw: Callable[[View, T], None]) -> None:
        try:
            told = await run.io_bound(read)
        except Exception as error:
            report(error)
            place.clear()
            with place:
                fault(self.view, error)
            return
        if told is not None:
            place.clear()
            with place:
                draw(self.view, told)

    def _tried(self) -> Check:
        fields = self.typed.fields()
        fields["name"] = fields["name"] or self.view.say("New campaign")
        return cast("Check", self.view.perform(ACTIONS["try_campaign"], {"fields": fields}))

    def _say(self, place: ui.element, said: str) -> None:
        place.clear()
        with place:
            put(tag("p", said, class_="note muted"))


def _shown(view: View, check: Check) -> None:
    shown_check(view, check)
    lot = view.say(
        "Who is kept out is drawn when it is saved, so these numbers may change a little until then."
    )
    put(tag("p", lot, class_="note muted"))


def _saving(view: View, typed: Typed) -> None:
    said = ui.element("div").props("role=status")

    async def save() -> None:
        said.clear()
        try:
            made = await run.io_bound(save_typed, view, typed)
        except Exception as error:
            report(error)
            with said:
                fault(view, error)
            return
        if made is not None:
            ui.navigate.to(campaign_address(made.decision_id))

    with ui.element("div").classes("choices"):
        button(view.say("Save and propose"), save, class_="plain strong")
    put(
        tag(
            "p",
            view.say("Nothing is sent before somebody has approved and launched it."),
            class_="note muted",
        )
    )


def save_typed(view: View, typed: Typed) -> Decision:
    """Propose the campaign that stands in the form."""
    fields = typed.fields()
    if not fields["name"]:
        raise CampaignError("The campaign has no name.", "Give it one by which you know it again.")
    return cast("Decision", view.perform(ACTIONS["add_campaign"], {"fields": fields}))


PAGE = Page("/campaigns/new", "New campaign", new_campaign, "Marketing", roles=("marketer",))
