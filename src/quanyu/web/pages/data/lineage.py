"""The tables with their contracts and rows, which step reads and writes what, and all columns."""

from __future__ import annotations

from dataclasses import dataclass

from nicegui import ui

from quanyu import ledger, loop
from quanyu.tables import CONTRACTS
from quanyu.text import Text
from quanyu.web.parts.chart import Chart, Option, chart, palette
from quanyu.web.parts.notice import lead
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import grid
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View
from quanyu.workspace import Workspace


@dataclass(frozen=True)
class TableState:
    """How a table stands: rows and newest version."""

    name: str
    n_rows: int
    version: int


def table_states(ws: Workspace) -> list[TableState]:
    """Return rows and version of every table, from the logs of the tables."""
    return [TableState(name, ws.warehouse.count(name), ws.warehouse.version(name)) for name in CONTRACTS]


def tables(view: View) -> None:
    """Draw the tables, the steps and how they hang together."""
    fill(view, _tables, table_states)
    _flow(view)
    _runs(view)


def dictionary(view: View) -> None:
    """Draw every column of every table."""
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Table", "text"),
        ("Column", "text"),
        ("Label", "text"),
        ("Type", "text"),
        ("Required", "flag"),
        ("Privacy", "text"),
        ("Unit", "text"),
        ("Allowed", "text"),
        ("Note", "text"),
    )
    rows = tuple(
        (
            table.name,
            column.name,
            view.pick(column.zh, column.en),
            column.type,
            column.is_required,
            view.say(column.privacy),
            column.unit,
            ", ".join(column.allowed) or _range(column.low, column.high),
            column.note,
        )
        for table in CONTRACTS.values()
        for column in table.columns
    )
    columns = tuple(Head(view.say(label), kind) for label, kind in heads)
    personal = sum(column.privacy == "personal" for table in CONTRACTS.values() for column in table.columns)
    lead(view.say("{n} columns in {tables} tables; {personal} of them hold personal data.",
                  n=len(rows), tables=len(CONTRACTS), personal=personal))  # fmt: skip
    with ui.element("section").classes("panel"):
        about = view.say(
            "What every column means, which values it allows, and whether it holds personal data."
        )
        grid(view, Sheet(view.say("Data dictionary"), columns, rows), about_it=about)


def _tables(view: View, states: list[TableState]) -> None:
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Table", "text"),
        ("Holds", "text"),
        ("One row per", "text"),
        ("Rows", "count"),
        ("Version", "count"),
        ("Owner", "text"),
        ("Written by", "text"),
        ("Read by", "text"),
    )
    links = loop.lineage()
    rows = tuple(
        (
            state.name,
            view.pick(CONTRACTS[state.name].zh, CONTRACTS[state.name].en),
            view.say(CONTRACTS[state.name].grain),
            state.n_rows,
            state.version if state.version >= 0 else None,
            view.say(CONTRACTS[state.name].owner),
            ", ".join(links[state.name]["written_by"]),
            ", ".join(links[state.name]["read_by"]),
        )
        for state in states
    )
    held = [state.n_rows for state in states if state.n_rows]
    lead(view.say("{n} of {all} tables hold {rows} rows together.",
                  n=len(held), all=len(states), rows=f"{sum(held):,}"))  # fmt: skip
    with ui.element("section").classes("panel"):
        about = view.say(
            "Rows of the newest version. Every write makes a version; stages meet only in tables."
        )
        columns = tuple(Head(view.say(label), kind) for label, kind in heads)
        grid(view, Sheet(view.say("Tables"), columns, rows), about_it=about)


def _flow(view: View) -> None:
    label = {name: view.pick(table.zh, table.en) for name, table in CONTRACTS.items()}
    # What a step reads of its own earlier work would be a circle, which a flow cannot show.
    links = [
        (label[name], step.name) for step in loop.STEPS for name in step.reads if name not in step.writes
    ]
    links += [(step.name, label[name]) for step in loop.STEPS for name in step.writes]
    rows = tuple(
        (step.name, view.say(step.label), ", ".join(step.looks_at), ", ".join(step.writes))
        for step in loop.STEPS
    )
    columns = tuple(Head(view.say(label)) for label in ("Step", "Does", "Reads", "Writes"))
    about = view.say(
        "A turn of the loop runs the steps from left to right; "
        "a step is skipped when nothing it reads has changed."
    )
    sheet = Sheet(view.say("Lineage: the steps of a turn"), columns, rows)
    chart(view, Chart(sheet, _sankey(links), (about,), is_tall=True))


def _sankey(links: list[tuple[str, str]]) -> Option:
    steps = {step.name for step in loop.STEPS}
    names = sorted({name for link in links for name in link})
    return {
        "aria": {"enabled": True},
        "animation": False,
        "tooltip": {"trigger": "item"},
        "series": [
            {
                "type": "sankey",
                "left": 4,
                "right": 110,
                "top": 6,
                "bottom": 6,
                "nodeWidth": 8,
                "nodeGap": 7,
                "draggable": False,
                "label": {"color": palette.INK, "fontSize": 12},
                "labelLayout": {"hideOverlap": True},
                "lineStyle": {"color": "source", "opacity": 0.35},
                "emphasis": {"focus": "adjacency"},
                "data": [
                    {"name": name, "itemStyle": {"color": palette.ACCENT if name in steps else palette.FAINT}}
                    for name in names
                ],
                "links": [{"source": a, "target": b, "value": 1} for a, b in links],
            }
        ],
    }


def _runs(view: View) -> None:
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Step", "text"),
        ("Started at", "time"),
        ("Status", "text"),
        ("Seconds", "number"),
        ("As of", "text"),
        ("Rows", "text"),
        ("Remark", "text"),
    )
    rows = tuple(
        (
            run.step,
            run.started_at,
            view.say(run.status),
            run.summary.get("seconds"),
            str(run.summary.get("as_of") or ""),
            ", ".join(f"{name} {n:,}" for name, n in (run.summary.get("rows") or {}).items()),
            run.error,
        )
        for run in ledger.list_runs(view.ws.ledger, limit=60)
    )
    columns = tuple(Head(view.say(label), kind) for label, kind in heads)
    with ui.element("section").classes("panel"):
        grid(view, Sheet(view.say("Runs"), columns, rows), is_short=True)


def _range(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    return f"{'' if low is None else f'{low:g}'} … {'' if high is None else f'{high:g}'}".strip()
