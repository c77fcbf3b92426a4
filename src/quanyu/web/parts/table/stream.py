"""A list too long for a page as a file: written row by row when the browser asks for it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote
from zoneinfo import ZoneInfo

from nicegui import app, ui
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from quanyu.errors import AccessError
from quanyu.part.action import Caller
from quanyu.text import Text, told
from quanyu.web.language import language_of
from quanyu.web.login import visitor_of
from quanyu.web.memory import Memory
from quanyu.web.parts.button import button
from quanyu.web.parts.sheet import Cell, Head
from quanyu.web.parts.table.download import TYPES
from quanyu.web.parts.table.export import csv_lines, file_name, write_xlsx
from quanyu.web.view import View
from quanyu.workspace import Workspace

MOST_ROWS = 1_048_575
"""Rows that a worksheet of Excel holds under its heads."""
EXPIRED: Text = "This list cannot be saved any more: open it again and save it from there."
"""What an address says that no list stands behind any more."""
Rows = Callable[[], Iterable[Sequence[Cell]]]


def unnoted(_caller: Caller, _suffix: str) -> None:
    """Say nothing of a list that holds no people."""


@dataclass(frozen=True)
class Stream:
    """A list to be saved: its title and heads, what gives its rows, and how many these are.

    `note` is told who saves it and as what before a row is given, and may refuse.
    """

    title: str
    heads: tuple[Head, ...]
    rows: Rows
    n: int
    note: Callable[[Caller, str], object] = unnoted


def stream_exports(view: View, stream: Callable[[], Stream]) -> None:
    """Place the buttons that save the whole of a list, as it stands when they are pressed."""
    n = stream().n
    for suffix, (label, _, _) in TYPES.items():
        if suffix == "xlsx" and n > MOST_ROWS:
            continue

        def save(suffix: str = suffix) -> None:
            ui.download.from_url(f"/list/{view.memory.keep(stream())}.{suffix}")

        button(label, save, title=view.say("Save all {n} rows as {format}", n=f"{n:,}", format=label))


def serve_streams(ws: Workspace, memory: Memory) -> None:
    """Register the address that lists are saved from; without a list it leads nowhere (404)."""

    @app.get("/list/{mark}.{suffix}", include_in_schema=False)
    def answer(mark: str, suffix: str, request: Request) -> Response:
        stream, visitor = memory.find(mark), visitor_of(request)
        if not isinstance(stream, Stream) or suffix not in TYPES or visitor is None:
            raise HTTPException(404, EXPIRED)
        try:
            stream.note(visitor.caller, suffix)
        except AccessError as error:
            return PlainTextResponse(told(error, language_of(request, ws)), 403)
        zone = ws.settings.zone
        body = csv_lines(stream.heads, stream.rows(), zone) if suffix == "csv" else _workbook(stream, zone)
        name = quote(file_name(stream.title, ws.today(), suffix))
        headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
        return StreamingResponse(body, media_type=TYPES[suffix][1], headers=headers)


def _workbook(stream: Stream, zone: ZoneInfo) -> Iterator[bytes]:
    with tempfile.TemporaryFile() as file:
        write_xlsx(file, stream.title, stream.heads, stream.rows(), zone)
        file.seek(0)
        while part := file.read(1 << 18):
            yield part
