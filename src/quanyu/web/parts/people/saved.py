"""A list of people as a file, whole and streamed: the buttons, and the address that the browser saves it from."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nicegui import app, ui
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from quanyu.text import Language
from quanyu.understand import people_list as reading
from quanyu.understand.people_list import Listing
from quanyu.web.cache import Cache
from quanyu.web.memory import Memory
from quanyu.web.parts.people.condition import value_in_words
from quanyu.web.parts.sheet import Cell, Head
from quanyu.web.parts.table.download import TYPES, button
from quanyu.web.parts.table.export import csv_lines, file_name, write_xlsx
from quanyu.web.view import View
from quanyu.workspace import Workspace

MOST_ROWS = 1_048_575
"""Rows that a worksheet of Excel holds under its heads."""


@dataclass(frozen=True)
class Saved:
    """A list as it is to be saved: its title, what is in it under which heads, and in which language."""

    title: str
    listing: Listing
    heads: tuple[Head, ...]
    language: Language


def save_buttons(view: View, saved: Callable[[], Saved], n: int) -> None:
    """Place the buttons that save all `n` people of a list."""
    for suffix, (label, _, _) in TYPES.items():
        if suffix == "xlsx" and n > MOST_ROWS:
            continue

        def save(suffix: str = suffix) -> None:
            ui.download.from_url(f"/list/{view.memory.keep(saved())}.{suffix}")

        button(label, save, title=view.say("Save all {n} people as {format}", n=f"{n:,}", format=label))


def serve_lists(ws: Workspace, cache: Cache, memory: Memory) -> None:
    """Register the address that lists are saved from."""

    @app.get("/list/{mark}.{suffix}", include_in_schema=False)
    def answer(mark: str, suffix: str) -> Response:
        saved = memory.find(mark)
        if not isinstance(saved, Saved) or suffix not in TYPES:
            return PlainTextResponse("Open the list again and save it from there.", 404)
        view = View(ws, cache, saved.language, "/people", {}, memory)
        heads = (Head(view.say("Person")), *saved.heads)
        name = file_name(saved.title, ws.today(), suffix).encode("utf-8")
        disposition = "attachment; filename*=UTF-8''" + "".join(
            f"%{byte:02X}" if not chr(byte).isalnum() or byte > 127 else chr(byte) for byte in name
        )
        body = (
            csv_lines(heads, _rows(view, saved), ws.settings.zone)
            if suffix == "csv"
            else _workbook(view, saved, heads)
        )
        return StreamingResponse(
            body, media_type=TYPES[suffix][1], headers={"Content-Disposition": disposition}
        )


def _rows(view: View, saved: Saved) -> Iterator[tuple[Cell, ...]]:
    for person_id, *values in reading.every(view.ws, saved.listing):
        told = zip(saved.listing.columns, values, saved.heads, strict=True)
        yield (person_id, *(_cell(view, *one) for one in told))


def _cell(view: View, column: str, value: Cell, head: Head) -> Cell:
    """Return a value as a file holds it: numbers and days as they are, words as lists show them."""
    return value_in_words(view, column, value, head) if isinstance(value, str) else value


def _workbook(view: View, saved: Saved, heads: tuple[Head, ...]) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        write_xlsx(file, saved.title, heads, _rows(view, saved), view.ws.settings.zone)
        file.seek(0)
        while part := file.read(1 << 18):
            yield part
