"""The refused rows by reason: how many, in which files, what to do, and every one of them as a file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from markupsafe import Markup
from nicegui import ui

from quanyu.collect.load import Rejected, rejected
from quanyu.collect.reason import tell
from quanyu.tables import CONTRACTS
from quanyu.text import Text
from quanyu.web.pages.labels import slice_label
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.notice import empty
from quanyu.web.parts.sheet import Cell, Head, Sheet
from quanyu.web.parts.table import Stream, stream_exports, table
from quanyu.web.parts.waiting import fill
from quanyu.web.parts.write import writer
from quanyu.web.view import View

MOST = 100
"""Reasons that are listed; the file has the rows of all."""
LOADED = [column for owned in CONTRACTS.values() if owned.owner == "collect" for column in owned.columns]
CALLED = {
    column.name: {(same.zh, same.en) for same in LOADED if same.name == column.name} for column in LOADED
}
"""What columns of what is loaded are called; a name that tables read differently has several."""
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
    with ui.element("section").classes("panel refusals"):
        with ui.element("div").classes("bar"):
            note = view.say("{n} reasons", n=f"{len(refusals):,}")
            if len(refusals) > MOST:
                note = view.say(
                    "{n} of {whole} reasons; the file has every row.", n=MOST, whole=f"{len(refusals):,}"
                )
            put(tag("h2", view.say("Refused rows by reason")) + span("note", note), class_="choices")
            with ui.element("div").classes("tools"):
                stream_exports(view, lambda: _stream(view, title, refusals, n_rows))
        for refusal in refusals[:MOST]:
            _group(view, refusal)


def _worst(view: View, refusal: Rejected) -> dict[str, str]:
    return {
        "reason": _reason(view, refusal.reason), "n": f"{refusal.n_rows:,}", "source": slice_label(view, refusal.source),
    }  # fmt: skip


def _reason(view: View, reason: str) -> str:
    """Return a reason in the reader's language, with what its column is called."""
    told = tell(reason, view.language)
    names = {view.pick(*pair) for pair in CALLED.get(reason.partition(" ")[0], ())}
    return f"{names.pop()} · {told}" if len(names) == 1 else told


def _group(view: View, refusal: Rejected) -> None:
    """Place what was refused for one reason in a line, which opens: what to do, and its first lines."""
    title = _reason(view, refusal.reason)
    lines = tuple(row[1:] for row in _lines(view, refusal, is_whole=False))
    with ui.element("details"):
        said = (
            span("mark warning", view.say("{n} rows", n=f"{refusal.n_rows:,}")), tag("strong", title), " ",
            span("muted", slice_label(view, refusal.source)),
        )  # fmt: skip
        put(Markup("").join(said), "summary")
        advice = [view.say(words) for part, words in ADVICE.items() if part in refusal.reason]
        put(tag("p", view.pick("", " ").join([*advice, view.say(AGAIN)])))
        with ui.element("div").classes("bar"):
            shown = view.say("{n} of {whole} rows", n=len(lines), whole=f"{refusal.n_rows:,}")
            put(span("note", shown), class_="choices")
            if refusal.n_rows > len(lines):
                with ui.element("div").classes("tools"):
                    stream_exports(view, lambda: _stream(view, title, [refusal], refusal.n_rows))
        put(table(Sheet(title, _heads(view)[1:], lines), writer(view)))


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
