"""The sections of the form of a campaign: what for, whom, what through which channels, when, and against whom it is measured."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from nicegui import ui

from quanyu.act.channel import channels
from quanyu.act.content.kept import draft_of
from quanyu.tables.text.mask import masked
from quanyu.text import Text
from quanyu.web.pages.campaigns.campaign_typed import Typed, Way
from quanyu.web.pages.campaigns.campaign_words import WHEN
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import put, tag
from quanyu.web.view import View

if TYPE_CHECKING:
    from quanyu.ledger import KeptContent

FIELD = "outlined dense options-dense"
MOST_WAYS = 4
Changed = Callable[..., Awaitable[None]]


def sections(
    view: View, typed: Typed, changed: Changed, known: Sequence[KeptContent], segments: Sequence[str]
) -> ui.element:
    """Place the sections in their order, and return the place that says how many people it is for.

    `changed` hears of every change that may change what the campaign would do.
    """
    _titled(view, "1", "What for")
    name = ui.input(view.say("Name of the campaign"), value=typed.name).bind_value(typed, "name")
    name.props("outlined dense data-name=name maxlength=80").classes("wide").on_value_change(changed)
    goal = ui.input(view.say("Goal: what should happen"), value=typed.goal).bind_value(typed, "goal")
    goal.props("outlined dense data-name=goal").classes("wide")
    _titled(view, "2", "Whom")
    _whom(view, typed, changed, segments)
    size = ui.element("div").classes("said").props("role=status data-name=size")
    _titled(view, "3", "What, and through which channel")
    ways(view, typed, changed, known)
    _titled(view, "4", "When")
    _when(view, typed, changed)
    _titled(view, "5", "Against whom it is measured, and for how much")
    _measured(view, typed, changed)
    return size


def _titled(view: View, number: str, title: Text) -> None:
    put(
        tag("h2", tag("span", number, class_="number", aria_hidden="true"), view.say(title)), class_="section"
    )


def _whom(view: View, typed: Typed, changed: Changed, segments: Sequence[str]) -> None:
    names = {"": view.say("No segment: conditions only"), **{name: masked(name) for name in segments}}
    chosen = ui.select(names, value=typed.segment, label=view.say("Segment")).bind_value(typed, "segment")
    chosen.props(f"{FIELD} data-name=segment").classes("wide").on_value_change(changed)
    rule = ui.textarea(view.say("Conditions that must hold as well"), value=typed.rule)
    rule.bind_value(typed, "rule").props("outlined dense autogrow debounce=400 data-name=rule").classes(
        "wide"
    )
    rule.on_value_change(changed)
    if segments:
        left = ui.select(
            {name: masked(name) for name in segments}, value=list(typed.exclude), multiple=True,
            label=view.say("Segments that are left out"),
        ).bind_value(typed, "exclude")  # fmt: skip
        left.props(f"{FIELD} use-chips data-name=exclude").classes("wide").on_value_change(changed)
    out = ui.input(view.say("Who is left out: a condition"), value=typed.excluded).bind_value(
        typed, "excluded"
    )
    out.props("outlined dense debounce=400 data-name=excluded").classes("wide").on_value_change(changed)
    more = tag("a", view.say("Build a segment by choosing"), href="/segments/new", class_="plain")
    put(more)


def ways(view: View, typed: Typed, changed: Changed, known: Sequence[KeptContent]) -> None:
    """Place the channels in the order in which they are tried, each with the content that goes out through it."""
    by_channel: dict[str, list[KeptContent]] = {}
    for one in known:
        by_channel.setdefault(one.channel, []).append(one)
    usable = {
        one.name: view.say(one.label)
        for one in channels("people")
        if one.open is not None and one.name in by_channel
    }
    if usable:
        _Ways(view, typed, changed, by_channel, usable).draw()
        return
    put(tag("p", view.say("There is no content yet that could be sent."), class_="muted"))
    put(tag("a", view.say("New content"), href="/content/edit", class_="plain strong"))


class _Ways:
    """The channels of a form, each in a line that can be changed; the first is tried first."""

    def __init__(
        self,
        view: View,
        typed: Typed,
        changed: Changed,
        by_channel: Mapping[str, Sequence[KeptContent]],
        usable: Mapping[str, str],
    ) -> None:
        self.view, self.typed, self.changed, self.by_channel, self.usable = (
            view,
            typed,
            changed,
            by_channel,
            usable,
        )
        self.box = ui.element("div").classes("ways")

    def draw(self) -> None:
        """Place every line anew."""
        typed, view = self.typed, self.view
        self.box.clear()
        with self.box:
            for way in typed.ways:
                with ui.element("div").classes("way"):
                    self._line(way)
            if len(typed.ways) < min(MOST_WAYS, len(self.usable)) and typed.ways[-1].channel:
                button(view.say("Add a channel for those whom this one does not reach"), self._more)

    async def _redraw(self) -> None:
        self.draw()
        await self.changed()

    async def _more(self) -> None:
        self.typed.ways.append(Way())
        await self._redraw()

    def _line(self, way: Way) -> None:
        view, typed = self.view, self.typed
        number = typed.ways.index(way)
        others = {other.channel for other in typed.ways if other is not way}
        options = {name: label for name, label in self.usable.items() if name not in others}
        order = view.say("First through") if number == 0 else view.say("Where that fails, through")
        listed = self.by_channel.get(way.channel, ())

        async def choose() -> None:
            way.channel, way.kept, way.shares = str(channel.value or ""), "", {}
            await self._redraw()

        async def take() -> None:
            way.kept, way.shares = str(content.value or ""), {}
            await self._redraw()

        async def drop() -> None:
            typed.ways.remove(way)
            await self._redraw()

        with ui.element("div").classes("choices fields"):
            channel = ui.select(options, value=way.channel or None, label=order, on_change=choose)
            channel.props(f"{FIELD} data-name=channel-{number}")
            names = {one.content_id: masked(one.content_id) for one in listed}
            content = ui.select(names, value=way.kept or None, label=view.say("Content"), on_change=take)
            content.props(f"{FIELD} data-name=content-{number}").set_enabled(bool(way.channel))
            if len(typed.ways) > 1:
                button("×", drop, title=view.say("Leave this channel out"))
        for kept in listed:
            if kept.content_id == way.kept:
                _variants(view, way, kept, self.changed)


def _variants(view: View, way: Way, kept: KeptContent, changed: Changed) -> None:
    """Place the variants of a content: one is named, of several each takes a share."""
    variants = draft_of(kept).variants
    said = variants[0].subject or variants[0].text or variants[0].template
    if len(variants) == 1:
        put(tag("p", said[:120], class_="note muted"))
        return
    with ui.element("div").classes("choices fields"):
        for one in variants:
            label = view.say("Share of variant {name}", name=one.name)
            share = ui.number(label, value=way.shares.get(one.name), min=1, max=99, suffix="%")
            share.props(f'outlined dense debounce=500 data-name="share-{one.name}"')
            share.bind_value_to(way.shares, one.name)
            share.on_value_change(changed)
    put(tag("p", view.say("Those without a share take equal parts of what is left."), class_="note muted"))


def _when(view: View, typed: Typed, changed: Changed) -> None:
    with ui.element("div").classes("choices fields"):
        when = ui.select(
            {name: view.say(label) for name, label in WHEN.items()},
            value=typed.when,
            label=view.say("Messages leave"),
        )
        when.bind_value(typed, "when").props(f"{FIELD} data-name=when").on_value_change(changed)
        spread = ui.number(view.say("Spread over hours"), value=typed.spread_hours, min=0, max=240)
        spread.bind_value(typed, "spread_hours").props("outlined dense clearable data-name=spread")
    with ui.element("div").classes("choices fields") as at:
        day = ui.date_input(view.say("Day"), value=typed.day or None).bind_value(typed, "day").classes("day")
        day.props(f'outlined dense mask="####-##-##" aria-label="{view.say("Day")}" data-name=day')
        day.button.props(f'dense size=sm aria-label="{view.say("Calendar: {day}", day=view.say("Day"))}"')
        time = (
            ui.time_input(view.say("At what time"), value=typed.time).bind_value(typed, "time").classes("day")
        )
        time.props(f'outlined dense mask="##:##" aria-label="{view.say("At what time")}" data-name=time')
        time.button.props(
            f'dense size=sm aria-label="{view.say("Clock: {time}", time=view.say("At what time"))}"'
        )
        local = ui.checkbox(view.say("The time of the day where each person is")).bind_value(
            typed, "is_local"
        )
        local.props("dense")
    at.bind_visibility_from(typed, "when", value="at")
    for field in (day, time, local):
        field.on_value_change(changed)
    hours = view.say("Nothing advertises outside the open hours where a person is: it waits for them.")
    put(tag("p", hours, class_="note muted"))


def _measured(view: View, typed: Typed, changed: Changed) -> None:
    with ui.element("div").classes("choices fields"):
        share = ui.number(view.say("Share kept out"), value=typed.control, min=1, max=90, suffix="%")
        share.bind_value(typed, "control").props("outlined dense debounce=400 data-name=control")
        days = ui.number(view.say("Compared over, in days"), value=typed.window_days, min=1, max=365)
        days.bind_value(typed, "window_days").props("outlined dense debounce=400 data-name=days")
        budget = ui.number(view.say("Budget"), value=typed.budget, min=0)
        budget.bind_value(typed, "budget").props(
            "outlined dense debounce=400 clearable stack-label data-name=budget"
        )
        budget.props["placeholder"] = view.say("no limit")
    service = ui.checkbox(view.say("A service message: an order, a delivery, nothing that advertises"))
    service.bind_value(typed, "is_service").props("dense data-name=service")
    for field in (share, days, budget, service):
        field.on_value_change(changed)
