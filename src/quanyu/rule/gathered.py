"""Everybody, with a column for whatever some rules look at: traits, what they did, segments, lists, ranks, lots."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeGuard

import ibis
import ibis.expr.types as ir
from ibis.expr.datatypes import DataType

from quanyu.rule.asking import Asking
from quanyu.rule.expression import expression
from quanyu.rule.past import AGGREGATES, followed, measured
from quanyu.rule.text import named
from quanyu.rule.tree import (
    LEAVES,
    Anniversary,
    Leaf,
    Lot,
    Measure,
    Member,
    Name,
    Node,
    Rank,
    Sequence,
    Window,
    columns,
    conditions,
    leaves,
    mapped,
)  # fmt: skip
from quanyu.rule.verb import VERBS
from quanyu.rule.window import bounds
from quanyu.tables.draw import drawn, salt
from quanyu.warehouse.portable import group_key

SOURCES = ("rfm", "lifetimes", "portraits")
"""Tables of traits; where names meet, the first has it."""
BESIDE = ("person_id", "as_of", "fit_id")
"""Columns of the sources that are no traits."""

ASKED = ("people", *SOURCES, "identities", *dict.fromkeys(
    table.name for verb in VERBS.values() for table in (verb.rows.table, *verb.rows.more.values())
), "segment_members", "list_members")  # fmt: skip
"""Every table that a rule may ask."""

Look = Callable[[str], ir.Table]
"""Returns a table of the warehouse by name: `ws.warehouse.table`."""


def known_columns(look: Look) -> dict[str, str]:
    """Return every trait that a rule may name, with the table it comes from."""
    tables = ((name, look(name).columns) for name in reversed(SOURCES))
    return {column: name for name, columns in tables for column in columns if column not in BESIDE}


def trait_kinds(look: Look) -> dict[str, DataType]:
    """Return the type of every trait."""
    sources = known_columns(look)
    schemas = {source: look(source).schema() for source in SOURCES}
    return {column: schemas[source][column] for column, source in sources.items()}


@dataclass(frozen=True)
class Answers:
    """A table of person_id and a column for each rule, by its name: whether it holds, never null."""

    table: ir.Table
    cells: Mapping[str, str]


class Gathered:
    """Everybody, with a column for each trait and each leaf of some rules; `plain` puts these columns into a tree."""

    def __init__(self, trees: Mapping[str, Node], asking: Asking, given: Answers | None = None) -> None:
        self.asking = asking
        self.given = given.cells if given else {}
        self.answers = {name: f"answer_{n}" for n, name in enumerate((*trees, *self.given))}
        found = dict.fromkeys(
            leaf for tree in trees.values() for leaf in leaves(tree) if not self.is_other(leaf)
        )
        self.cells: Mapping[Leaf, str] = {leaf: f"leaf_{n}" for n, leaf in enumerate(found)}
        traits = dict.fromkeys(column for tree in trees.values() for column in columns(tree))
        everybody = self._told(given) if given else asking.look("people").select("person_id")
        self.table = self._with_leaves(_traits(asking.look, everybody, list(traits)))

    def is_other(self, leaf: Node) -> TypeGuard[Member]:
        """Say whether a leaf asks for one of the rules themselves."""
        return (
            isinstance(leaf, Member)
            and leaf.kind == "segment"
            and leaf.since is None
            and leaf.name in self.answers
        )

    def holds(self, tree: Node, table: ir.Table) -> ir.BooleanValue:
        """Return whether a rule holds as an expression over a table with the columns of this one; never null."""
        claims = [
            expression(self.plain(claim), table.__getitem__, self.asking).fill_null(False)
            for claim in conditions(tree)
        ]
        return ibis.and_(*claims) if claims else ibis.literal(True)

    def plain(self, tree: Node) -> Node:
        """Return a tree over columns alone."""
        if self.is_other(tree):
            return Name(self.answers[tree.name])
        if isinstance(tree, LEAVES):
            return Name(self.cells[tree])
        return mapped(tree, self.plain)

    def shown(self, tree: Node) -> list[tuple[str, str]]:
        """Return the traits and leaves that a tree looks at: what they are called, and the column that holds them."""
        found = [(named(leaf), self.cells[leaf]) for leaf in leaves(tree) if leaf in self.cells]
        return [(column, column) for column in columns(tree)] + found

    def _told(self, given: Answers) -> ir.Table:
        cells = {self.answers[name]: given.table[cell] for name, cell in given.cells.items()}
        return given.table.select("person_id", **cells)

    def _with_leaves(self, view: ir.Table) -> ir.Table:
        keep = self.asking.keep
        numbered = view.mutate(person=group_key(view.person_id))
        measures = {name: leaf for leaf, name in self.cells.items() if isinstance(leaf, Measure)}
        sequences = {name: leaf for leaf, name in self.cells.items() if isinstance(leaf, Sequence)}
        for figures in measured(self.asking, measures) if measures else ():
            numbered = _joined(numbered, keep(figures), "person")
        if sequences:
            held = {name: keep(followed(self.asking, leaf)) for name, leaf in sequences.items()}
            numbered = _joined(numbered, _flags(held, "person"), "person")
        for kind in ("segment", "list"):
            members = {
                name: leaf
                for leaf, name in self.cells.items()
                if isinstance(leaf, Member) and leaf.kind == kind
            }
            if members:
                numbered = _joined(numbered, keep(_listed(kind, members, self.asking)), "person_id")
        return numbered.mutate(
            **{name: self._cell(numbered, leaf, name) for leaf, name in self.cells.items()}
        )

    def _cell(self, view: ir.Table, leaf: Leaf, name: str) -> ir.Value:
        """Return the value of a leaf: for who has no rows of what is counted 0, of what is or is not, false."""
        match leaf:
            case Measure(_, aggregate):
                is_count = AGGREGATES[aggregate].is_count
                return view[name].cast("float64").fill_null(0.0) if is_count else view[name]
            case Sequence() | Member():
                return view[name].fill_null(False)
            case Rank(column, is_top):
                return _ranked(view, column.name, is_top)
            case Lot(label):
                return drawn(view.person_id, salt(self.asking.secret, json.dumps(["lot", label])))
            case Anniversary(column):
                return _anniversary(view[column.name], self.asking.at.astimezone(self.asking.zone).date())


def _traits(look: Look, view: ir.Table, wanted: list[str]) -> ir.Table:
    """Return people with traits: only the tables that hold one of them are joined."""
    homes = known_columns(look) if wanted else {}
    for source in SOURCES:
        needed = [column for column in wanted if homes[column] == source]
        if needed:
            view = _joined(view, look(source).select("person_id", *needed), "person_id")
    return view


def _joined(view: ir.Table, more: ir.Table, by: str) -> ir.Table:
    new = [name for name in more.columns if name != by]
    return view.left_join(more, by).select(*view.columns, *new)


def _flags(held: Mapping[str, ir.Table], by: str) -> ir.Table:
    """Return one row for whoever is in some of the tables, with a flag for each that they are in."""
    rows = ibis.union(*(table.select(by, held_by=ibis.literal(name)) for name, table in held.items()))
    return rows.group_by(by).agg(**{name: (rows.held_by == name).any() for name in held})


def _listed(kind: str, members: Mapping[str, Member], asking: Asking) -> ir.Table:
    """Return person_id of who is in some segment or on some list, with a flag for each, for so long where that is asked."""
    if kind == "segment":
        rows = asking.look("segment_members").select("person_id", name="segment_id", since="entered_at")
    else:
        owned = asking.look("list_members").inner_join(
            asking.look("identities").select("id_key", "person_id"), "id_key"
        )
        rows = owned.select("person_id", name="list_id", since="listed_at")
    rows = rows.filter(rows.name.isin([leaf.name for leaf in members.values()]))
    return rows.group_by("person_id").agg(
        **{name: _has_been(rows, leaf, asking).any() for name, leaf in members.items()}
    )


def _has_been(rows: ir.Table, leaf: Member, asking: Asking) -> ir.BooleanValue:
    is_named = rows.name == leaf.name
    if leaf.since is None:
        return is_named
    _, until = bounds(Window(end=leaf.since), asking.at, asking.zone)
    return is_named & (rows.since < ibis.literal(until))


def _ranked(view: ir.Table, column: str, is_top: bool) -> ir.Value:
    order = [
        ibis.desc(view[column], nulls_first=False) if is_top else ibis.asc(view[column], nulls_first=False),
        view.person_id,
    ]
    place = (ibis.row_number().over(order_by=order) + 1).cast("float64")
    rank = place / view[column].count().over(ibis.window()).cast("float64")
    return ibis.ifelse(view[column].notnull(), rank, ibis.null("float64"))


def _anniversary(day: ir.DateValue, today: dt.date) -> ir.DateValue:
    """Return the next return of a day, as `anniversary` does."""
    place = day.month() * 100 + day.day()
    leap = {
        year: dt.date(year, 3, 1) - dt.timedelta(days=1) == dt.date(year, 2, 28)
        for year in (today.year, today.year + 1)
    }
    at = {
        year: ibis.ifelse(place == 229, 228, place) if is_common else place
        for year, is_common in leap.items()
    }
    is_this = at[today.year] >= today.month * 100 + today.day
    year = ibis.ifelse(is_this, today.year, today.year + 1)
    chosen = ibis.ifelse(is_this, at[today.year], at[today.year + 1])
    return ibis.date(year, chosen // 100, chosen % 100)


__all__ = ["ASKED", "Answers", "Gathered", "known_columns", "trait_kinds"]
