"""The findings of the quality checks as sentences, the worst first: what is so, what it does, what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from markupsafe import Markup
from nicegui import ui

from quanyu.collect.quality import CHECKS, Finding, Place, located, read_findings, worst_first
from quanyu.text import Text
from quanyu.web.pages.data.finding_words import effect, next_step, sentence
from quanyu.web.parts.markup import div, put, span, tag
from quanyu.web.parts.notice import empty, not_run
from quanyu.web.parts.sheet import Head, Kind, Sheet
from quanyu.web.parts.table import grid
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View
from quanyu.workspace import Workspace

Located = tuple[tuple[Finding, tuple[Place, ...]], ...]
ORDER: tuple[Text, ...] = ("stop", "warning", "note", "ok")
ANSWERS: Mapping[Text, Text] = {
    "stop": "{n} findings stopped the last turn: figures are those of the last good one.",
    "warning": "{n} findings may make figures wrong.",
}
WORST: Text = "The worst:"
IN_ORDER: Text = "All in order: {n} checks found nothing that makes figures wrong ({notes} small notes)."
NOTES: Text = "{n} notes: small, or in columns that few figures need"
MOST_FILES = 4


def quality(view: View) -> None:
    """Draw the findings of the newest run."""
    fill(view, _findings, _read)


def _read(ws: Workspace) -> Located:
    return located(ws, worst_first(read_findings(ws)))


def _findings(view: View, found: Located) -> None:
    findings = [finding for finding, _ in found]
    if not findings:
        with ui.element("section").classes("panel"):
            not_run(view)
        return
    by_level: dict[Text, list[Finding]] = {
        level: [row for row in findings if row.severity == level] for level in ORDER
    }
    put(tag("p", _answer(view, by_level), class_="lead"))
    cards = [
        div("card", div("label", view.say(level)), div("value", f"{len(rows):,}"))
        for level, rows in by_level.items()
    ]
    put(Markup("").join(cards), class_="cards")
    grave = _listed(view, found, "stop", "warning")
    notes = _listed(view, found, "note")
    with ui.element("section").classes("panel"):
        put(tag("h2", view.say("What needs a look")), class_="bar")
        if grave:
            put(grave, "ul", "issues")
        else:
            empty(view, "All in order", "Nothing to do.")
        if notes:
            told = view.say(NOTES, n=len(by_level["note"]))
            put(tag("details", tag("summary", told), tag("ul", notes, class_="issues")))
    with ui.element("section").classes("panel"):
        about = view.say("Every check of every column, measured in one scan per table.")
        grid(view, _sheet(view, findings), about_it=about)


def _listed(view: View, found: Located, *levels: str) -> Markup:
    return Markup("").join(_finding(view, row, places) for row, places in found if row.severity in levels)


def _answer(view: View, by_level: Mapping[Text, list[Finding]]) -> str:
    """Return what a reader came for: is all in order, and if not, what is worst."""
    for level, words in ANSWERS.items():
        if rows := by_level[level]:
            return view.pick("", " ").join(
                [view.say(words, n=len(rows)), view.say(WORST), sentence(view, rows[0])]
            )
    n_checks, n_notes = sum(map(len, by_level.values())), len(by_level["note"])
    return view.say(IN_ORDER, n=n_checks, notes=n_notes)


def _label(row: Finding) -> Text:
    return CHECKS[row.check].label if row.check in CHECKS else row.check


def _finding(view: View, row: Finding, places: Sequence[Place]) -> Markup:
    """Return a finding: what is so, what it does, what to do, in which files, and examples."""
    return tag(
        "li",
        tag("div", span(f"mark {row.severity}", view.say(row.severity))),
        tag(
            "div",
            tag("strong", sentence(view, row)),
            tag("div", effect(view, row)),
            tag("div", tag("b", view.say("To do:")), " ", next_step(view, row)),
            *(_place(view, place) for place in places),
            _examples(view, row),
        ),
    )


def _place(view: View, place: Place) -> Markup:
    """Return which files it is in, and how many rows of theirs where that is known."""
    shown, n_files = ", ".join(place.files[:MOST_FILES]), len(place.files)
    words = (
        view.say("Files, the newest {n} of {whole}: {names}", n=MOST_FILES, whole=n_files, names=shown)
        if n_files > MOST_FILES
        else view.say("Files: {names}", names=shown)
    )
    if place.n_rows is None:
        return div("muted", words)
    counted = view.say("{source}: {n} rows.", source=place.source, n=f"{place.n_rows:,}")
    return div("muted", counted, " ", words if n_files else "")


def _examples(view: View, row: Finding) -> Markup:
    if not row.examples or row.check == "rejects":
        return Markup("")
    listed = Markup("").join(tag("li", tag("code", _shown(example))) for example in row.examples)
    told = view.say("{n} of {whole} as examples", n=len(row.examples), whole=f"{row.n_bad:,}")
    return tag("details", tag("summary", told), tag("ul", listed, class_="links"))


def _shown(example: Mapping[str, str]) -> str:
    return " ".join(f"{name}={value}" for name, value in example.items() if value)


def _sheet(view: View, findings: Sequence[Finding]) -> Sheet:
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
