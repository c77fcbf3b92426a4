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
    fresh(view, lambda view, _: _draw(view, draw, read, *arguments), lambda: (view.ask(read, *arguments),))


def fresh(view: View, draw: Callable[[View, T], None], read: Callable[[], T]) -> None:
    """Draw what `read()` returns here when it has been read: what changes without a table that changes is never remembered."""
    place = ui.element("div")
    with place:
        spinner(view)

    async def later() -> None:
        try:
            known = await run.io_bound(read)
        except Exception as error:
            report(error)
            place.clear()
            with place:
                fault(view, error)
            return
        place.clear()
        if known is not None:
            with place:
                draw(view, known)

    ui.timer(0.01, later, once=True)


def spinner(view: View) -> None:
    """Place the sign that something is being read."""
    with ui.element("div").classes("waiting").props("role=status"):
        ui.spinner(size="20px", color="primary")
        ui.html(view.say("Reading ..."), tag="span")


def _draw(view: View, draw: Callable[[View, T], None], read: Callable[..., T], *arguments: Hashable) -> None:
    try:
        draw(view, view.ask(read, *arguments))
    except Exception as error:
        report(error)
        fault(view, error)
