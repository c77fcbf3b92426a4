"""Where the data came from: loaded files with what was taken and refused."""

from __future__ import annotations

from nicegui import ui

from quanyu import ledger
from quanyu.collect.layout import catalogue
from quanyu.ledger import Load
from quanyu.web.parts.markup import put
from quanyu.web.parts.notice import lead, nothing_loaded, notice
from quanyu.web.parts.sheet import Head, Sheet
from quanyu.web.parts.table import grid
from quanyu.web.view import View

MOST = 1_000_000
"""More loadings than a workspace has."""


def files(view: View) -> None:
    """Draw the list of loaded files, newest first."""
    loads = ledger.list_loads(view.ws.ledger, limit=MOST)
    if not loads:
        with ui.element("section").classes("panel"):
            nothing_loaded(view)
        return
    taken, refused = (sum(getattr(load, name) for load in loads) for name in ("n_taken", "n_refused"))
    lead(
        view.say("{n} loadings brought {taken} rows; {refused} were refused.",
                 n=f"{len(loads):,}", taken=f"{taken:,}", refused=f"{refused:,}"),
        view.say("The newest: {file}.", file=loads[0].file_name),
    )  # fmt: skip
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


def _changes(load: Load) -> str:
    return ", ".join(
        f"{name} +{change.get('added', 0):,}" + (f" ~{change['changed']:,}" if change.get("changed") else "")
        for name, change in load.changes.items()
        if isinstance(change, dict)
    )
