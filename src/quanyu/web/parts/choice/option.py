"""A choice among a few values: segments or a drop-down; every choice is an address."""

from __future__ import annotations

import json
from collections.abc import Mapping

from markupsafe import Markup
from nicegui import ui

from quanyu.tables.text.mask import masked
from quanyu.web.parts.markup import tag
from quanyu.web.view import View

OPTION = """
<q-item v-bind="props.itemProps"><q-item-section><q-item-label>{{{{ props.opt.label }}}}</q-item-label>
<q-item-label caption>{{{{ {captions}[props.opt.value] }}}}</q-item-label></q-item-section></q-item>
"""
"""An option with the group it belongs to under its name."""


def segments(view: View, name: str, options: Mapping[str, str], chosen: str, label: str) -> Markup:
    """Return the options side by side, the chosen one marked."""
    links = [
        tag("a", text, href=view.link(**{name: value}), aria_current="true" if value == chosen else None)
        for value, text in options.items()
    ]
    return tag("nav", *links, class_="seg", aria_label=label)


def dropdown(
    view: View, name: str, groups: Mapping[str, Mapping[str, str]], chosen: str, label: str
) -> ui.select:
    """Place a labelled drop-down of grouped options, found by typing; choosing one opens its address."""
    options = {value: masked(text) for listed in groups.values() for value, text in listed.items()}
    select = ui.select(options, value=chosen, label=label, with_input=True).classes("dropdown")
    select.props(f'outlined dense options-dense hide-selected fill-input aria-label="{label}"')
    select.props["data-name"] = name
    if len(groups) > 1:
        captions = [title for title, listed in groups.items() for _ in listed]
        select.add_slot("option", OPTION.format(captions=json.dumps(captions, ensure_ascii=False)))

    def go() -> None:
        if select.value is not None and select.value != chosen:
            ui.navigate.to(view.link(**{name: select.value or None}))

    select.on_value_change(go)
    return select
