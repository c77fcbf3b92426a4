"""Which columns a table shows: found by typing, told by what they belong to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence

from nicegui import ui
from nicegui.helpers import should_await

from quanyu.tables.text.mask import masked
from quanyu.web.parts.button import button
from quanyu.web.parts.choice.option import OPTION
from quanyu.web.view import View

Groups = Mapping[str, Mapping[str, str]]
"""Labels of columns by name, by what they belong to ("" for what needs no heading)."""


def column_choice(
    view: View,
    groups: Groups,
    usual: Sequence[str],
    chosen: Sequence[str],
    act: Callable[[list[str]], object],
) -> None:
    """Place the choice of columns; `act` hears their names once the choice is closed, if it has changed.

    The usual ones stand in their own order, any others in that of `groups`.
    """
    order = [name for listed in groups.values() for name in listed]
    label = view.say("Columns")
    options = {name: masked(text) for listed in groups.values() for name, text in listed.items()}
    shown = list(chosen)

    def say() -> None:
        select.props["display-value"] = view.say("{n} of {whole}", n=len(shown), whole=len(order))
        back.visible = shown != list(usual)

    async def choose(wanted: Sequence[str]) -> None:
        kept = (
            list(usual)
            if set(wanted) <= set(usual) <= set(wanted)
            else [name for name in order if name in wanted]
        )
        kept = kept or list(usual)
        if kept == shown:
            return
        shown[:] = kept
        select.value = list(kept)
        say()
        done = act(list(kept))
        if should_await(done):
            await done

    with ui.element("div").classes("choices column-choice"):
        select = ui.select(options, value=list(chosen), multiple=True, label=label, with_input=True)
        select.classes("columns").props(f'dense outlined options-dense aria-label="{label}"')
        captions = [title for title, listed in groups.items() for _ in listed]
        if any(captions):
            select.add_slot("option", OPTION.format(captions=json.dumps(captions, ensure_ascii=False)))
        select.on("popup-hide", lambda: choose(select.value or ()))
        back = button(view.say("Usual columns"), lambda: choose(usual))
    say()
