"""A list of people: how many, page by page, sorted where one likes, saved whole, and made an audience of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup
from nicegui import run, ui
from nicegui.events import GenericEventArguments

from quanyu.part.action import Caller, perform
from quanyu.part.role import may
from quanyu.rule import parse
from quanyu.rule.tree import columns
from quanyu.tables.text.mask import masked
from quanyu.text import Text
from quanyu.understand import people_list as reading
from quanyu.understand.contact import SAVE
from quanyu.understand.people_list import Listing, Order, Row, Whom
from quanyu.web.parts.choice import column_choice
from quanyu.web.parts.markup import put, span, tag
from quanyu.web.parts.notice import empty, fault, report
from quanyu.web.parts.people.column import column_groups, column_heads
from quanyu.web.parts.people.condition import value_in_words
from quanyu.web.parts.sheet import Cell, Head
from quanyu.web.parts.table import Stream, stream_exports
from quanyu.web.parts.waiting import fill
from quanyu.web.view import View
from quanyu.workspace import Workspace

SHOWN = ("name", "phone", "group", "recency_days", "frequency", "monetary_amount", "region", "member_tier")
"""What a list shows unless its reader chooses; besides these, what its rule asks for."""
NOT_FOUND: Text = "A phone, an e-mail or an order number must be complete; an order whose buyer has no identifier belongs to nobody."
PAGES = (50, 100, 200, 500)
RANGE = "(first, last, all) => [first, last].map(n => n.toLocaleString('en')).join('-') + ' / ' + all.toLocaleString('en')"
"""Which rows of how many are shown, with thousands parted."""
LINK = """
<q-td :props="props"><a :href="'/people/' + encodeURIComponent(props.row.person_id)" :title="props.value">{{ props.value }}</a></q-td>
"""
HEADER = """
<q-th :props="props" :tabindex="props.col.sortable ? 0 : undefined" @keydown.enter="props.col.sortable && props.sort(props.col)"
  @keydown.space.prevent="props.col.sortable && props.sort(props.col)"
  :aria-sort="!props.col.sortable ? undefined : !props.col.__thClass.includes('sorted') ? 'none'
    : props.col.__thClass.includes('sort-desc') ? 'descending' : 'ascending'">{{ props.col.label }}</q-th>
"""
"""A head of the list: a screen reader hears how it is sorted, and Enter or Space sorts by it."""


def people_list(view: View, title: str, whom: Whom) -> None:
    """Place a list of people with its title; raise `RuleError` for a rule that cannot be read.

    Page and order stand in the address, so that they are as they were on Back.
    """
    query, known = view.query, reading.shown_columns(view.ws)
    asked = tuple(name for name in columns(parse(whom.rule)) if name in known and name not in SHOWN)
    by_value = ("clv_amount",) if "decile" in asked else ()
    usual = (*SHOWN, *asked, *by_value)
    column = query.get("by", "")
    order = Order(column if column in known else (*by_value, "monetary_amount")[0], query.get("up") != "1")
    wanted = tuple(name for name in query.get("columns", "").split(",") if name in known)
    listing = Listing(whom, wanted or usual, order)
    size, place = _number(query.get("rows"), PAGES[0], PAGES[-1]), _number(query.get("page"), 1)
    fill(view, lambda v, told: _List(v, title, told, usual).place(), _first, listing, place, size)


def _number(text: str | None, usual: int, most: int = 1_000_000) -> int:
    return min(int(text), most) or usual if text and text.isascii() and text.isdigit() else usual


@dataclass(frozen=True)
class _Told:
    """A list as it is first shown: how many it holds, the first page, and every column that can be shown."""

    listing: Listing
    n: int
    place: int
    size: int
    rows: list[Row]
    known: tuple[str, ...]


def _first(ws: Workspace, listing: Listing, place: int, size: int) -> _Told:
    n = reading.count(ws, listing.whom)
    place = min(place, max(1, -(-n // size)))
    return _Told(
        listing,
        n,
        place,
        size,
        reading.page(ws, listing, (place - 1) * size, size),
        reading.shown_columns(ws),
    )


class _List:
    """One list on one page: what is shown changes as its reader turns pages and chooses columns."""

    def __init__(self, view: View, title: str, told: _Told, usual: tuple[str, ...]) -> None:
        self.usual = usual
        self.view, self.title, self.listing, self.n, self.rows = view, title, told.listing, told.n, told.rows
        self.begins = {"page": told.place, "rowsPerPage": told.size}
        labels = column_heads(view)
        self.heads = {name: labels.get(name, Head(name)) for name in told.known}

    def place(self) -> None:
        view, whom = self.view, self.listing.whom
        with ui.element("section").classes("panel") as panel:
            panel.props["aria-label"] = masked(self.title)
            with ui.element("div").classes("bar"):
                count = view.say("{n} people in all", n=f"{self.n:,}")
                put(Markup("").join([tag("h2", self.title), span("note", count)]), class_="choices")
                with ui.element("div").classes("tools"):
                    if whom.rule.strip(" ;；") and not whom.text:
                        address, save = (
                            view.link(path, rule=whom.rule) for path in ("/audiences", "/segments/new")
                        )
                        put(tag("a", view.say("Make an audience of it"), href=address, class_="plain"))
                        put(tag("a", view.say("Save as a segment"), href=save, class_="plain"))
                    if may(view.caller.role, SAVE.role):
                        stream_exports(view, self.stream)
            if not self.n:
                hint: Text = NOT_FOUND if whom.text else "Loosen the conditions, or wait for the next turn."
                empty(view, "Nobody is in this list.", hint)
                return
            groups = column_groups(self.view, {name: head.label for name, head in self.heads.items()})
            column_choice(self.view, groups, self.usual, self.listing.columns, self.choose)
            self.table = self.grid()

    def stream(self) -> Stream:
        """Return all of the list, with the columns that are shown."""
        view, listing = self.view, self.listing
        heads = [self.heads[name] for name in listing.columns]

        def rows() -> Iterator[tuple[Cell, ...]]:
            for person_id, *values in reading.every(view.ws, listing):
                told = zip(listing.columns, values, heads, strict=True)
                yield (person_id, *(_cell(view, *cell) for cell in told))

        def note(caller: Caller, suffix: str) -> None:
            rule = listing.whom.rule or ("(search)" if listing.whom.text else "(all)")
            given = {"rule": rule, "columns": list(listing.columns), "n_people": self.n, "format": suffix}
            perform(view.ws, SAVE, given, caller)

        return Stream(self.title, (Head(view.say("Person")), *heads), rows, self.n, note)

    def grid(self) -> ui.table:
        pagination = {
            **self.begins,
            "rowsNumber": self.n,
            "sortBy": self.listing.order.column,
            "descending": self.listing.order.is_descending,
        }
        table = ui.table(
            columns=self.columns(), rows=self.written(), row_key="person_id", pagination=pagination
        )
        table.classes("list").props(
            f'flat dense binary-state-sort wrap-cells :rows-per-page-options="{list(PAGES)}" '
            f'rows-per-page-label="{self.view.say("Rows:")}" :pagination-label="{RANGE}"'
        )
        table.add_slot("header-cell", HEADER)
        table.add_slot("body-cell-person_id", LINK)
        table.on("request", self.turn, js_handler="(request) => emit(request.pagination)")
        return table

    def columns(self) -> list[dict[str, Any]]:
        person = {
            "name": "person_id", "label": self.view.say("Person"), "field": "person_id", "align": "left", "sortable": False,
        }  # fmt: skip
        return [person, *(
            {"name": name, "label": masked(self.heads[name].label), "field": name, "sortable": name not in reading.MASKS,
             "align": "right" if self.heads[name].is_numeric else "left"}
            for name in self.listing.columns
        )]  # fmt: skip

    def written(self) -> list[dict[str, str]]:
        return [
            {"person_id": row[0], **{
                name: masked(value_in_words(self.view, name, value, self.heads[name]))
                for name, value in zip(self.listing.columns, row[1:], strict=True)
            }}
            for row in self.rows
        ]  # fmt: skip

    async def turn(self, event: GenericEventArguments) -> None:
        """Show another page, or the rows in another order."""
        wanted = event.args
        column = wanted.get("sortBy") or self.listing.order.column
        if column in self.heads:
            self.listing = replace(self.listing, order=Order(column, bool(wanted.get("descending"))))
            await self.read(wanted)

    async def choose(self, names: list[str]) -> None:
        """Show other columns."""
        self.listing = replace(self.listing, columns=tuple(names))
        await self.read(self.table.pagination)

    async def read(self, pagination: dict[str, Any]) -> None:
        n = pagination.get("rowsPerPage") or PAGES[0]
        first = (pagination.get("page", 1) - 1) * n
        try:
            self.rows = await run.io_bound(self.view.ask, reading.page, self.listing, first, n) or []
        except Exception as error:
            report(error)
            fault(self.view, error)
            return
        self.table.columns = self.columns()
        self.table.rows = self.written()
        self.table.pagination = {**pagination, "rowsNumber": self.n}
        self.table.update()
        order = self.listing.order
        ui.navigate.history.replace(
            self.view.link(
                columns=",".join(self.listing.columns),
                page=str(pagination.get("page", 1)),
                rows=str(n),
                by=order.column,
                up="0" if order.is_descending else "1",
            )
        )


def _cell(view: View, column: str, value: Cell, head: Head) -> Cell:
    """Return a value as a file holds it: numbers and days as they are, words as lists show them."""
    return value_in_words(view, column, value, head) if isinstance(value, str | bool) else value
