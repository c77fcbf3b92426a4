"""Buttons that save a sheet as an Excel workbook or as CSV."""

from __future__ import annotations

from collections.abc import Callable

from nicegui import ui

from quanyu.web.parts.button import button
from quanyu.web.parts.sheet import Sheet
from quanyu.web.parts.table.export import file_name, to_csv, to_xlsx
from quanyu.web.view import View

TYPES = {
    "xlsx": ("Excel", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", to_xlsx),
    "csv": ("CSV", "text/csv;charset=utf-8", to_csv),
}


def exports(view: View, sheet: Sheet) -> None:
    """Place the two export buttons of a sheet."""
    for suffix, (label, media, write) in TYPES.items():

        def save(suffix: str = suffix, media: str = media, write: Callable[..., bytes] = write) -> None:
            content = write(sheet, view.ws.settings.zone)
            ui.download.content(content, file_name(sheet.title, view.ws.today(), suffix), media)

        button(label, save, title=view.say("Export {title} as {format}", title=sheet.title, format=label))
