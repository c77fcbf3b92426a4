"""Where the data came from: loaded files with what was taken and refused, and the refused rows by reason."""

from __future__ import annotations

from markupsafe import Markup
from nicegui import ui

from quanyu import ledger
from quanyu.collect.layout import catalogue
from quanyu.collect.load import Rejected, rejected
from quanyu.collect.reason import tell
from quanyu.ledger import Load
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.notice import empty, nothing_loaded, notice
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.table import grid, table
from quanyu.web.parts.waiting import fill
from quanyu.web.parts.write import writer
from quanyu.web.view import View

MOST = 500


def files(view: View) -> None:
    """Draw the list of loaded files, newest first."""
    loads = ledger.list_loads(view.ws.ledger, limit=MOST)
    if not loads:
        with ui.element("section").classes("panel"):
            nothing_loaded(view)
        return
    failed = [load for load in loads if load.status == "failed"]
    if failed:
        put(
            notice(
                view.say("{n} loads failed; the reason stands in the last column.", n=len(failed)),
                level="warning",
            )
        )
    names = {layout.name: view.pick(layout.zh, layout.en) for layout in catalogue.layouts(view.ws.root)}
    heads = (
        ("File", "text"), ("Layout", "text"), ("Loaded at", "time"), ("Status", "text"), ("Rows", "count"),
        ("Taken", "count"), ("Refused", "count"), ("Tables changed", "text"), ("Remark", "text"),
    )  # fmt: skip
    columns = tuple(Head(view.say(label), kind) for label, kind in heads)  # type: ignore[arg-type]
    rows = tuple(
        (
            load.file_name, names.get(load.layout, load.layout), load.started_at, view.say(load.status),
            load.n_rows, load.n_taken, load.n_refused, _changes(load), load.error,
        )
        for load in loads
    )  # fmt: skip
    about = view.say("Rows read, taken and refused per file; the same file loaded again adds nothing.")
    with ui.element("section").classes("panel"):
        grid(view, Sheet(view.say("Loaded files"), columns, rows), about_it=about)


def refused(view: View) -> None:
    """Draw the refused rows by reason."""
    fill(view, _refused, rejected)


def _refused(view: View, refusals: list[Rejected]) -> None:
    if not refusals:
        with ui.element("section").classes("panel"):
            empty(
                view,
                "No row was refused",
                "Rows that break a rule are kept here with the file, the line and the reason.",
            )
        return
    columns = (
        Head(view.say("Source")),
        Head(view.say("Reason")),
        Head(view.say("Rows"), "count"),
        Head(view.say("Files"), "count"),
    )
    rows = tuple(
        (refusal.source, tell(refusal.reason, view.language), refusal.n_rows, refusal.n_files)
        for refusal in refusals
    )
    with ui.element("section").classes("panel"):
        grid(view, Sheet(view.say("Refused rows by reason"), columns, rows), is_short=True)
    heads = (
        Head(view.say("File")),
        Head(view.say("Line"), "count"),
        Head(view.say("Reason")),
        Head(view.say("Content")),
    )
    for refusal in refusals[:12]:
        title = tell(refusal.reason, view.language)
        lines = tuple(
            (line.file, line.line, tell(line.reason, view.language), line.content) for line in refusal.samples
        )
        with ui.element("section").classes("panel"):
            heading = [
                tag("h2", title),
                span("mark warning", view.say("{n} rows", n=f"{refusal.n_rows:,}")),
                span("note", refusal.source),
            ]
            put(Markup("").join(heading), class_="bar")
            put(table(Sheet(title, heads, lines), writer(view)))


def _changes(load: Load) -> str:
    return ", ".join(
        f"{name} +{change.get('added', 0):,}" + (f" ~{change['changed']:,}" if change.get("changed") else "")
        for name, change in load.changes.items()
        if isinstance(change, dict)
    )
