"""The refused rows by reason: how many, in which files, what to do, and every one of them as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup
from nicegui import ui

from quanyu.collect.load import Rejected, rejected
from quanyu.collect.reason import tell
from quanyu.text import Text
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.notice import empty
from quanyu.web.parts.sheet import Cell, Head, Sheet
from quanyu.web.parts.table import Stream, grid, stream_exports, table
from quanyu.web.parts.waiting import fill
from quanyu.web.parts.write import writer
from quanyu.web.view import View

MOST = 40
"""Reasons whose first lines are shown; the list and the files have all."""
ADVICE: Mapping[str, Text] = {
    " is missing": "Export the file with this column filled, or name the column in the layout.",
    "cannot be read as": "Correct the values, or state in the layout how they are written.",
    "the layout does not know": "Say in the layout what the word means.",
    "in the future": "Look at the clock and the time zone of the export; the layout states the zone.",
}
"""What to do, by what a reason says; other reasons say it themselves."""
AGAIN: Text = "Then load the file again: rows that were taken before are not doubled."


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
    n_rows = sum(refusal.n_rows for refusal in refusals)
    title = view.say("Refused rows")
    told = view.say(
        "{n} rows were refused, for {reasons} reasons; they count in no figure.",
        n=f"{n_rows:,}", reasons=len(refusals),
    )  # fmt: skip
    most = view.say("Most often: {reason} ({n} rows of {source}).", **_worst(view, refusals[0]))
    put(tag("p", view.pick("", " ").join([told, most]), class_="lead"))
    with ui.element("section").classes("panel"):
        with ui.element("div").classes("bar"):
            put(tag("h2", view.say("All refused rows")), class_="choices")
            with ui.element("div").classes("tools"):
                stream_exports(view, lambda: _stream(view, title, refusals, n_rows))
        put(tag("p", view.say("Each with its source, file, line, reason and content."), class_="muted"))
    with ui.element("section").classes("panel"):
        grid(view, _by_reason(view, refusals), is_short=True)
    if len(refusals) > MOST:
        words = view.say(
            "Lines of the {n} most frequent of {whole} reasons follow.", n=MOST, whole=len(refusals)
        )
        put(tag("p", words, class_="note muted"))
    for refusal in refusals[:MOST]:
        _group(view, refusal)


def _worst(view: View, refusal: Rejected) -> dict[str, str]:
    return {
        "reason": tell(refusal.reason, view.language), "n": f"{refusal.n_rows:,}", "source": refusal.source,
    }  # fmt: skip


def _by_reason(view: View, refusals: Sequence[Rejected]) -> Sheet:
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
    return Sheet(view.say("Refused rows by reason"), columns, rows)


def _group(view: View, refusal: Rejected) -> None:
    """Place what was refused for one reason: what to do, and its first lines."""
    title = tell(refusal.reason, view.language)
    heads = _heads(view)[1:]
    lines = tuple(row[1:] for row in _lines(view, refusal, is_whole=False))
    with ui.element("section").classes("panel"):
        with ui.element("div").classes("bar"):
            heading = [
                tag("h2", title),
                span("mark warning", view.say("{n} rows", n=f"{refusal.n_rows:,}")),
                span("note", refusal.source),
            ]
            put(Markup("").join(heading), class_="choices")
            if refusal.n_rows > len(lines):
                with ui.element("div").classes("tools"):
                    stream_exports(view, lambda: _stream(view, title, [refusal], refusal.n_rows))
        advice = [view.say(words) for part, words in ADVICE.items() if part in refusal.reason]
        put(tag("p", view.pick("", " ").join([*advice, view.say(AGAIN)])))
        shown = view.say("{n} of {whole} rows, in {files} files", n=len(lines),
                         whole=f"{refusal.n_rows:,}", files=refusal.n_files)  # fmt: skip
        rows = table(Sheet(title, heads, lines), writer(view))
        put(tag("details", tag("summary", shown), rows))


def _heads(view: View) -> tuple[Head, ...]:
    return (
        Head(view.say("Source")), Head(view.say("File")), Head(view.say("Line"), "count"),
        Head(view.say("Reason")), Head(view.say("Content")),
    )  # fmt: skip


def _lines(view: View, refusal: Rejected, *, is_whole: bool = True) -> Iterator[tuple[Cell, ...]]:
    """Yield what was refused for one reason: every row, or the first ones."""
    for line in refusal.lines(view.ws) if is_whole else refusal.samples:
        yield refusal.source, line.file, line.line, tell(line.reason, view.language), line.content


def _stream(view: View, title: str, refusals: Sequence[Rejected], n: int) -> Stream:
    """Return every refused row of some reasons."""

    def rows() -> Iterator[tuple[Cell, ...]]:
        for refusal in refusals:
            yield from _lines(view, refusal)

    return Stream(title, _heads(view), rows, n)
