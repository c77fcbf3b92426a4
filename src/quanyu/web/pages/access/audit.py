"""The audit log: who did what and when; by person, action and day, page by page, and as a file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import replace

from markupsafe import Markup
from nicegui import ui

from quanyu import ledger
from quanyu.ledger import Edit, Lines
from quanyu.part.action import Action, actions
from quanyu.text import Text
from quanyu.web.page import Page
from quanyu.web.pages.access.audit_words import BY_KEY, line_told, record_label
from quanyu.web.parts.button import button
from quanyu.web.parts.choice import dropdown
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.notice import empty, lead
from quanyu.web.parts.sheet import Cell, Head, Sheet
from quanyu.web.parts.table import Stream, stream_exports, table
from quanyu.web.parts.write import writer
from quanyu.web.view import View

SHOWN, READ = 50, 1000
"""Lines of a page, and lines that are read at once for a file."""


def audit(view: View) -> None:
    """Draw the lines that the address asks for, newest first."""
    put(tag("h1", view.say("Audit log")), class_="head")
    lines, place = wanted(view), _place(view)
    n, everything = (ledger.count_lines(view.ws.ledger, one) for one in (lines, Lines()))
    lead(
        view.say(
            "{n} lines: every change that somebody made, and every reveal and export of personal data.",
            n=f"{everything:,}",
        ),
        view.say("No line can be changed or removed, not even by an owner."),
    )
    with ui.element("section").classes("panel"):
        _choices(view)
    known = {action.name: action for action in actions()}
    with ui.element("section").classes("panel"):
        with ui.element("div").classes("bar"):
            found = view.say("{n} lines", n=f"{n:,}")
            put(tag("h2", view.say("Who did what")) + span("note", found), class_="choices")
            if n:
                with ui.element("div").classes("tools"):
                    stream_exports(view, lambda: _stream(view, lines, n, known))
        if not n:
            empty(view, "No line", "Nothing was done that fits; choose another person, action or day.")
            return
        place = min(place, -(-n // SHOWN))
        listed = ledger.page_lines(view.ws.ledger, lines, (place - 1) * SHOWN, SHOWN)
        rows = tuple(_row(view, edit, known) for edit in listed)
        put(table(Sheet(view.say("Audit log"), _heads(view), rows), writer(view)), class_="told-last audit")
        put(_pager(view, place, n), class_="choices")


def wanted(view: View) -> Lines:
    """Return which lines the address asks for; what it says that is no day is passed over."""
    record, _, key = view.query.get("what", "").partition("/")
    since, last = _day(view, "since"), _day(view, "until")
    return Lines(
        view.query.get("who", ""),
        record,
        key,
        since,
        last + dt.timedelta(days=1) if last is not None else None,
    )


def _day(view: View, name: str) -> dt.datetime | None:
    """Return the beginning of a day that the address names."""
    try:
        day = dt.date.fromisoformat(view.query.get(name, ""))
        return dt.datetime.combine(day, dt.time(), view.ws.settings.zone).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        return None


def _place(view: View) -> int:
    said = view.query.get("page", "")
    return max(1, min(int(said), 1_000_000)) if said.isascii() and said.isdigit() else 1


def _choices(view: View) -> None:
    """Place the choices of person, action and days; each is an address."""
    people, records = ledger.line_names(view.ws.ledger, BY_KEY)
    first = replace(view, query={**view.query, "page": "1"})
    anybody, anything = {"": view.say("Anybody")}, {"": view.say("Anything")}
    whole = {record: record_label(view, record) for record, _ in records}
    by_key = {f"{record}/{key}": f"{record_label(view, record)}: {key}" for record, key in records if key}
    with ui.element("div").classes("choices"):
        who, what = {**anybody, **{name: name for name in people}}, {**anything, **whole, **by_key}
        for name, options, label in (("who", who, view.say("Who")), ("what", what, view.say("What"))):
            chosen = view.query.get(name, "")
            # One may ask by the address for what the log does not hold.
            dropdown(
                first,
                name,
                {"": options if chosen in options else {**options, chosen: chosen}},
                chosen,
                label,
            )
        fields = [_day_field(view, name, label) for name, label in DAYS.items()]

        def go() -> None:
            days = {name: field.value or None for name, field in zip(DAYS, fields, strict=True)}
            ui.navigate.to(view.link(page=None, **days))

        button(view.say("Show"), go)


DAYS: Mapping[str, Text] = {"since": "First day", "until": "Last day"}


def _day_field(view: View, name: str, label: Text) -> ui.date_input:
    said = view.say(label)
    known = view.query.get(name) if _day(view, name) is not None else None
    field = ui.date_input(said, value=known).classes("day")
    field.props(f'outlined dense clearable mask="####-##-##" aria-label="{said}" data-name="{name}"')
    field.button.props(f'dense size=sm aria-label="{view.say("Calendar: {day}", day=said)}"')
    return field


def _heads(view: View) -> tuple[Head, ...]:
    heads: tuple[Text, ...] = ("Who", "What", "Of what", "Details")
    return (Head(view.say("When"), "time"), *(Head(view.say(label)) for label in heads))


def _row(view: View, edit: Edit, known: Mapping[str, Action]) -> tuple[Cell, ...]:
    told = line_told(view, edit, known)
    return edit.changed_at, edit.who or "-", record_label(view, edit.record), edit.key, told


def _stream(view: View, lines: Lines, n: int, known: Mapping[str, Action]) -> Stream:
    def rows() -> Iterator[tuple[Cell, ...]]:
        for first in range(0, n, READ):
            for edit in ledger.page_lines(view.ws.ledger, lines, first, READ):
                yield _row(view, edit, known)

    return Stream(view.say("Audit log"), _heads(view), rows, n)


def _pager(view: View, place: int, n: int) -> Markup:
    """Return the ways to newer and older lines, where there are any."""
    n_pages = -(-n // SHOWN)
    ways = (("← ", "Newer", place - 1), ("", "Older", place + 1))
    links = [
        tag(
            "a", mark, view.say(label), " →" if not mark else "", href=view.link(page=str(to)), class_="plain"
        )
        for mark, label, to in ways
        if 1 <= to <= n_pages
    ]
    told = span("note muted", view.say("Page {place} of {n}", place=place, n=n_pages))
    return Markup(" ").join([*links, told]) if n_pages > 1 else Markup("")


PAGE = Page(
    "/audit",
    "Audit log",
    audit,
    "Shop",
    "Audit",
    "M5 4h14v16H5zM9 9h6M9 13h6M9 17h3",
    2,
    roles=("owner",),
)
