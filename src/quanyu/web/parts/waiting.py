"""Show what is known at once, and a spinner for what must be read first; no read holds up the others."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar

from nicegui import run, ui

from quanyu.web.parts.notice import fault, report
from quanyu.web.view import View

T = TypeVar("T")


def fill(view: View, draw: Callable[[View, T], None], read: Callable[..., T], *arguments: Hashable) -> None:
    """Draw `read(ws, *arguments)` here: at once if the answer is known, else when it has been read."""
    if view.knows(read, *arguments):
        _draw(view, draw, read, *arguments)
        return
    place = ui.element("div")
    with place, ui.element("div").classes("waiting").props("role=status"):
        ui.spinner(size="20px", color="primary")
        ui.html(view.say("Reading ..."), tag="span")

    async def later() -> None:
        try:
            await run.io_bound(view.ask, read, *arguments)
        except Exception as error:
            report(error)
            place.clear()
            with place:
                fault(view, error)
            return
        place.clear()
        with place:
            _draw(view, draw, read, *arguments)

    ui.timer(0.01, later, once=True)


def _draw(view: View, draw: Callable[[View, T], None], read: Callable[..., T], *arguments: Hashable) -> None:
    try:
        draw(view, view.ask(read, *arguments))
    except Exception as error:
        report(error)
        fault(view, error)
