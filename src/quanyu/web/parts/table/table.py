"""A sheet as a plain HTML table: what a chart is read as."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from quanyu.web.parts.markup import div, tag
from quanyu.web.parts.sheet import Cell, Kind, Sheet

Write = Callable[[Cell, Kind], str | Markup]


def table(sheet: Sheet, write: Write) -> Markup:
    """Return the table; `write` turns a value of a kind into text or markup."""
    heads = [
        tag("th", head.label, scope="col", class_="n" if head.is_numeric else None) for head in sheet.columns
    ]
    rows = [
        tag("tr", *[
            tag("td", write(value, head.kind), class_="n" if head.is_numeric else None)
            for value, head in zip(row, sheet.columns, strict=True)
        ])
        for row in sheet.rows
    ]  # fmt: skip
    body = tag(
        "table", tag("thead", tag("tr", *heads)), tag("tbody", *rows), class_="sheet", aria_label=sheet.title
    )
    return div("scroll", body, tabindex=0)
