"""The findings of the quality checks, worst first, with example rows."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup
from nicegui import ui

from quanyu.collect.quality import CHECKS, Finding, read_findings
from quanyu.tables import CONTRACTS
from quanyu.text import Text
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import empty, not_run
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import grid
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View

ORDER: tuple[Text, ...] = ("stop", "warning", "note", "ok")


def quality(view: View) -> None:
    """Draw the findings of the newest run."""
    fill(view, _findings, read_findings)


def _findings(view: View, findings: list[Finding]) -> None:
    if not findings:
        with ui.element("section").classes("panel"):
            not_run(view)
        return
    counts: dict[Text, int] = {level: sum(row.severity == level for row in findings) for level in ORDER}
    cards = [
        div("card", div("label", view.say(level)), div("value", f"{n:,}")) for level, n in counts.items()
    ]
    put(Markup("").join(cards), class_="cards")
    bad = [row for row in findings if row.severity != "ok"]
    with ui.element("section").classes("panel"):
        put(tag("h2", view.say("What is not in order")), class_="bar")
        if bad:
            put(Markup("").join(_finding(view, row) for row in bad[:20]), "ul", "issues")
        else:
            empty(view, "All checks passed", "Nothing to do.")
    with ui.element("section").classes("panel"):
        grid(
            view,
            _sheet(view, findings),
            about_it=view.say("Every check of every column, measured in one scan per table."),
        )


def _label(row: Finding) -> Text:
    return CHECKS[row.check].label if row.check in CHECKS else row.check


def _finding(view: View, row: Finding) -> Markup:
    examples = [str(tag("code", _shown(example))) for example in row.examples[:5]]
    said = Markup("").join(
        [
            tag("strong", _where(view, row)),
            " ",
            view.say(_label(row)),
            tag(
                "div",
                view.say("for example"),
                " ",
                Markup(" ").join(Markup(example) for example in examples),
                class_="muted",
            )
            if examples
            else "",
        ]
    )
    level = span(f"mark {row.severity}", view.say(row.severity))
    share = f"{row.n_bad or 0:,} / {row.n_rows or 0:,}"
    return tag("li", tag("div", level), tag("div", said), tag("span", share, class_="money"))


def _shown(example: Any) -> str:
    if isinstance(example, dict):
        return " ".join(f"{name}={value}" for name, value in example.items())
    return str(example)


def _where(view: View, row: Finding) -> str:
    table = CONTRACTS.get(row.table)
    if table is None:
        return f"{row.table}.{row.column}"
    column = table.by_name.get(row.column)
    name = view.pick(column.zh, column.en) if column else row.column
    return f"{view.pick(table.zh, table.en)} · {name}"


def _sheet(view: View, findings: list[Finding]) -> Sheet:
    heads: tuple[tuple[Text, Kind], ...] = (
        ("Severity", "text"),
        ("Table", "text"),
        ("Column", "text"),
        ("Check", "text"),
        ("Rows", "count"),
        ("Bad rows", "count"),
        ("Value", "number"),
        ("Threshold", "number"),
    )
    rows = tuple(
        (
            view.say(row.severity), row.table, row.column,
            view.say(_label(row)),
            row.n_rows, row.n_bad, row.value, row.threshold,
        )
        for row in findings
    )  # fmt: skip
    return Sheet(
        view.say("Quality findings"), tuple(Head(view.say(label), kind) for label, kind in heads), rows
    )
