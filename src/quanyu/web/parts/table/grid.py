"""A list that can be sorted, filtered and exported: AG Grid over a sheet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal

from markupsafe import Markup
from nicegui import ui

from quanyu.tables.text.mask import masked
from quanyu.text import Text
from quanyu.web.parts.choice import column_choice
from quanyu.web.parts.definition import about
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.sheet import Cell, Head, Sheet
from quanyu.web.parts.table.download import exports
from quanyu.web.parts.write import writer
from quanyu.web.view import View

Link = Callable[[Cell], str]

WORDS: Mapping[str, Text] = {
    "noRowsToShow": "No rows",
    "filterOoo": "Filter ...",
    "contains": "Contains",
    "notContains": "Does not contain",
    "equals": "Equals",
    "notEqual": "Not equal",
    "startsWith": "Begins with",
    "endsWith": "Ends with",
    "blank": "Empty",
    "notBlank": "Not empty",
    "lessThan": "Less than",
    "greaterThan": "Greater than",
    "lessThanOrEqual": "At most",
    "greaterThanOrEqual": "At least",
    "inRange": "Between",
    "andCondition": "and",
    "orCondition": "or",
    "page": "Page",
    "of": "of",
    "to": "to",
    "pageSizeSelectorLabel": "Rows:",
    "firstPage": "First page",
    "lastPage": "Last page",
    "nextPage": "Next page",
    "previousPage": "Previous page",
}

FEW = 12
"""A list of so many rows is shown whole, without filters."""

WRAPPED, LONGEST = 300, 60
"""A list of so many rows shows texts of so many letters whole, in several lines; other texts are told under the pointer."""

WIDE = 7
"""A list of more columns keeps its first in sight while the others are moved."""

PINNED = 156
"""The width in pixels of a column that is kept in sight: a telephone shows others beside it."""

TOLD = {False: 180, True: 132}
"""The least width in pixels of texts that are wrapped, and where there are many columns."""

WIDTHS = {"time": 150, "day": 112, "currency": 128}
"""The least width of a column in pixels by kind; 104 for the others."""


def grid(
    view: View, sheet: Sheet, *, link: Link | None = None, about_it: str = "", is_short: bool = False
) -> None:
    """Place a sheet as a grid with title and exports; `link` gives the address the first column leads to."""
    write = writer(view)
    with ui.element("div").classes("bar"):
        count = span("note", view.say("{n} rows", n=f"{len(sheet.rows):,}"))
        put(
            Markup("").join([tag("h2", sheet.title), about(view, sheet.title, about_it), count]),
            class_="choices",
        )
        with ui.element("div").classes("tools"):
            exports(view, sheet)
    rows = [
        {
            **{f"c{place}": _sortable(value) for place, value in enumerate(row)},
            **{
                f"t{place}": write(value, head.kind)
                for place, (value, head) in enumerate(zip(row, sheet.columns, strict=True))
            },
            **({"c0": str(tag("a", row[0], href=link(row[0])))} if link else {}),
        }
        for row in sheet.rows
    ]
    if len(sheet.columns) > WIDE:
        fields = {f"c{place}": head.label for place, head in enumerate(sheet.columns)}

        def choose(names: list[str]) -> None:
            made.run_grid_method("setColumnsVisible", list(fields), False)
            made.run_grid_method("setColumnsVisible", names, True)

        column_choice(view, {"": fields}, list(fields), list(fields), choose)
    options = _options(view, sheet, rows)
    made = ui.aggrid(options, html_columns=[0] if link else []).classes(
        "grid few" if len(rows) <= FEW else "grid short" if is_short else "grid"
    )
    made.props["aria-label"] = masked(sheet.title)


def _options(view: View, sheet: Sheet, rows: list[dict[str, object]]) -> dict[str, object]:
    """Return how a grid shows its rows: the columns, paging where there are many, and the words of its controls."""
    longest = [
        max((len(str(row[place] or "")) for row in sheet.rows), default=0) for place in range(sheet.width)
    ]
    return {
        "columnDefs": [
            _column(
                place,
                head,
                is_pinned=place == 0 and len(sheet.columns) > WIDE,
                is_whole=len(rows) <= FEW or (len(rows) <= WRAPPED and longest[place] <= LONGEST),
                is_narrow=len(sheet.columns) > WIDE,
            )
            for place, head in enumerate(sheet.columns)
        ],
        "rowData": rows,
        "defaultColDef": {
            "sortable": True,
            "resizable": True,
            "flex": 1,
            "wrapHeaderText": True,
            "autoHeaderHeight": True,
            "suppressHeaderFilterButton": len(rows) <= FEW,
        },
        "localeText": {key: view.say(word) for key, word in WORDS.items()},
        "enableCellTextSelection": True,
        "pagination": len(rows) > 100,
        "paginationPageSize": 100,
        "suppressCellFocus": False,
        "tooltipShowDelay": 300,
        **({"domLayout": "autoHeight"} if len(rows) <= FEW else {}),
    }


def _column(place: int, head: Head, *, is_pinned: bool, is_whole: bool, is_narrow: bool) -> dict[str, object]:
    field = f"c{place}"
    numeric = (
        {"type": "rightAligned", "filter": "agNumberColumnFilter"}
        if head.is_numeric
        else {"filter": "agTextColumnFilter"}
    )
    shown = {
        ":valueFormatter": f"p => p.data ? p.data.t{place} : ''",
        ":tooltipValueGetter": f"p => p.data ? p.data.t{place} : ''",
    }
    is_told = head.kind == "text" and (is_whole or is_pinned)
    width = WIDTHS.get(head.kind, 150 if place == 0 else TOLD[is_narrow] if is_told else 104)
    return {
        "headerName": head.label,
        "field": field,
        "minWidth": width,
        "flex": 2 if head.kind == "text" else 1,
        **({"pinned": "left", "width": PINNED, "minWidth": PINNED} if is_pinned else {}),
        **({"wrapText": True, "autoHeight": True} if is_told else {}),
        **numeric,
        **shown,
    }


def _sortable(value: Cell) -> object:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    return masked(value) if isinstance(value, str) else value
