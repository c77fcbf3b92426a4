"""Build an audience of one's own: conditions, channel and control share, with a preview before it is proposed."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from nicegui import run, ui

from quanyu.act.account import PREVIEW
from quanyu.act.channel import channels
from quanyu.decide.audience import PROPOSE, usual_design
from quanyu.errors import QuanyuError, RuleError
from quanyu.part.action import Action
from quanyu.part.day import as_of
from quanyu.rule import Asking, members, parse
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.understand.people_list import plain_rule
from quanyu.web.pages.audiences.campaign_outlook import outlook
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import fault, notice, report, told_fault
from quanyu.web.parts.people import condition_picker, in_words, joined
from quanyu.web.view import View

LEAST, MOST = 1, 90
"""Per cent of an audience that may be kept out."""


@dataclass
class Typed:
    """What stands in the form."""

    name: str
    rule: str
    channel: str
    control: float


def builder(view: View) -> None:
    """Place the form and, under it, the preview; a rule in the address is taken over."""
    usual = usual_design(view.ws)
    rule = view.query.get("rule")
    name = usual.name if rule is None else view.say("My audience")
    typed = Typed(
        name, usual.rule if rule is None else rule, usual.channel, round(usual.control_share * 100, 2)
    )
    with ui.element("section").classes("panel").props("id=build"):
        put(tag("h2", view.say("Build an audience")), class_="bar")
        _form(view, typed)
        _conditions(view, typed)
        place = ui.element("div").props("role=status")
        with ui.element("div").classes("choices"):
            button(view.say("Preview"), lambda: show(propose=False), class_="plain strong")
            button(view.say("Propose"), lambda: show(propose=True))

    async def show(*, propose: bool) -> None:
        place.clear()
        with place:
            try:
                wanted = _design(usual, typed)
                if propose:
                    if await run.io_bound(_ask, view, PROPOSE, wanted) is None:
                        nobody = view.say("Nobody meets these conditions, so nothing was proposed.")
                        put(notice(nobody, level="warning"))
                        return
                    ui.navigate.to("/audiences")
                    return
                preview = await run.io_bound(_ask, view, PREVIEW, wanted)
                if preview is not None:
                    outlook(view, preview)
            except Exception as error:
                report(error)
                fault(view, error)


def _form(view: View, typed: Typed) -> None:
    """Place the fields of the name, the channel and the share kept out."""
    with ui.element("div").classes("form"):
        field = ui.input(view.say("Name of the campaign"), value=typed.name).bind_value(typed, "name")
        field.props("outlined dense data-name=name")
        _channel(view, typed)
        share = ui.number(view.say("Share kept out"), value=typed.control, min=LEAST, max=MOST, suffix="%")
        share.bind_value(typed, "control").props("outlined dense data-name=control")


def _conditions(view: View, typed: Typed) -> None:
    """Place the field of the rule, what it means while it is written, and the picker."""
    field = ui.textarea(view.say("Conditions, parted by semicolons or and"), value=typed.rule)
    field.bind_value(typed, "rule").props("outlined dense autogrow debounce=300 data-name=rule").classes(
        "wide"
    )
    said = ui.element("div").classes("said").props("role=status")

    def more(condition: str) -> None:
        field.value = joined(str(field.value or ""), condition)

    def say() -> None:
        said.clear()
        with said:
            _say(view, typed.rule)

    condition_picker(view, more)
    field.on_value_change(say)
    say()


def _say(view: View, rule: str) -> None:
    """Say what a rule means, or what is wrong with it, while it is written."""
    try:
        rule = view.ask(plain_rule, rule)
        members(parse(rule), Asking.of(view.ws, as_of(view.ws)))
    except QuanyuError as error:
        put(told_fault(view, error))
        return
    if rule.strip(" ;；"):
        put(tag("p", view.say("Whom it means: {who}.", who=in_words(view, rule)), class_="note muted"))
    else:
        put(
            tag(
                "p",
                view.say("No condition yet: this would be everybody. Add one below, or write one."),
                class_="note muted",
            )
        )


def _ask(view: View, action: Action, design: CampaignDesign) -> Any:
    return view.perform(action, design.document)


def _design(usual: CampaignDesign, typed: Typed) -> CampaignDesign:
    if typed.control is None or not LEAST <= typed.control <= MOST:
        raise RuleError(
            "{share} % of an audience cannot be kept out.",
            "Keep out between {least} and {most} %: without a control group nothing can be measured.",
            share="" if typed.control is None else f"{typed.control:g}", least=LEAST, most=MOST,
        )  # fmt: skip
    if not typed.name.strip():
        raise RuleError("The campaign has no name.", "Give it one by which you know it again.")
    return replace(
        usual, name=typed.name, rule=typed.rule, channel=typed.channel, kind="ads" if typed.channel == "ads" else "list",
        control_share=float(typed.control) / 100,
    )  # fmt: skip


def _channel(view: View, typed: Typed) -> None:
    options = {channel.name: view.say(channel.label) for channel in channels("people")}
    label = view.say("How people would be reached")
    select = ui.select(options, label=label, value=typed.channel).bind_value(typed, "channel")
    select.props(f'outlined dense options-dense data-name=channel aria-label="{label}"')
