"""Build an audience of one's own: conditions, channel and control share, with a preview before it is proposed."""

from __future__ import annotations

import getpass
from dataclasses import replace
from typing import Any

from markupsafe import Markup
from nicegui import run, ui

from quanyu.act.account import PREVIEW
from quanyu.act.channel import channels
from quanyu.decide.audience import PROPOSE
from quanyu.decide.settings import AudienceSettings
from quanyu.errors import RuleError
from quanyu.part.action import Action, Caller, perform
from quanyu.rule import known_columns
from quanyu.tables.campaign_design import CampaignDesign
from quanyu.web.pages.audiences.campaign_account import account
from quanyu.web.parts.button import button
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.notice import fault, report
from quanyu.web.view import View
from quanyu.workspace import Workspace


def builder(view: View) -> None:
    """Place the form and, under it, the preview."""
    usual = view.ws.settings.of(AudienceSettings)
    design = CampaignDesign(**usual.model_dump(exclude={"is_proposed"}))
    typed: dict[str, str] = {
        "name": design.name, "rule": design.rule, "channel": design.channel, "control": f"{design.control_share:.0%}",
    }  # fmt: skip
    with ui.element("section").classes("panel"):
        put(tag("h2", view.say("Build an audience")), class_="bar")
        with ui.element("div").classes("form"):
            _text(view.say("Name of the campaign."), "name", typed)
            _text(view.say("Conditions on RFM, value and traits, parted by semicolons."), "rule", typed)
            _choice(view, typed)
            _text(view.say("Share kept out."), "control", typed)
        known = ", ".join(sorted(known_columns(view.ws.warehouse.table)))
        put(
            tag("details", tag("summary", view.say("What conditions can name")), tag("code", known)),
            class_="note muted",
        )
        place = ui.element("div").props("role=status")
        with ui.element("div").classes("choices"):
            button(view.say("Preview"), lambda: show(propose=False), class_="plain strong")
            button(view.say("Propose"), lambda: show(propose=True))

    async def show(*, propose: bool) -> None:
        place.clear()
        with place:
            try:
                wanted = _design(design, typed)
                if propose:
                    await run.io_bound(_ask, view.ws, PROPOSE, wanted)
                    ui.navigate.reload()
                    return
                preview = await run.io_bound(_ask, view.ws, PREVIEW, wanted)
                if preview is not None:
                    account(view, preview)
            except Exception as error:
                report(error)
                fault(view, error)


def _ask(ws: Workspace, action: Action, design: CampaignDesign) -> Any:
    return perform(ws, action, design.document, Caller(getpass.getuser()))


def _design(usual: CampaignDesign, typed: dict[str, str]) -> CampaignDesign:
    channel = typed["channel"]
    try:
        share = float(typed["control"].strip().removesuffix("%")) / 100
    except ValueError:
        raise RuleError(
            "{text!r} is no share.", "Write a percentage such as 20%.", text=typed["control"]
        ) from None
    return replace(
        usual, name=typed["name"], rule=typed["rule"], channel=channel,
        kind="ads" if channel == "ads" else "list", control_share=share,
    )  # fmt: skip


def _text(label: str, name: str, typed: dict[str, str]) -> None:
    with ui.element("label").classes("field"):
        put(Markup(label), "span")
        value = typed[name].replace('"', "&quot;")
        field = ui.element("input").props(f'type="text" value="{value}" data-name="{name}"')
        field.on(
            "input",
            lambda event: typed.update({name: str(event.args)}),
            js_handler="(e) => emit(e.target.value)",
        )


def _choice(view: View, typed: dict[str, str]) -> None:
    with ui.element("label").classes("field"):
        put(Markup(view.say("How people would be reached.")), "span")
        options = Markup("").join(
            tag(
                "option",
                view.say(channel.label),
                value=channel.name,
                selected=channel.name == typed["channel"],
            )
            for channel in channels()
        )
        field = ui.html(str(options), tag="select", sanitize=False).props('data-name="channel"')
        field.on(
            "change",
            lambda event: typed.update(channel=str(event.args)),
            js_handler="(e) => emit(e.target.value)",
        )
