"""A button."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui


def button(label: str, act: Callable[[], object], *, title: str = "", class_: str = "plain") -> ui.html:
    """Place a small button."""
    made = ui.html(label, tag="button", sanitize=True).classes(class_).props("type=button").on("click", act)
    if title:
        made.props["title"] = title
        made.props["aria-label"] = title
    return made
