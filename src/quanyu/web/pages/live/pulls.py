"""Databases and services that are pulled: when, how many rows, how far, what changed in them, what went wrong."""

from __future__ import annotations

from collections.abc import Iterator

from nicegui import ui

from quanyu.collect.pull import LIST_PULLS
from quanyu.ledger import PullState
from quanyu.web.parts.markup import put, tag
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.table import grid
from quanyu.web.view import View


def pulls(view: View) -> None:
    """Place the list of what is pulled, or how to begin."""
    listed: list[PullState] = view.perform(LIST_PULLS, {})
    with ui.element("section").classes("panel pulls"):
        if not listed:
            put(tag("h2", view.say("Databases and services")))
            put(
                tag(
                    "p",
                    view.say("None is pulled yet. Write its file, and let it be asked for what is new:"),
                    class_="muted",
                )
            )
            put(tag("code", "quanyu pull shop.toml", class_="command"))
            return
        heads = (
            ("Source", "text"), ("Place", "text"), ("Layout", "text"), ("Pulled at", "time"), ("Rows", "count"),
            ("Refused", "count"), ("Read up to", "text"), ("Columns that changed", "text"), ("Remark", "text"),
        )  # fmt: skip
        columns = tuple(Head(view.say(label), kind) for label, kind in heads)  # type: ignore[arg-type]
        rows = tuple(
            (
                one.name, one.place, one.layout, one.pulled_at, one.n_rows, one.n_refused, one.reached,
                "; ".join(_drift(view, one)), one.error,
            )
            for one in listed
        )  # fmt: skip
        about = view.say(
            "Rows since the beginning; what is read again because it may have come late counts again."
        )
        grid(view, Sheet(view.say("Databases and services"), columns, rows), about_it=about)


def _drift(view: View, one: PullState) -> Iterator[str]:
    """Yield what the last pull that noticed any says of columns."""
    if came := one.drift.get("came"):
        yield view.say("columns that came: {names}", names=", ".join(came))
    if went := one.drift.get("went"):
        yield view.say("columns that went: {names}", names=", ".join(went))
    for column, (before, now) in one.drift.get("turned", {}).items():
        yield view.say("{column} was {before} and is {now}", column=column, before=before, now=now)
